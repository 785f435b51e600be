// `npm run bench:yes`: the time from the user's yes to the tokens in the program, and the polls that it takes.
//
//   node tools/node24.mjs bench/yes-to-tokens.ts [--sign-ins 40] [--write]
import { fork } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { pinned } from "./cores.ts";
import { machine, markdownTable, publish } from "./page-section.ts";
import { startDatabase } from "./postgres.ts";
import { median } from "./report.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import type { Kind, Report } from "./sign-in/program.ts";

const { values } = parseArgs({
  options: { "sign-ins": { type: "string", default: "40" }, write: { type: "boolean", default: false } },
});
const SIGN_INS = Number(values["sign-ins"]);
/** At the same time in one program, so that most of the time passes waiting and little of the processor is used. */
const AT_ONCE = 50;
/** The user decides after this time: from 6 to 36 seconds, at any moment of an interval. Milliseconds. */
const decidesAfter = () => 6_000 + Math.random() * 30_000;

const programs: Record<Kind, string> = {
  oidc: "Doorcode, OpenID Connect engine",
  entra: "Doorcode, MSAL Node as engine",
  "five-seconds": "Doorcode, polls every 5 s (the tenant does not hold them)",
  msal: "MSAL Node alone",
};

const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
const database = await startDatabase();
const rows: string[][] = [];
try {
  const sqlite = await startServer("SQLite", "tenant.ts", ["sqlite", join(scratch, "sqlite")]);
  await measureAll(sqlite);
  const postgres = await startServer("PostgreSQL", "tenant.ts", ["postgres", join(scratch, "pg"), database.url]);
  await measureAll(postgres);
} finally {
  await database.stop();
  await rm(scratch, { recursive: true, force: true });
}
const header = [`${SIGN_INS} sign-ins each`, "store", "median", "p99", "slowest", "polls per sign-in"];
const table = markdownTable(header, rows, 2);
const decides = "The user decides 6 to 36 s after the code is shown.";
await publish("yes", `${table}\n\nMeasured on ${machine()}; PostgreSQL ${database.version}. ${decides}`, values.write);

async function measureAll(server: ServerProcess): Promise<void> {
  try {
    for (const kind of Object.keys(programs) as Kind[]) await measure(server, kind);
  } finally {
    await server.end();
  }
}

async function measure(server: ServerProcess, kind: Kind): Promise<void> {
  const caFile = join(scratch, `${server.name}.pem`);
  await writeFile(caFile, server.ca);
  const { authority, scope } = server.signIn!;
  const [command, ...before] = pinned("load", [process.execPath]);
  const program = fork(new URL("sign-in/program.ts", import.meta.url), [kind, authority, server.clientId, scope], {
    execPath: command!,
    execArgv: [...before, "--conditions=doorcode-source", "--disable-warning=ExperimentalWarning"],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: caFile },
  });
  const waiting = new Map<number, (report: Report) => void>();
  program.on("message", (report: Report) => waiting.get(report.n)?.(report));
  const next = (n: number) => new Promise<Report>((resolve) => waiting.set(n, resolve));
  const approvals = oneAtATime();

  const signIn = async (n: number): Promise<number> => {
    const shown = next(n);
    program.send(n);
    const report = await shown;
    if (!("code" in report)) throw new Error(`${kind}: ${JSON.stringify(report)}`);
    const ended = next(n);
    await sleep(decidesAfter());
    const at = await approvals(() => server.approve(report.code));
    const end = await ended;
    if (!("tokensAt" in end)) throw new Error(`${kind}: ${JSON.stringify(end)}`);
    return end.tokensAt - at;
  };
  // The first one loads and compiles the code of both sides.
  await signIn(-1);
  const pollsBefore = await tokenRequests(server);
  const times: number[] = [];
  let n = 0;
  const worker = async () => {
    while (n < SIGN_INS) times.push(await signIn(n++));
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, SIGN_INS) }, worker));
  const polls = ((await tokenRequests(server)) - pollsBefore) / SIGN_INS;
  program.disconnect();

  times.sort((a, b) => a - b);
  const ms = (value: number) => `${value < 1_000 ? value.toFixed(0) : Math.round(value).toLocaleString("en-US")} ms`;
  const p99 = times[Math.ceil(times.length * 0.99) - 1]!;
  const row = [programs[kind], server.name, ms(median(times)), ms(p99), ms(times.at(-1)!), polls.toFixed(1)];
  console.error(row.join(", "));
  rows.push(row);
}

/** Requests that the token endpoint has answered, by the server's own count. */
async function tokenRequests(server: ServerProcess): Promise<number> {
  const metrics = await new Promise<string>((resolve, reject) => {
    request(`${server.origin}/metrics`, { ca: server.ca }, (response) => text(response).then(resolve, reject))
      .once("error", reject)
      .end();
  });
  const counted = metrics.matchAll(/^doorcode_http_requests_total\{[^}]*\/token"[^}]*\} (\d+)$/gm);
  return [...counted].reduce((sum, [, count]) => sum + Number(count), 0);
}

function oneAtATime() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => undefined);
    return done;
  };
}
