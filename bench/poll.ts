// `npm run bench`: the cost of a pending poll, a devicecode request and a renewal, next to peers and the floor.
//
//   node tools/node24.mjs bench/poll.ts [--seconds 5] [--connections 32] [--rounds 3] [--json] [--only CASE]
//     [--against CHECKOUT] [--write] [--accept]
//
// --only: the cases with this text in their name. --against: another checkout (installed, with its own node_modules)
// replaces the peers, in the same rounds. --write: the figures replace those of docs/performance.md and README.md.
// --accept: measures only the ratios that the release tests guard, and writes them to bench/baseline.json.
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { BARE, devicecode, PEER, poll, refresh, refreshUnsigned } from "./cases.ts";
import { publish, publishInReadme } from "./page-section.ts";
import { type BenchDatabase, startDatabase } from "./postgres.ts";
import { lowest, measureRatios, type Ratios } from "./ratios.ts";
import { comparison, readmeRows, rows, setting, settingText, table } from "./report.ts";
import { measureRounds } from "./rounds.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "32" },
    rounds: { type: "string", default: "3" },
    json: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    against: { type: "string" },
    write: { type: "boolean", default: false },
    accept: { type: "boolean", default: false },
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
if (values.write && (values.against !== undefined || values.only !== "")) {
  fail("--write needs all rows: omit --against and --only.");
}
/** Runs of which the lowest ratios are accepted. */
const ACCEPTED_RUNS = 4;

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
  await (values.accept ? accept() : run());
} finally {
  await end();
}

async function run(): Promise<void> {
  await startOurs("Doorcode");
  if (values.against === undefined) {
    servers.push(
      await startServer(BARE, "bare.ts"),
      await startServer("Fastify, empty handler", "fastify.ts"),
      await startServer(PEER, "oidc-provider.ts"),
      await startServer("better-auth, SQLite", "better-auth.ts", [join(scratch, "better-auth")]),
    );
  } else {
    await startOurs("other checkout", pathToFileURL(`${resolve(values.against)}/`));
    for (const store of ["SQLite", "PostgreSQL"]) pairs.push([`Doorcode, ${store}`, `other checkout, ${store}`]);
  }
  const measured = await measureRounds(servers, cases, { ...options, scratch, databases });
  const versions = {
    SQLite: process.versions.sqlite!,
    PostgreSQL: [...databases.values()][0]!.version,
    ...(values.against === undefined && {
      Fastify: await versionOf("fastify"),
      "oidc-provider": await versionOf("oidc-provider"),
      "better-auth": await versionOf("better-auth"),
    }),
  };
  const result = { ...setting(options, versions), rows: rows(measured) };
  if (values.json) {
    console.log(JSON.stringify(result, null, 2));
    return;
  }
  const compared = pairs.length > 0 ? `\n\n${comparison(measured, pairs)}` : "";
  const text = `${table(result.rows)}${compared}\n\n${settingText(result)}`;
  await publish("requests", text, values.write);
  if (values.write) await publishInReadme(readmeRows(result.rows));
}

async function accept(): Promise<void> {
  const runs: Ratios[] = [];
  for (let n = 0; n < ACCEPTED_RUNS; n++) {
    runs.push(await measureRatios());
    console.error(JSON.stringify(runs.at(-1)));
  }
  const accepted = JSON.stringify(lowest(runs), null, 2);
  await writeFile(new URL("baseline.json", import.meta.url), `${accepted}\n`);
  console.log(accepted);
}

async function versionOf(name: string): Promise<string> {
  return JSON.parse(await readFile(`node_modules/${name}/package.json`, "utf8")).version;
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
