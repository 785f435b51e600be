import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { checkTenant } from "../../src/server/check-tenant.ts";
import { type MoveStep, moveTenant, undoMove } from "../../src/server/move.ts";
import { migrations } from "../../src/storage/migrations/known.ts";
import { fillEveryTable, type KeptByOthers, outside } from "../fixtures/every-table.ts";
import { failsWith, scratch } from "./scratch.ts";
import { postgresPlace, sqlitePlace, type TestPlace } from "./tenant-place.ts";

type Row = Record<string, unknown>;

const query = async ({ store }: TestPlace, statement: string): Promise<Row[]> => {
  if ("sqlite" in store) {
    const database = new DatabaseSync(store.sqlite, { timeout: 5_000 });
    try {
      return database.prepare(statement).all() as Row[];
    } finally {
      database.close();
    }
  }
  const client = new pg.Client({ connectionString: store.postgres, options: `-c search_path=${store.schema}` });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
};

/** Every row of every table as text, in one order on both databases. */
async function everything(place: TestPlace): Promise<Record<string, string[]>> {
  const tables =
    "sqlite" in place.store
      ? await query(place, "select name from sqlite_master where type = 'table'")
      : await query(place, "select tablename as name from pg_tables where schemaname = current_schema()");
  const names = tables.map(({ name }) => String(name)).filter((name) => !name.startsWith("kysely_migration_lock"));
  const textOf = (row: Row) =>
    Object.keys(row)
      .sort()
      .map((column) => `${column}=${row[column]}`)
      .join(" ");
  const rows = async (table: string) => (await query(place, `select * from ${table}`)).map(textOf).sort();
  return Object.fromEntries(await Promise.all(names.sort().map(async (name) => [name, await rows(name)] as const)));
}

/** A stopped tenant with rows in every table, and an empty place of the other kind with the same data folder. */
async function moving(t: TestContext, direction: keyof typeof directions, sameFolder = true) {
  const [makeSource, makeTarget] = directions[direction];
  const from = await makeSource(t);
  const mailer = { send: () => Promise.reject(new Error("down")), close: async () => undefined };
  const tenant = await from.start({ mailer });
  const kept = await fillEveryTable(tenant);
  // Restores are rare.
  const epoch = "insert into audit_epochs (id, number, after_seq, started_at) values ('one', 1, 0, 0)";
  await tenant.close();
  await query(from, epoch);
  const other = await makeTarget(t);
  const store = "sqlite" in other.store ? { sqlite: join(from.data, "tenant.db") } : other.store;
  const to = sameFolder ? { ...other, data: from.data, store, start: startIn(other, from.data, store) } : other;
  return { from, to, kept, before: await everything(from) };
}

const directions = {
  "SQLite to PostgreSQL": [sqlitePlace, postgresPlace],
  "PostgreSQL to SQLite": [postgresPlace, sqlitePlace],
} as const;

const startIn =
  (place: TestPlace, dataDir: string, store: TestPlace["store"]): TestPlace["start"] =>
  (options) =>
    place.start({ dataDir, store, ...options });

const start = (place: TestPlace, data = place.data) => place.start({ dataDir: data });

/** Programs, browsers and devices continue at the new store. */
async function works(place: TestPlace, kept: KeptByOthers) {
  const tenant = await start(place);
  const requests = outside(tenant);
  const renewed = await requests.renew(kept.clientId, kept.refreshToken);
  assert.equal(renewed.status, 200, JSON.stringify(renewed.body));
  assert.match(await requests.account(kept.cookie), /ada@contoso\.example/);
  await tenant.approve(kept.userCode, { as: kept.email });
  requests.close();
  await tenant.admin.people.add({ email: "eve@contoso.example" });
  const [record] = await tenant.context.store.audit.list({ event: "tenant.moved", limit: 2 });
  assert.equal(record?.actor, "operator");
  await tenant.close();
}

/** The target has no table, or no file, and the source starts. */
async function nothingChanged({ from, to, before }: Awaited<ReturnType<typeof moving>>) {
  if ("sqlite" in to.store) assert.equal(existsSync(to.store.sqlite), false);
  else assert.deepEqual(await everything(to), {});
  assert.deepEqual(await everything(from), before);
  await (await start(from)).close();
}

