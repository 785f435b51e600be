import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { sql } from "kysely";
import type { Bound, Database } from "../../src/storage/engine/database.ts";
import { openPostgresDatabase } from "../../src/storage/engine/postgres.ts";
import { prepared } from "../../src/storage/engine/prepared.ts";
import { openSqliteDatabase } from "../../src/storage/engine/sqlite.ts";
import { freshSchema } from "../fixtures/postgres.ts";

const readsOf = ({ db }: Database) => ({
  setting: prepared((by: { name: string }) => db.selectFrom("settings").where("name", "=", by.name).select("value")),
  keys: prepared((_by: object) => db.selectFrom("signingKeys").select(["kid", "createdAt", "retiresAt"])),
});

async function returnsRowsOfEach(database: Database) {
  const { setting, keys } = readsOf(database);
  const key = { kid: "k", publicJwk: "{}", sealedPrivate: "s", certificate: "c", createdAt: 5, activatesAt: 6 };
  await database.db
    .insertInto("signingKeys")
    .values({ ...key, retiresAt: null })
    .execute();
  await database.db.insertInto("settings").values({ name: "one", value: "1" }).execute();
  const rows = await database.together([setting.with({ name: "one" }), keys.with({}), setting.with({ name: "none" })]);
  assert.deepEqual(rows, [[{ value: "1" }], [{ kid: "k", createdAt: 5, retiresAt: null }], []]);
}

test("SQLite: reads that run together return the rows of each, named as the query builder names them", async () => {
  const database = await openSqliteDatabase(":memory:");
  await returnsRowsOfEach(database);
  await database.close();
});

describe("PostgreSQL: statements that run together", () => {
  let place: Awaited<ReturnType<typeof freshSchema>>;
  let database: Database;
  before(async () => {
    place = await freshSchema();
    // One connection, so that the next statements run where an error was.
    database = await openPostgresDatabase(place.url, { schema: place.schema, poolSize: 1 });
  });
  after(async () => {
    await database.close();
    await place.drop();
  });

  test("return the rows of each, named as the query builder names them", () => returnsRowsOfEach(database));

  const written = async () => {
    const query = database.db.selectFrom("settings").where("name", "like", "t-%").select("name").orderBy("name");
    return (await query.execute()).map(({ name }) => name);
  };
  const insert = (name: string): Bound<unknown> => ({
    text: `insert into ${database.tableName("settings")} (name, value) values ($1, $2)`,
    parameters: [name, "x"],
  });
  const fails: Bound<unknown> = { text: "select 1 / $1::int as fails", parameters: [0] };
  const works: Bound<unknown> = { text: "select 2 / $1::int as works", parameters: [1] };

  test("are one transaction: an error undoes all of them, and the connection goes on", async () => {
    for (let times = 0; times < 2; times++) {
      await assert.rejects(database.together([insert("t-1"), fails, works]), { code: "22012" });
      assert.deepEqual(await written(), []);
    }
    const [, rows] = await database.together([insert("t-2"), works, { ...fails, parameters: [1] }]);
    assert.deepEqual(rows, [{ works: 2 }]);
    assert.deepEqual(await written(), ["t-2"]);
  });

  test("name each row's members as the server describes them now, also where it has planned the statement again", async () => {
    const { schema } = place;
    await sql`create table ${sql.table(`${schema}.grown`)} (id text)`.execute(database.db);
    const text = `select g.*, 'last' as last from ${database.tableName("grown")} as g where $1 = $1`;
    const [inserted] = [{ text: `insert into ${database.tableName("grown")} values ($1)`, parameters: ["a"] }];
    await database.together([inserted, { text, parameters: ["x"] }]);
    await sql`alter table ${sql.table(`${schema}.grown`)} add column more text`.execute(database.db);
    // As a pooler does that keeps names, on a connection to the server that does not have the statement yet.
    const names = sql<{ name: string }>`select name from pg_prepared_statements where statement = ${text}`;
    const [{ name }] = (await names.execute(database.db)).rows as [{ name: string }];
    await sql`deallocate ${sql.ref(name)}`.execute(database.db);
    await sql`prepare ${sql.ref(name)} as ${sql.raw(text)}`.execute(database.db);
    const [rows] = await database.together([{ text, parameters: ["x"] }]);
    assert.deepEqual(rows, [{ id: "a", more: null, last: "last" }]);
  });

  test("see, each, what was committed before it began", async () => {
    const count = { text: `select count(*) as settings from ${database.tableName("settings")}`, parameters: [] };
    const [before, , later] = await database.together<[{ settings: number }, unknown, { settings: number }]>([
      count,
      insert("t-3"),
      count,
    ]);
    assert.equal(later[0]?.settings, before[0]!.settings + 1);
  });

  describe("with query_timeout in the store's URL", () => {
    const HOUR = 3_600_000;
    const open = () => {
      const url = new URL(place.url);
      url.searchParams.set("query_timeout", String(HOUR));
      return openPostgresDatabase(url.href, { schema: place.schema, poolSize: 1 });
    };

    test("leave no timer behind, which would end them a second time", async (t) => {
      const limited = await open();
      t.after(() => limited.close());
      const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
      await limited.together([works, works]);
      const before = timers();
      for (let times = 0; times < 20; times++) await limited.together([works, works]);
      await assert.rejects(limited.together([works, fails]), { code: "22012" });
      assert.equal(timers(), before);
    });

    test("fail after that time, and their connection is closed, on which they may still run", async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      const limited = await open();
      t.after(() => limited.close());
      const sessionOf = async () => (await limited.together([pid]))[0][0]?.pid;
      const pid: Bound<{ pid: number }> = { text: "select pg_backend_pid() as pid where $1 = $1", parameters: ["x"] };
      const first = await sessionOf();
      await database.db.transaction().execute(async (trx) => {
        await sql`lock table ${sql.table(`${place.schema}.settings`)}`.execute(trx);
        const late = assert.rejects(limited.together([insert("t-4")]), { message: "Query read timeout" });
        const waiting = sql<{ n: number }>`select count(*) as n from pg_locks where pid = ${first} and not granted`;
        while ((await waiting.execute(trx)).rows[0]?.n === 0);
        t.mock.timers.tick(HOUR);
        await late;
      });
      // The same statement is parsed again, by a new session.
      await limited.together([insert("t-5")]);
      assert.notEqual(await sessionOf(), first);
    });
  });
});
