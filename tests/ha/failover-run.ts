// Runs inside of deploy/ha/try: prepares a tenant, keeps programs and people at work, breaks one part after the other, and
// prints what it found as JSON.
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { SMTPServer } from "smtp-server";
import { fetchTrusting } from "../../packages/tenant/test/fixtures/fetch-trusting.ts";
import { root } from "../packaging/pack.ts";
import { Answers, KINDS } from "./answers.ts";
import { FAULTS, loseOnPurpose } from "./faults.ts";
import { ca, doorcode, publicName, sql, whole } from "./lab.ts";
import { commandBlocks, runBlock } from "./page-commands.ts";
import { Promises } from "./promises.ts";
import type { Report, Row } from "./report.ts";
import { type Site, traffic } from "./traffic.ts";

const mail = new SMTPServer({
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  onData: (stream, _session, done) => {
    stream.resume().once("end", () => done());
  },
});
// A node that is killed leaves its connection.
mail.on("error", () => undefined);
mail.listen(2525, "10.20.0.1");

const say = (text: string) => process.stderr.write(`${text}\n`);
const site = await prepared();
const [answers, promises, errors] = [new Answers(), new Promises(), new Map<string, number>()];
const stop = new AbortController();
const work = traffic({ site, answers, promises, stopped: stop.signal }, errors);
work.catch((error: unknown) => {
  say(String((error as Error).stack));
  process.exit(1);
});
await wait(5_000);

// HA_FAULTS=6,6,10 repeats those faults alone, by their place in the list.
const only = process.env.HA_FAULTS?.split(",").map(Number);
const rows: Row[] = [];
for (const { name, happens } of only?.map((index) => FAULTS[index]!) ?? FAULTS) {
  rows.push(await observe(name, happens));
}
// The page's commands, as a person would run them: nothing may break while they do.
const blocks = only ? [] : await commandBlocks();
const operations = await observe("the commands of the page", async () => {
  for (const block of blocks) {
    say(block.text);
    await runBlock(block);
    await whole();
  }
});
const { signedOut, begunAgain } = promises;
const clients = { signedOut: [...signedOut], begunAgain: [...begunAgain] };
const acknowledged = {
  approvals: promises.approved.size,
  tokens: promises.tokens.size,
  revocations: promises.revoked.size,
};
const lostOnPurpose: string[] = [];
// A slow machine may acknowledge nothing between the cut and the kill.
for (let round = 1; !only && lostOnPurpose.length === 0 && round <= 3; round++) {
  await whole();
  await loseOnPurpose(() => promises.approved.size + promises.tokens.size + promises.revoked.size);
  lostOnPurpose.push(...(await promises.compare()).lost);
}
stop.abort();
await work;
mail.close();
const report: Report = {
  rows,
  operations,
  ...clients,
  acknowledged,
  lostOnPurpose,
  errors: Object.fromEntries(errors),
};
process.stdout.write(JSON.stringify(report), () => process.exit(0));

/** Lets it happen, waits until everything is whole, and compares what was promised with the store. */
async function observe(name: string, happens: () => Promise<void>): Promise<Row> {
  say(`${new Date().toISOString()} ${name}`);
  const [from, requests, failures] = [performance.now(), answers.requests, answers.failures];
  await happens();
  await whole();
  await wait(2_000);
  const to = performance.now();
  const found = await promises.compare();
  const without = Object.fromEntries(KINDS.map((kind) => [kind, answers.longestGap(kind, from, to)]));
  const row: Row = {
    name,
    seconds: (to - from) / 1_000,
    requests: answers.requests - requests,
    unanswered: answers.failures - failures,
    ...found,
    without: without as Row["without"],
  };
  say(JSON.stringify(row));
  return row;
}

/** A user, and the apps and APIs of the guide's file. */
async function prepared(): Promise<Site> {
  const origin = `https://${publicName()}`;
  const user = { email: "ada@contoso.example", password: "a long passphrase of ours" };
  await doorcode(["tenant", "users", "add", user.email, "--password-stdin"], user.password);
  const trusting = fetchTrusting(ca());
  const discovery = await trusting.fetch(`${origin}/doorcode.localhost/v2.0/.well-known/openid-configuration`);
  const authority = ((await discovery.json()) as { issuer: string }).issuer.replace(/\/v2\.0$/, "");
  trusting.close();
  const token = await doorcode(["tenant", "token"]);
  const file = join(root, "docs/guide/doorcode.tenant.yaml");
  await doorcode(["prepare", "--token-stdin", "--to", authority, "--file", file, "--yes"], token);
  const idOf = (table: "apps" | "apis", name: string) => sql(`select client_id from ${table} where name = '${name}'`);
  const [clientId, api] = [await idOf("apps", "ciam-client-app"), await idOf("apis", "ciam-ToDoList-api")];
  return { origin, authority, clientId, scope: `api://${api}/ToDoList.Read`, ca: ca(), user };
}
