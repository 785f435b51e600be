// `npm run bench:walk`: what a sign-in with a password costs, from the code to the consent page, beside its Argon2id.
//
//   node tools/node24.mjs bench/walk.ts [--sign-ins 100] [--rounds 3] [--only sqlite|postgres]
//     [--against CHECKOUT]
//
// --against: another checkout (installed, with its own node_modules) takes turns with this one.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, loadavg, release, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { hashPassword, verifyPassword } from "../packages/tenant/src/directory/password.ts";
import { formClient } from "./form-client.ts";
import { type PageClient, pageClient, type Shown } from "./page-client.ts";
import { type BenchDatabase, startDatabase } from "./postgres.ts";
import { median } from "./report.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    "sign-ins": { type: "string", default: "100" },
    rounds: { type: "string", default: "3" },
    only: { type: "string" },
    against: { type: "string" },
  },
});
const SIGN_INS = Number(values["sign-ins"]);
const ROUNDS = Number(values.rounds);
if (!(SIGN_INS > 0 && ROUNDS > 0) || ![undefined, "sqlite", "postgres"].includes(values.only)) {
  console.error("--sign-ins and --rounds must be above 0, --only sqlite or postgres.");
  process.exit(2);
}
if (values.against !== undefined && !existsSync(join(values.against, "bench/servers/tenant.ts"))) {
  console.error(`--against ${values.against}: not a checkout of this project.`);
  process.exit(2);
}

interface Walk {
  browser: PageClient;
  code: string;
  person: { email: string; password: string };
  shown: Shown;
}

/** Each is one request of a browser. A form is answered with a redirect to the next page. */
const steps: Record<string, (walk: Walk) => Promise<Shown>> = {
  "GET /device": ({ browser }) => browser.get("/device"),
  "POST /device": ({ browser, code, shown }) => browser.send(shown, "/device", { user_code: code }),
  "GET /sign-in": ({ browser, shown }) => browser.get(shown.location),
  "POST /sign-in, with Argon2id": ({ browser, person, shown }) => browser.send(shown, "/sign-in", person),
  "GET /device/confirm": ({ browser, shown }) => browser.get(shown.location),
};

interface Cost {
  /** CPU, in microseconds, of the server. */
  server: number;
  /** And of PostgreSQL's processes. */
  database: number;
  statements: number;
  bytes: number;
}

interface Measured extends ServerProcess {
  database: BenchDatabase | undefined;
  rounds: Map<string, Cost[]>;
}

const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
const servers: Measured[] = [];
const databases: BenchDatabase[] = [];
let ending: Promise<void> | undefined;
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
  process.once(signal, () => end().finally(() => process.exit(code)));
}
try {
  await start("Doorcode");
  if (values.against !== undefined) await start("other checkout", pathToFileURL(`${resolve(values.against)}/`));
  const argon2id: number[] = [];
  // Round 0 warms up: its code is not compiled yet.
  for (let round = 0; round <= ROUNDS; round++) {
    const alone = await argon2idAlone();
    if (round > 0) argon2id.push(alone);
    for (const server of servers) {
      const costs = await walk(server);
      if (round > 0)
        for (const [name, cost] of costs) server.rounds.set(name, [...(server.rounds.get(name) ?? []), cost]);
      console.error(`${round === 0 ? "warm-up" : `round ${round}`}: ${server.name}`);
    }
  }
  for (const server of servers) report(server, median(argon2id));
} finally {
  await end();
}
console.log(
  `\n${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${process.platform} ${release()}, Node ${process.version}, load average ` +
    `${loadavg()
      .map((each) => each.toFixed(1))
      .join(", ")}. ${ROUNDS} rounds of ${SIGN_INS} sign-ins, medians. Bytes are not compressed.`,
);

function end(): Promise<void> {
  ending ??= (async () => {
    await Promise.allSettled(servers.map((server) => server.end()));
    await Promise.allSettled(databases.map((database) => database.stop()));
    await rm(scratch, { recursive: true, force: true });
  })();
  return ending;
}

