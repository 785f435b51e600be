import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { pino } from "pino";
import { migrations as known, type Migration } from "../../src/storage/migrations/known.ts";
import { LOCK } from "../../src/storage/migrations/migrate.ts";
import { openPostgresStore, openSqliteStore } from "../../src/storage/sql/open-store.ts";
import type { Store } from "../../src/storage/store.ts";
import { startPgBouncer, withoutPgBouncer } from "../fixtures/pgbouncer.ts";
import { freshSchema, sharedPostgres } from "../fixtures/postgres.ts";
import { seed } from "../fixtures/seed.ts";
import { contracting, future } from "./future-migrations.ts";
import { andThen } from "./known-migrations.ts";
import { sampleUser } from "./samples.ts";

interface Place {
  /** What `migrate-and-die.ts` takes. */
  shown: { sqlite: string } | { url: string; schema: string };
  open(migrations?: Record<string, Migration>): Promise<Store>;
  query(statement: string): Promise<unknown[]>;
}

function openStores() {
  const stores: Store[] = [];
  return {
    stores,
    opened: async (opening: Promise<Store>) => {
      const store = await opening;
      stores.push(store);
      return store;
    },
  };
}

const makePlace = {
  async SQLite(t: TestContext): Promise<Place> {
    const folder = mkdtempSync(join(tmpdir(), "doorcode-migrate-"));
    const file = join(folder, "store.db");
    const { stores, opened } = openStores();
    t.after(async () => {
      for (const store of stores) await store.close();
      rmSync(folder, { recursive: true });
    });
    return {
      shown: { sqlite: file },
      open: (migrations) => opened(openSqliteStore(file, migrations === undefined ? {} : { migrations })),
      async query(statement) {
        const database = new DatabaseSync(file, { timeout: 5_000 });
        try {
          return database.prepare(statement).all();
        } finally {
          database.close();
        }
      },
    };
  },
  PostgreSQL: (t: TestContext) => onPostgres(t),
};

async function onPostgres(t: TestContext, throughPooler = (url: string) => url) {
  const { url: direct, schema, drop } = await freshSchema();
  const url = throughPooler(direct);
  const client = new pg.Client({ connectionString: direct, options: `-c search_path=${schema}` });
  await client.connect();
  const { stores, opened } = openStores();
  t.after(async () => {
    for (const store of stores) await store.close();
    await client.end();
    await drop();
  });
  return {
    url,
    schema,
    shown: { url, schema },
    open: (migrations?: Record<string, Migration>) =>
      opened(openPostgresStore(url, { schema, poolSize: 2, ...(migrations && { migrations }) })),
    query: async (statement: string) => (await client.query(statement)).rows,
  };
}