for (const direction of Object.keys(directions) as (keyof typeof directions)[]) {
  describe(`moving a tenant from ${direction}`, () => {
    test("copies every row of every table; programs, browsers and devices continue, and the old store refuses", async (t) => {
      const at = await moving(t, direction);
      const { from, to, kept, before } = at;
      const empty = Object.keys(before).filter((table) => before[table]?.length === 0);
      assert.deepEqual(empty, [], "each table has rows");
      const moved = await moveTenant(from, to);
      const after = await everything(to);
      const { audit_records: records = [], ...others } = after;
      const { audit_records: recordsBefore = [], kysely_migration, ...othersBefore } = before;
      const names = (rows: string[] = []) => rows.map((row) => row.replace(/ timestamp=.*/, ""));
      assert.deepEqual(names(others.kysely_migration), names(kysely_migration));
      assert.deepEqual({ ...others, kysely_migration: [] }, { ...othersBefore, kysely_migration: [] });
      assert.equal(records.length, recordsBefore.length + 1);
      assert.deepEqual(
        recordsBefore.filter((row) => !records.includes(row)),
        [],
      );
      for (const [table, count] of Object.entries(moved.tables)) assert.equal(count, before[table]?.length, table);
      await assert.rejects(start(from), failsWith("tenant_moved"));
      const found = (await checkTenant({ ...from, beforeStart: true })).find(({ part }) => part === "store");
      assert.match(`${found?.level} ${found?.message}`, /^error .*was moved to/);
      await assert.rejects(moveTenant(from, to), /moved to|already has/);
      await works(to, kept);
      if ("sqlite" in to.store) assert.equal(statSync(to.store.sqlite).mode & 0o777, 0o600);
      const numbers = await query(
        to,
        "select count(*) as all_of_them, count(distinct seq) as numbers from audit_records",
      );
      assert.equal(String(numbers[0]?.numbers), String(numbers[0]?.all_of_them));
    });

    test("takes the seal key along to another data folder, and never replaces another key", async (t) => {
      const at = await moving(t, direction, false);
      const key = await readFile(join(at.from.data, "seal.key"));
      await moveTenant(at.from, at.to);
      assert.deepEqual(await readFile(join(at.to.data, "seal.key")), key);
      await works(at.to, at.kept);
      const other = await moving(t, direction, false);
      await (
        await start({ ...other.from, data: other.to.data } as TestPlace, other.to.data).catch(() => undefined)
      )?.close();
      await writeFile(join(other.to.data, "seal.key"), new Uint8Array(32), { mode: 0o600 }).catch(() => undefined);
      await assert.rejects(moveTenant(other.from, other.to), failsWith("seal_key_differs"));
    });

    test("killed before the end leaves nothing behind; killed after the commit, the new store is complete", async (t) => {
      const at = await moving(t, direction);
      assert.equal(await moveAndDie(at, "copied"), "SIGKILL");
      await nothingChanged(at);
      const { from, to, kept } = at;
      assert.equal(await moveAndDie(at, "committed"), "SIGKILL");
      await assert.rejects(moveTenant(from, to), failsWith("move_refused"));
      await works(to, kept);
    });

    test("whose old store cannot be marked says that the new one is complete", async (t) => {
      const { from, to, kept } = await moving(t, direction);
      const reached = (step: MoveStep) => {
        if (step === "marked") throw new Error("the connection is lost");
      };
      await assert.rejects(moveTenant(from, to, { reached }), /complete in its new store/);
      await works(to, kept);
    });

    test("can be undone: the old store starts again", async (t) => {
      const { from, to } = await moving(t, direction);
      await assert.rejects(undoMove(from), failsWith("move_refused"));
      await moveTenant(from, to);
      assert.match(await undoMove(from), /, at 20/);
      await (await start(from)).close();
      await assert.rejects(moveTenant(from, to), failsWith("move_refused"), "the new store is not empty");
    });

    test("refuses while the tenant runs, and changes nothing", async (t) => {
      const at = await moving(t, direction);
      const tenant = await start(
        at.from,
        direction === "PostgreSQL to SQLite" ? `${at.from.data}-node` : at.from.data,
      ).catch(() => start(at.from));
      await assert.rejects(moveTenant(at.from, at.to), failsWith("already_running"));
      await tenant.close();
      if ("sqlite" in at.to.store) assert.equal(existsSync(at.to.store.sqlite), false);
      else assert.deepEqual(await everything(at.to), {});
    });

    test("refuses tables of another version, in the old store and in the new one", async (t) => {
      const at = await moving(t, direction);
      const { from, to } = at;
      const newest = Object.keys(migrations).at(-1);
      const refused = (message: RegExp) =>
        assert.rejects(moveTenant(from, to), (error: Error) => {
          assert.match(error.message, message);
          return failsWith("move_refused")(error);
        });
      await query(from, "insert into kysely_migration (name, timestamp) values ('9999-future', '')");
      await refused(/those of a newer version/);
      await query(from, `delete from kysely_migration where name in ('9999-future', '${newest}')`);
      await refused(/those of an older version/);
      await query(from, `insert into kysely_migration (name, timestamp) values ('${newest}', '')`);
      const other = await (direction === "SQLite to PostgreSQL" ? postgresPlace : sqlitePlace)(t);
      await (await start(other)).close();
      await assert.rejects(moveTenant(from, { ...other, data: from.data }), failsWith("move_refused"));
      if ("postgres" in other.store) {
        await query(other, "insert into kysely_migration (name, timestamp) values ('9999-future', '')");
        await assert.rejects(moveTenant(from, { ...other, data: from.data }), /newer version/);
      }
      await assert.rejects(moveTenant(from, from), failsWith("move_refused"), "the same kind");
    });
  });
}

