// `npm run bench`: the cost of a pending poll, a devicecode request and a renewal, next to a peer and the floor.
//
//   node tools/node24.mjs bench/poll.ts [--seconds 5] [--connections 32] [--rounds 3] [--json] [--only CASE]
//     [--against CHECKOUT]
//
// --only: the cases with this text in their name. --against: another checkout (installed, with its own node_modules)
// replaces the peer, in the same rounds.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { BARE, devicecode, poll, refresh, refreshUnsigned } from "./cases.ts";
import { type Measurement, measure } from "./measurement.ts";
import { type BenchDatabase, startDatabase } from "./postgres.ts";
import { comparison, type Rounds, rows, setting, table } from "./report.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "32" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    against: { type: "string" },
  },
});
const options = {
  seconds: positive("seconds"),
  connections: positive("connections"),
  rounds: positive("rounds"),
};
const cases = [poll, devicecode, refresh, refreshUnsigned].filter(({ name }) => name.includes(values.only));
if (cases.length === 0) fail(`--only ${values.only}: no case has this in its name.`);
if (values.against !== undefined && !existsSync(join(values.against, "bench/servers/tenant.ts"))) {
  fail(`--against ${values.against}: not a checkout of this project.`);
}
const WARM_UP_SECONDS = 2;

const scratch = await mkdtemp(join(tmpdir(), "doorcode-bench-"));
const servers: ServerProcess[] = [];
const databases = new Map<string, BenchDatabase>();
/** Our server here and in the other checkout, by their names in the table. */
const pairs: [here: string, there: string][] = [];
let ending: Promise<void> | undefined;
for (const [signal, code] of [["SIGINT", 130] as const, ["SIGTERM", 143] as const]) {
  process.once(signal, () => end().finally(() => process.exit(code)));
}
try {
  await run();
} finally {
  await end();
}

async function run(): Promise<void> {
  await startOurs("Doorcode");
  if (values.against === undefined) {
    servers.push(await startServer(BARE, "bare.ts"), await startServer("oidc-provider, memory", "oidc-provider.ts"));
  } else {
    await startOurs("other checkout", pathToFileURL(`${resolve(values.against)}/`));
    for (const store of ["SQLite", "PostgreSQL"]) pairs.push([`Doorcode, ${store}`, `other checkout, ${store}`]);
  }
  const measured: Rounds = new Map(cases.map(({ name }) => [name, new Map(servers.map((each) => [each.name, []]))]));
  // Round 0 warms up: its code is not compiled yet.
  for (let round = 0; round <= options.rounds; round++) {
    const seconds = round === 0 ? WARM_UP_SECONDS : options.seconds;
    for (const kind of cases) {
      // A different server begins each time, so that none always follows the same one.
      for (const server of [...servers.slice(round % servers.length), ...servers.slice(0, round % servers.length)]) {
        const databaseCpu = databases.get(server.name)?.cpuMicroseconds;
        const one = await measure(server, kind, {
          seconds,
          connections: options.connections,
          scratch,
          ...(databaseCpu ? { databaseCpu } : {}),
        });
        if (one && round > 0) keep(measured, kind.name, server.name, one);
        const said = one ? `${Math.round(one.perSecond)}/s, ${Math.round(one.cpuMicroseconds)} µs` : "no such case";
        console.error(`${round === 0 ? "warm-up" : `round ${round}`}: ${kind.name}, ${server.name}: ${said}`);
      }
    }
  }
  const versions = {
    node: process.version,
    sqlite: process.versions.sqlite!,
    postgresql: [...databases.values()][0]!.version,
    ...(values.against === undefined && { "oidc-provider": await oidcProviderVersion() }),
  };
  const result = { ...setting(options, versions), rows: rows(measured) };
  if (values.json) {
    console.log(JSON.stringify(result, null, 2));
    return;
  }
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const compared = pairs.length > 0 ? `\n${comparison(measured, pairs)}\n` : "";
  console.log(`\n${table(result.rows)}\n${compared}\n${result.machine}\n${named.join(", ")}\n${result.method}`);
}

async function oidcProviderVersion(): Promise<string> {
  return JSON.parse(await readFile("node_modules/oidc-provider/package.json", "utf8")).version;
}

/** Both stores of a checkout, each PostgreSQL in its own cluster. */
async function startOurs(name: string, checkout?: URL): Promise<void> {
  const folder = (store: string) => join(scratch, `${name}-${store}`.replaceAll(" ", "-"));
  const database = await startDatabase();
  databases.set(`${name}, PostgreSQL`, database);
  servers.push(
    await startServer(`${name}, SQLite`, "tenant.ts", ["sqlite", folder("sqlite")], checkout),
    await startServer(`${name}, PostgreSQL`, "tenant.ts", ["postgres", folder("postgres"), database.url], checkout),
  );
}

function keep(measured: Rounds, kind: string, server: string, one: Measurement): void {
  measured.get(kind)!.get(server)!.push(one);
}

function end(): Promise<void> {
  ending ??= (async () => {
    await Promise.allSettled(servers.map((server) => server.end()));
    await Promise.allSettled([...databases.values()].map((database) => database.stop()));
    await rm(scratch, { recursive: true, force: true });
  })();
  return ending;
}

function positive(name: "seconds" | "connections" | "rounds"): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  return fail(`--${name} must be a whole number above 0.`);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