async function die(shown: Place["shown"]) {
  const script = fileURLToPath(new URL("migrate-and-die.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=doorcode-source", script, JSON.stringify(shown)], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return child;
}

/** Names of migrations that the store records, from this number on. */
const recorded = async ({ query }: Place, from: string) =>
  (await query(`select name from kysely_migration where name >= '${from}' order by name`)).map(
    (row) => (row as { name: string }).name,
  );

for (const [kind, make] of Object.entries(makePlace)) {
  describe(`migrations on ${kind}`, () => {
    test("of an older store run once, however many nodes start at once; an older node keeps working", async (t) => {
      const place = await make(t);
      const older = await place.open();
      const user = sampleUser();
      await seed(older).insertUser(user);
      const nodes = await Promise.all(
        Array.from({ length: kind === "SQLite" ? 1 : 4 }, () => place.open(andThen(future))),
      );
      assert.deepEqual(await recorded(place, "9"), Object.keys(future));
      for (const node of [older, ...nodes]) {
        assert.equal((await node.directory.findUser(user.id))?.email, user.email);
        await seed(node).insertUser(sampleUser());
      }
      assert.equal((await place.query("select id from users where nickname is null")).length, nodes.length + 2);
    });

    test("killed in the middle are finished by the next start", async (t) => {
      const place = await make(t);
      await (await place.open()).close();
      const child = await die(place.shown);
      assert.deepEqual((await once(child, "exit"))[1], "SIGKILL");
      assert.deepEqual(await recorded(place, "9"), ["9001-first"]);
      await place.open(andThen(future));
      assert.deepEqual(await recorded(place, "9"), Object.keys(future));
    });

    test("of a newer version: a version that can still work with the store starts, an older one is refused", async (t) => {
      const place = await make(t);
      await (await place.open(andThen(future))).close();
      const older = await place.open();
      await seed(older).insertUser(sampleUser());
      await older.close();
      await (await place.open(andThen({ ...future, "9004-contract": contracting }))).close();
      await assert.rejects(place.open(), (error: Error & { code?: string }) => {
        assert.equal(error.code, "store_migration_failed");
        assert.match(error.message, /9004-contract.*needs a version that knows migration 9003/);
        assert.ok(error.message.includes(`knows is ${Object.keys(known).at(-1)}`));
        return true;
      });
      await assert.rejects(place.open(andThen({ "9001-first": future["9001-first"] })), /9004-contract/);
      await place.open(andThen(future));
    });

    test("that fail change nothing, and the error says so", async (t) => {
      const place = await make(t);
      await (await place.open()).close();
      const broken: Migration = {
        async up(db) {
          await future["9001-first"].up(db);
          throw new Error("out of luck");
        },
      };
      await assert.rejects(place.open(andThen({ "9001-first": broken })), /Cannot update the store's tables\./);
      assert.deepEqual(await recorded(place, "9"), []);
      await place.open(andThen(future));
    });
  });
}

describe("migrations while nodes serve (PostgreSQL)", () => {
  test("wait for a long reader, and let requests pass meanwhile", async (t) => {
    const place = await makePlace.PostgreSQL(t);
    const node = await place.open();
    const user = sampleUser();
    await seed(node).insertUser(user);
    const reader = new pg.Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await reader.connect();
    await reader.query("begin; select count(*) from users");
    let migrated = false;
    const newer = place.open(andThen(future)).then(() => {
      migrated = true;
    });
    // Until the migration waits for the lock, and gives up at least once.
    const waiting = async () =>
      (
        await place.query(`select 1 from pg_locks join pg_class on pg_class.oid = relation
          where relname = 'users' and relnamespace = '${place.schema}'::regnamespace and not granted`)
      ).length > 0;
    for (const until of [true, false]) while ((await waiting()) !== until) await wait(20);
    for (let request = 0; request < 5; request++) {
      const before = performance.now();
      assert.equal((await node.directory.findUser(user.id))?.id, user.id);
      const took = performance.now() - before;
      assert.ok(took < 60_000, `a request waited ${took} ms behind the migration`);
    }
    assert.equal(migrated, false);
    await reader.query("commit");
    await reader.end();
    await newer;
    assert.deepEqual(await recorded(place, "9"), Object.keys(future));
  });

  test("wait for a node that holds their lock, and say so", async (t) => {
    const place = await makePlace.PostgreSQL(t);
    const holder = new pg.Client({ connectionString: place.url });
    await holder.connect();
    await holder.query(`begin; select pg_advisory_xact_lock(${LOCK})`);
    const waits = Promise.withResolvers<void>();
    const log = pino({ level: "warn" }, { write: (line) => void (line.includes("tries again") && waits.resolve()) });
    const opening = openPostgresStore(place.url, { schema: place.schema, poolSize: 2, log });
    await waits.promise;
    // Its machine is back, or the server noticed that it is gone.
    await holder.end();
    await (await opening).close();
  });

  test("an index that a killed node began is created again, and writes go on", async (t) => {
    const place = await makePlace.PostgreSQL(t);
    const { "9003-third": index, ...before } = future;
    const node = await place.open(andThen(before));
    const writer = new pg.Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await writer.connect();
    await writer.query("begin; update users set nickname = 'x'");
    const valid = async () =>
      (
        await place.query(`select indisvalid as valid from pg_index where indexrelid = to_regclass('users_nickname')`)
      ).map((row) => (row as { valid: boolean }).valid);
    // The index exists, and waits for the writer.
    const script = "create index concurrently users_nickname on users (nickname)";
    const killed = new pg.Client({ connectionString: place.url, options: `-c search_path=${place.schema}` });
    await killed.connect();
    killed.on("error", () => undefined);
    const ended = assert.rejects(killed.query(script));
    while ((await valid()).length === 0) await wait(20);
    const nodes = [place.open(andThen(future)), place.open(andThen(future))];
    await seed(node).insertUser(sampleUser());
    await place.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query = '${script}' and pid <> pg_backend_pid()`,
    );
    await ended;
    assert.deepEqual(await valid(), [false]);
    await seed(node).insertUser(sampleUser());
    await writer.query("commit");
    await writer.end();
    await Promise.all(nodes);
    assert.deepEqual(await valid(), [true]);
    assert.deepEqual(await recorded(place, "9"), Object.keys(future));
  });
});

describe("migrations behind PgBouncer in transaction mode", { skip: withoutPgBouncer }, () => {
  test("run once, with an index that is created concurrently, while nodes start at once", async (t) => {
    const pooler = await startPgBouncer(await sharedPostgres(), 4);
    t.after(() => pooler.stop());
    const place = await onPostgres(t, (url) => pooler.url(url));
    const older = await place.open();
    await seed(older).insertUser(sampleUser());
    await Promise.all(Array.from({ length: 3 }, () => place.open(andThen(future))));
    assert.deepEqual(await recorded(place, "9"), Object.keys(future));
    await seed(older).insertUser(sampleUser());
    const index = "select indisvalid as valid from pg_index where indexrelid = to_regclass('users_nickname')";
    assert.deepEqual(await place.query(index), [{ valid: true }]);
  });
});