describe("moving a tenant", () => {
  test("to a database that does not respond is refused", async (t) => {
    const at = await moving(t, "SQLite to PostgreSQL");
    const nowhere = { ...at.to, store: { postgres: "postgres://doorcode@127.0.0.1:1/doorcode" } };
    await assert.rejects(moveTenant(at.from, nowhere), failsWith("store_unreachable"));
    await nothingChanged(at);
  });

  test("to a full disk leaves nothing there, and says so", async (t) => {
    const at = await moving(t, "PostgreSQL to SQLite");
    const folder = await scratch(t);
    const module = fileURLToPath(new URL("../../src/server/move.ts", import.meta.url));
    const program = `
      const { moveTenant } = await import(${JSON.stringify(module)});
      const { readdirSync } = await import("node:fs");
      const [from, folder] = [JSON.parse(process.argv[1]), process.argv[2]];
      const to = { data: from.data, store: { sqlite: folder + "/tenant.db" } };
      const error = await moveTenant(from, to).catch((error) => error);
      console.log(JSON.stringify({ code: error.code, message: error.message, files: readdirSync(folder) }));
      process.exit(0);`;
    const { store, data } = at.from;
    const args = ["--input-type=module", "-e", program, JSON.stringify({ store, data }), folder];
    const mount = `mount -t tmpfs -o size=200k,mode=700 none "$0" && exec "$@"`;
    // Without a user namespace, in which the folder of PostgreSQL's socket could not be opened.
    const isolated = ["--mount", "sh", "-c", mount, folder];
    if (spawnSync("unshare", [...isolated, "true"]).status !== 0) {
      return t.skip("this machine does not allow mounting a small disk");
    }
    const { stdout, stderr } = spawnSync("unshare", [...isolated, process.execPath, ...args], { encoding: "utf8" });
    const { code, message, files } = JSON.parse(stdout || JSON.stringify({ message: stderr }));
    assert.match(message, /tenant\.db: the disk is full/);
    assert.deepEqual([code, files], ["data_folder_refused", ["tenant.db.lock"]]);
    await nothingChanged(at);
  });

  for (const direction of Object.keys(directions) as (keyof typeof directions)[]) {
    test(`with very many rows needs no more memory (${direction})`, async (t) => {
      const at = await moving(t, direction);
      const many = 60_000;
      const values = "select 'assertion ' || n || ' ' || '%', 9999999999999 from n".replace("%", "x".repeat(200));
      const series = "with recursive n (n) as (select 1 union all select n + 1 from n where n < 60000)";
      await query(at.from, `insert into used_assertions (assertion_hash, expires_at) ${series} ${values}`);
      const before = process.memoryUsage().rss;
      let highest = before;
      const watch = setInterval(() => {
        highest = Math.max(highest, process.memoryUsage().rss);
      }, 20);
      const { tables } = await moveTenant(at.from, at.to);
      clearInterval(watch);
      assert.equal(tables.used_assertions, many + 1);
      const grown = (highest - before) / 2 ** 20;
      t.diagnostic(`${many} rows, ${Math.round(grown)} MiB more`);
      assert.ok(grown < 150, `${grown} MiB more`);
    });
  }
});

async function moveAndDie({ from, to }: { from: TestPlace; to: TestPlace }, at: MoveStep): Promise<string | null> {
  const script = fileURLToPath(new URL("move-and-die.ts", import.meta.url));
  const [source, target] = [from, to].map(({ data, store }) => ({ data, store }));
  const child = spawn(
    process.execPath,
    ["--conditions=doorcode-source", script, JSON.stringify({ from: source, to: target, at })],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const [, signal] = await once(child, "exit");
  return signal;
}
