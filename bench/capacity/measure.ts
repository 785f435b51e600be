// `npm run capacity:measure`: what each operation costs on PostgreSQL, for the capacity plan. Writes costs.json.
//
//   node tools/node24.mjs bench/capacity/measure.ts [--rows 100000] [--seconds 3] [--held 1000]
//
// CPU time, statements and bytes of write-ahead log, which depend little on what else runs on the machine.
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { hashSecret } from "../../packages/tenant/src/kernel/seal.ts";
import { openPostgresStore } from "../../packages/tenant/src/storage/sql/open-store.ts";
import { type Case, devicecode, poll, refresh } from "../cases.ts";
import { benchToken, fillSignIns, openFiller } from "../fill.ts";
import { FORM, formClient } from "../form-client.ts";
import { holdPolls } from "../hold-polls.ts";
import { measure } from "../measurement.ts";
import { startDatabase } from "../postgres.ts";
import { median } from "../report.ts";
import { type ServerProcess, startServer } from "../server-process.ts";
import type { Cost, Costs, Operation } from "./costs.ts";
import { measureSizes } from "./fill.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "100000" },
    seconds: { type: "string", default: "3" },
    held: { type: "string", default: "1000" },
  },
});
const ROWS = Number(values.rows);
const SECONDS = Number(values.seconds);
const CONNECTIONS = 16;
const SIGN_INS = 200;
const PASSWORDS = 5;
const WAKES = 100;
const ROUNDS = 3;
/** Two checks of all held polls. */
const WATCHED_MS = 10_000;

const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
const database = await startDatabase();
const client = new pg.Client({ connectionString: database.url });
await client.connect();
const databaseCpu = database.cpuMicroseconds;
if (!databaseCpu) throw new Error("The CPU time of PostgreSQL's processes is only known on Linux.");
try {
  const server = await startServer("PostgreSQL", "tenant.ts", ["postgres", join(scratch, "pg"), database.url]);
  try {
    const costs = await measureAll(server);
    const file = new URL("costs.json", import.meta.url);
    await writeFile(file, `${JSON.stringify(costs, null, 2)}\n`);
    console.log(JSON.stringify(costs, null, 2));
  } finally {
    await server.end();
  }
} finally {
  await client.end();
  await database.stop();
  await rm(scratch, { recursive: true, force: true });
}

async function measureAll(server: ServerProcess): Promise<Costs> {
  // Compiles the code of every operation, and leaves rows to copy.
  await loadWith(server, devicecode, 2);
  await loadWith(server, poll, 2);
  await loadWith(server, refresh, 2);
  const idle = await server.memory();
  const signIns: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    signIns.push(await costOf(server, async () => void (await server.refreshTokens(SIGN_INS)), SIGN_INS));
  }
  const signIn = signIns.reduce((least, each) =>
    each.node + each.database < least.node + least.database ? each : least,
  );
  progress("sizes");
  const tables = await measureSizes(client, ROWS);
  progress("sign-ins to renew");
  const filler = await openFiller({ postgres: database.url });
  await fillSignIns(filler, 1, ROWS);
  await filler.run("vacuum analyze");
  await filler.close();
  const measured: Record<Operation, Cost> = {
    poll: await costUnderLoad(server, poll),
    devicecode: await costUnderLoad(server, devicecode),
    signIn,
    renewal: await costUnderLoad(server, refresh, renewalOfEach),
  };
  progress("held polls");
  const heldPoll = await costOfHeldPolls(server, Number(values.held));
  return {
    measured: {
      machine: `${cpus().length} cores of ${cpus()[0]?.model.trim()}`,
      node: process.version,
      postgres: database.version,
      commit: execFileSync("git", ["rev-parse", "--short=8", "HEAD"], { encoding: "utf8" }).trim(),
      date: new Date().toISOString().slice(0, 10),
      loadAverage: Math.round(loadavg()[1]!),
    },
    operations: measured,
    heldPoll,
    password: await costOfPassword(),
    sizes: { rows: ROWS, tables },
    memory: { node: idle.resident, connection: await memoryOfConnections() },
    wakeOnOtherNode: await wakeOnOtherNode(),
  };
}

/** Renewals of sign-ins that are spread over the tables, as those of real devices. Each round has its own. */
function renewalOfEach(round: number): Case {
  return {
    ...refresh,
    async work(server) {
      const prefix = `grant_type=refresh_token&client_id=${server.clientId}&refresh_token=`;
      const own = Math.floor(ROWS / ROUNDS);
      // In an order without a pattern: 7919 is prime to the number of rows.
      const token = (n: number) => benchToken((((round * own + n) * 7_919) % ROWS) + 1);
      const forms = Array.from({ length: own }, (_, n) => prefix + token(n));
      return { path: server.tokenPath, forms, contentType: FORM, order: "repeat", prefix };
    },
  };
}

/**
 * `spread`: the same operation on rows all over the tables, in the rounds for the log after a checkpoint. Whatever else
 * runs on the machine can only add CPU time, so the cheapest round counts.
 */
async function costUnderLoad(server: ServerProcess, kind: Case, spread = (_round: number) => kind): Promise<Cost> {
  progress(kind.name);
  const rounds: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await loadWith(server, kind, SECONDS));
  const { wal } = rounds.at(-1)!;
  await client.query("checkpoint");
  const after: Cost[] = [];
  for (let round = 0; round < ROUNDS; round++) after.push(await loadWith(server, spread(round), SECONDS));
  const counting = spread(0) === kind ? [...rounds, ...after] : after;
  const least = (part: "node" | "database") => Math.min(...counting.map((each) => each[part]));
  return { ...after[0]!, node: least("node"), database: least("database"), wal, walAfterCheckpoint: after[0]!.wal };
}

