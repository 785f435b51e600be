// Prints how plain MSAL Node, openid-client and Doorcode handle the same faults, each in its own process against its
// own issuer: node tools/node24.mjs tests/client/faults/table.ts
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import workspace from "../../../package.json" with { type: "json" };
import { faultyIssuer, secrets } from "../../../packages/client/test/fixtures/faulty-issuer.ts";
import { type Row, rows } from "./rows.ts";

const { devDependencies } = workspace;

const subjects = [
  { name: `msal-node ${devDependencies["@azure/msal-node"]}`, script: "with-msal.ts", argument: "plain" },
  { name: `openid-client ${devDependencies["openid-client"]}`, script: "with-openid-client.ts", argument: "" },
  { name: "Doorcode", script: "with-msal.ts", argument: "doorcode" },
];

const folder = await mkdtemp(join(tmpdir(), "doorcode-faults-"));
try {
  console.log(`| the issuer or the network | ${subjects.map(({ name }) => name).join(" | ")} |`);
  console.log(`|---|${subjects.map(() => "---|").join("")}`);
  let mended = true;
  for (const row of rows) {
    const cells = await Promise.all(subjects.map((subject) => cell(row, subject)));
    console.log(`| ${row.name} | ${cells.map(({ text }) => text).join(" | ")} |`);
    mended &&= cells.at(-1)?.right === true;
  }
  process.exitCode = mended ? 0 : 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function cell(row: Row, subject: (typeof subjects)[number]): Promise<{ text: string; right: boolean }> {
  const issuer = await faultyIssuer({ fault: row.fault, device: { interval: 1, ...row.device }, approveAt: 2 });
  try {
    const caFile = join(folder, "ca.pem");
    await writeFile(caFile, issuer.ca);
    const script = fileURLToPath(new URL(subject.script, import.meta.url));
    const printed = await run([script, issuer.authority, issuer.clientId, subject.argument], caFile, row.limitMs);
    const polls = `${issuer.polls().length} ${issuer.polls().length === 1 ? "poll" : "polls"}`;
    const { text, right: endsWell } = judge(row, printed);
    const right = endsWell && issuer.polls().length <= (row.mostPolls ?? 2);
    return { text: `${right ? "✓" : "✗"} ${text}, ${polls}`, right };
  } finally {
    await issuer.close();
  }
}

function judge(row: Row, printed: string | undefined): { text: string; right: boolean } {
  if (printed === undefined) return { text: `still going after ${row.limitMs / 1_000} s`, right: false };
  const outcome = JSON.parse(printed) as { token?: string; error?: string };
  if (outcome.token === secrets.accessToken) return { text: "signs in", right: row.wanted === "tokens" };
  if (outcome.token !== undefined) return { text: '"succeeds" with an empty token', right: false };
  const said = (outcome.error ?? "").replaceAll("|", "\\|").replace(/\s+/g, " ");
  const text = `\`${said.length > 130 ? `${said.slice(0, 129)}…` : said}\``;
  return { text, right: row.wanted === "error" && (row.keeps?.test(said) ?? true) };
}

function run(args: string[], caFile: string, limitMs: number): Promise<string | undefined> {
  const options = ["--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...options, ...args], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  child.stdout.on("data", (chunk) => {
    printed += chunk;
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill("SIGKILL"), limitMs);
    child.on("close", () => {
      clearTimeout(timer);
      resolve(printed.trim() || undefined);
    });
  });
}
