// Writes what this version leaves in a store, with rows in every table, for the upgrade tests of later versions:
// `node tools/node24.mjs packages/tenant/test/upgrade/write-fixture.ts`. Run it when a version is released.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import pg from "pg";
import { pino } from "pino";
import { postgres } from "../../../../tools/postgres.mjs";
import { type StartOptions, startWithContext } from "../../src/server/start-tenant.ts";
import { fillEveryTable } from "../fixtures/every-table.ts";
import { freshDatabase } from "../fixtures/postgres.ts";

const folder = mkdtempSync(join(tmpdir(), "doorcode-fixture-"));
const file = join(folder, "tenant.db");
const url = await freshDatabase();
const refusing = { send: () => Promise.reject(new Error("down")), close: async () => undefined };

async function filled(name: string, store: StartOptions["store"]) {
  const dataDir = join(folder, name);
  const options = { store, dataDir, port: 0, pagesPort: 0, log: pino({ level: "silent" }), mailer: refusing };
  const tenant = await startWithContext(options);
  const kept = await fillEveryTable(tenant, 5_500);
  const writtenAt = Date.now();
  await tenant.close();
  return { ...kept, writtenAt, sealKey: readFileSync(join(dataDir, "seal.key")).toString("base64") };
}

const kept = { sqlite: await filled("one", { sqlite: file }), postgres: await filled("two", { postgres: url }) };

const database = new DatabaseSync(file);
const all = (sql: string) => database.prepare(sql).all() as Record<string, string | number | null>[];
const lines = all("select sql from sqlite_master where sql is not null order by rowid").map(({ sql }) => `${sql};`);
const literal = (value: string | number | null) =>
  typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value);
for (const { name } of all("select name from sqlite_master where type = 'table' order by rowid")) {
  for (const row of all(`select * from ${name}`)) {
    lines.push(`insert into ${name} values (${Object.values(row).map(literal).join(", ")});`);
  }
}
const last = String(all("select max(name) as last from kysely_migration")[0]?.last).slice(0, 4);
database.close();

const dump = execFileSync(
  join(postgres().bin, "pg_dump"),
  ["--inserts", "--no-owner", "--no-privileges", "--schema=public", url],
  { encoding: "utf8", maxBuffer: 1e8 },
);
// Commands of psql, and the schema, which every database has.
const plain = dump.replace(/^(\\.*|CREATE SCHEMA public;|--.*|COMMENT ON SCHEMA .*|)\n/gm, "");

const place = new URL("./", import.meta.url);
writeFileSync(new URL(`${last}-sqlite.sql`, place), `${lines.join("\n")}\n`);
writeFileSync(new URL(`${last}-postgres.sql`, place), plain);
writeFileSync(new URL(`${last}.json`, place), `${JSON.stringify(kept, undefined, 2)}\n`);
rmSync(folder, { recursive: true });
const client = new pg.Client({ connectionString: url });
await client.connect();
const { rows } = await client.query("select relname as name, n_live_tup from pg_stat_user_tables order by 1");
console.log(rows);
await client.end();
process.exit(0);