async function loadWith(server: ServerProcess, kind: Case, seconds: number): Promise<Cost> {
  const counters: Counters[] = [];
  // Read right before and after the load, without what prepares it.
  const read = async () => {
    const now = await countersOf(server);
    counters.push(now);
    return now.database;
  };
  const options = { seconds, connections: CONNECTIONS, scratch, databaseCpu: read };
  const { requests } = (await measure(server, kind, options))!;
  return perOperation(counters[0]!, counters[1]!, requests);
}

async function costOf(server: ServerProcess, work: () => Promise<void>, count: number): Promise<Cost> {
  const before = await countersOf(server);
  await work();
  return perOperation(before, await countersOf(server), count);
}

type Counters = Omit<Cost, "walAfterCheckpoint">;

async function countersOf(server: ServerProcess): Promise<Counters> {
  return {
    node: await server.cpuMicroseconds(),
    database: await databaseCpu!(),
    statements: await server.statements(),
    wal: await walBytes(),
  };
}

function perOperation(before: Counters, after: Counters, count: number): Cost {
  const each = (name: keyof Counters) => (after[name] - before[name]) / count;
  const wal = Math.round(each("wal"));
  const statements = Math.round(each("statements") * 10) / 10;
  return {
    node: Math.round(each("node")),
    database: Math.round(each("database")),
    statements,
    wal,
    walAfterCheckpoint: wal,
  };
}

async function walBytes(): Promise<number> {
  const { rows } = await client.query("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as bytes");
  return Number(rows[0].bytes);
}

async function costOfHeldPolls(server: ServerProcess, count: number): Promise<Costs["heldPoll"]> {
  const forms = formClient(server.origin, server.ca, CONNECTIONS);
  const codes: string[] = [];
  for (let n = 0; n < count; n++) {
    const { body } = await forms.post(server.devicecodePath, { client_id: server.clientId, scope: "openid" });
    codes.push(String(body.device_code));
  }
  forms.close();
  // What a tenant does without polls is no cost of theirs.
  const idle = await cpuPerSecond(server);
  const before = await server.memory();
  const held = await holdPolls(server, codes);
  try {
    const memory = ((await server.memory()).resident - before.resident) / count;
    const holding = await cpuPerSecond(server);
    const each = (part: "node" | "database") => Math.round((Math.max(0, holding[part] - idle[part]) / count) * 10) / 10;
    return { node: each("node"), database: each("database"), memory: Math.round(memory) };
  } finally {
    held.end();
  }
}

/** In the quietest of a few spans. */
async function cpuPerSecond(server: ServerProcess): Promise<{ node: number; database: number }> {
  const spans: { node: number; database: number }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const read = async () => [await server.cpuMicroseconds(), await databaseCpu!(), performance.now()] as const;
    const [node, inDatabase, from] = await read();
    await sleep(WATCHED_MS);
    const [nodeAfter, databaseAfter, to] = await read();
    const seconds = (to - from) / 1_000;
    spans.push({ node: (nodeAfter - node) / seconds, database: (databaseAfter - inDatabase) / seconds });
  }
  const least = (part: "node" | "database") => Math.min(...spans.map((each) => each[part]));
  return { node: least("node"), database: least("database") };
}

async function costOfPassword(): Promise<number> {
  let least = Infinity;
  for (let n = 0; n < PASSWORDS; n++) {
    const before = process.cpuUsage();
    await hashPassword(randomUUID());
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least;
}

/** What a connection of the tenant holds for itself. */
async function memoryOfConnections(): Promise<number> {
  const { rows } = await client.query("select pid from pg_stat_activity where application_name like 'doorcode%'");
  const sizes = await Promise.all(
    rows.map(async ({ pid }) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8");
      return Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    }),
  );
  return Math.round(sizes.reduce((sum, each) => sum + each, 0) / sizes.length);
}

/** A decision on one node; a watch, as of a held poll, on another one. */
async function wakeOnOtherNode(): Promise<Costs["wakeOnOtherNode"]> {
  progress("two nodes");
  const [a, b] = [await openPostgresStore(database.url), await openPostgresStore(database.url, { recheckMs: 60_000 })];
  const times: number[] = [];
  try {
    for (let n = 0; n < WAKES; n++) {
      const id = randomUUID();
      const deviceCodeHash = hashSecret(id);
      const now = Date.now();
      const of = { id, deviceCodeHash, userCode: id, clientId: "bench", initiatedIp: "127.0.0.1" };
      await a.grants.insert({
        ...of,
        requested: { oidc: [], resourceId: "bench", resourceScopes: [], isDefault: false, asked: [] },
        deviceName: null,
        devicePlatform: null,
        createdAt: now,
        expiresAt: now + 60_000,
      });
      let end: () => void = () => undefined;
      const woken = new Promise<number>((resolve) => {
        end = b.grantChanges.watch({ deviceCodeHash, clientId: of.clientId }, () => resolve(performance.now()));
      });
      // The first watch opens the connection that listens.
      if (n === 0) await sleep(1_000);
      const by = { actor: "operator", userId: null, clientId: null, grantId: id, ip: null } as const;
      const audit = { ...by, at: now, event: "device_grant.denied", detail: {} };
      const from = performance.now();
      await a.grants.deny(id, { sessionId: null, reason: "operator", now, audit });
      times.push((await woken) - from);
      end();
    }
  } finally {
    await a.close();
    await b.close();
  }
  times.sort((x, y) => x - y);
  const tenth = (ms: number) => Math.round(ms * 10) / 10;
  return { median: tenth(median(times)), p99: tenth(times[Math.ceil(times.length * 0.99) - 1]!) };
}

function progress(what: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
}