async function start(name: string, checkout?: URL): Promise<void> {
  const folder = (store: string) => join(scratch, `${name}-${store}`.replaceAll(" ", "-"));
  if (values.only !== "postgres") {
    const sqlite = await startServer(`${name}, SQLite`, "tenant.ts", ["sqlite", folder("sqlite")], checkout);
    servers.push({ ...sqlite, database: undefined, rounds: new Map() });
  }
  if (values.only === "sqlite") return;
  const database = await startDatabase();
  databases.push(database);
  const args = ["postgres", folder("postgres"), database.url];
  const postgres = await startServer(`${name}, PostgreSQL`, "tenant.ts", args, checkout);
  servers.push({ ...postgres, database, rounds: new Map() });
}

/** Everyone does a step before the next one begins, so that the CPU of each step is known. One request at a time. */
async function walk(server: Measured): Promise<Map<string, Cost>> {
  const { person } = server.signIn!;
  const client = formClient(server.origin, server.ca, 1);
  const walks: Walk[] = [];
  for (let n = 0; n < SIGN_INS; n++) {
    const { status, body } = await client.post(server.devicecodePath, {
      client_id: server.clientId,
      scope: `${server.signIn!.scope} openid profile offline_access`,
    });
    if (status !== 200) throw new Error(`devicecode answered ${status} ${JSON.stringify(body)}`);
    const browser = pageClient(new URL(String(body.verification_uri)).origin);
    walks.push({
      browser,
      code: String(body.user_code),
      person,
      shown: { status: 0, location: "", html: "", bytes: 0 },
    });
  }
  client.close();

  const costs = new Map<string, Cost>();
  for (const [name, step] of Object.entries(steps)) {
    const before = await counted(server);
    for (const each of walks) {
      each.shown = await step(each);
      const expected = name.startsWith("GET") ? 200 : 303;
      if (each.shown.status !== expected) throw new Error(`${name} answered ${each.shown.status}:\n${each.shown.html}`);
    }
    const after = await counted(server);
    const each = (what: keyof typeof after) => (after[what] - before[what]) / SIGN_INS;
    const bytes = median(walks.map(({ shown }) => shown.bytes));
    costs.set(name, { server: each("server"), database: each("database"), statements: each("statements"), bytes });
  }
  for (const { browser } of walks) browser.close();
  return costs;
}

async function counted(server: Measured): Promise<Omit<Cost, "bytes">> {
  return {
    server: await server.cpuMicroseconds(),
    database: (await server.database?.cpuMicroseconds?.()) ?? 0,
    statements: await server.statements(),
  };
}

/** CPU of verifying one password, in microseconds, as the server does it. */
async function argon2idAlone(): Promise<number> {
  const stored = await hashPassword("seven slow herons");
  const before = process.cpuUsage();
  for (let n = 0; n < SIGN_INS; n++) await verifyPassword(stored, "seven slow herons");
  const { user, system } = process.cpuUsage(before);
  return (user + system) / SIGN_INS;
}

function report({ name, database, rounds }: Measured, argon2id: number): void {
  const ms = (microseconds: number) => (microseconds / 1_000).toFixed(2);
  const of = (costs: Cost[], what: keyof Cost) => median(costs.map((cost) => cost[what]));
  console.log(`\n**${name}**\n\n| step | CPU ms |${database ? " PostgreSQL ms | statements |" : ""} bytes |`);
  console.log(`|---|---:|---:|${database ? "---:|---:|" : ""}`);
  for (const [step, costs] of rounds) {
    const more = database ? ` ${ms(of(costs, "database"))} | ${of(costs, "statements").toFixed(1)} |` : "";
    console.log(`| ${step} | ${ms(of(costs, "server"))} |${more} ${of(costs, "bytes").toLocaleString("en-US")} |`);
  }
  const total = [...rounds.values()].reduce((sum, costs) => sum + of(costs, "server"), 0);
  const rest = total - argon2id;
  console.log(
    `\nThe walk: ${ms(total)} ms. Argon2id alone: ${ms(argon2id)} ms. The rest of the walk: ${ms(rest)} ms, ` +
      `${Math.round((100 * rest) / argon2id)} % of Argon2id.`,
  );
}
