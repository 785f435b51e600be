// On PostgreSQL, records become visible in another order than that of their numbers.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import pg from "pg";
import { openPostgresStore } from "../../src/storage/sql/open-store.ts";
import type { AuditCursor, Store } from "../../src/storage/store.ts";
import { freshSchema } from "../fixtures/postgres.ts";
import { sampleAudit } from "./samples.ts";

async function opened(t: TestContext, poolSize = 2) {
  const { url, schema, drop } = await freshSchema();
  const open = () => openPostgresStore(url, { schema, poolSize });
  const closing: (() => Promise<unknown>)[] = [drop];
  // The last first: the schema cannot be dropped while a transaction is open.
  t.after(async () => {
    for (const close of closing.reverse()) await close();
  });
  const store = await open();
  closing.push(() => store.close());
  /** Migrates again. */
  const reopened = async () => {
    const newer = await open();
    closing.push(() => newer.close());
    return newer;
  };
  const write = (event: string) => store.audit.write(sampleAudit(event));
  const connected = async () => {
    const client = new pg.Client({ connectionString: url, options: `-c search_path=${schema}` });
    await client.connect();
    closing.push(() => client.end());
    return client;
  };
  const query = async (statement: string) => (await (await connected()).query(statement)).rows;
  const transaction = async () => {
    const client = await connected();
    const begin = async (event: string) => {
      await client.query("begin");
      const values = "($1, 0, 'tenant', '{}')";
      await client.query(`insert into audit_records (event, at, actor, detail) values ${values}`, [event]);
    };
    return { begin, end: (how: "commit" | "rollback") => client.query(how) };
  };
  return { store, write, transaction, query, reopened };
}

/** Reads everything that is visible from here on. */
function reader({ audit }: Store, start: AuditCursor) {
  let cursor = start;
  return {
    cursor: () => cursor,
    async next(limit = 2): Promise<string[]> {
      const events: string[] = [];
      for (let more = true; more; ) {
        const page = await audit.read(cursor, { limit });
        events.push(...page.records.map(({ event }) => event));
        cursor = page.cursor;
        more = page.more;
      }
      return events;
    },
  };
}

/**
 * Nothing is open any more, so the cursor becomes one number. Transactions of other tests in the same server delay that.
 */
async function becomes(number: number, { next, cursor }: ReturnType<typeof reader>): Promise<void> {
  const before = Date.now();
  while (cursor().read.length > 0 && Date.now() < before + 60_000) assert.deepEqual(await next(), []);
  const { low, read } = cursor();
  assert.deepEqual([low, read], [number, []]);
}

test("a record whose transaction ends late is read late, and once", async (t) => {
  const { store, write, transaction } = await opened(t);
  const { next, cursor } = reader(store, await store.audit.start({}));
  const [slow, slower, undone] = [await transaction(), await transaction(), await transaction()];
  await write("one");
  await slow.begin("two");
  await slower.begin("three");
  await undone.begin("four");
  for (const event of ["five", "six", "seven"]) await write(event);
  assert.deepEqual(await next(), ["one", "five", "six", "seven"]);
  assert.deepEqual(await next(), []);
  await slower.end("commit");
  await undone.end("rollback");
  assert.deepEqual(await next(), ["three"]);
  await write("eight");
  assert.deepEqual(await next(), ["eight"]);
  await slow.end("commit");
  assert.deepEqual(await next(), ["two"]);
  for (let round = 0; round < 3; round++) assert.deepEqual(await next(), []);
  await becomes(8, { next, cursor });
});

test("a reader that starts while a transaction is open reads its record later, whatever it starts with", async (t) => {
  const { store, write, transaction } = await opened(t);
  for (const event of ["one", "two"]) await write(event);
  const [slow, slower, undone] = [await transaction(), await transaction(), await transaction()];
  await slow.begin("three");
  await write("four");
  await undone.begin("five");
  await slower.begin("six");
  await write("seven");
  const starts: [Parameters<typeof store.audit.start>[0], string[]][] = [
    [{}, ["one", "two", "four", "seven"]],
    [{ newest: 0 }, []],
    [{ newest: 1 }, ["seven"]],
    [{ newest: 99 }, ["one", "two", "four", "seven"]],
    [{ event: "seven" }, ["seven"]],
    [{ event: "none" }, []],
  ];
  const readers = await Promise.all(
    starts.map(async ([filter, visible]) => {
      const read = reader(store, await store.audit.start(filter));
      assert.deepEqual(await read.next(), visible);
      return read;
    }),
  );
  await undone.end("rollback");
  await slower.end("commit");
  for (const { next } of readers) assert.deepEqual(await next(), ["six"]);
  await slow.end("commit");
  for (const { next } of readers) assert.deepEqual(await next(), ["three"]);
  await write("eight");
  for (const each of readers) {
    assert.deepEqual(await each.next(), ["eight"]);
    await becomes(8, each);
  }
});

test("records of an earlier version with equal numbers get different ones, in their order", async (t) => {
  const { query, reopened } = await opened(t);
  for (const statement of [
    "alter table audit_records alter column seq drop default",
    "drop sequence audit_numbers",
    "drop index audit_records_at, token_families_created_at",
    "delete from kysely_migration where name like '0014%'",
    `insert into audit_records (seq, at, event, actor, detail) values
      (1, 5, 'one', 'tenant', '{}'), (2, 7, 'three', 'tenant', '{}'), (2, 6, 'two', 'tenant', '{}')`,
  ]) {
    await query(statement);
  }
  const newer = await reopened();
  await newer.audit.write(sampleAudit("four"));
  const { next } = reader(newer, await newer.audit.start({}));
  assert.deepEqual(await next(1), ["one", "two", "three", "four"]);
  assert.deepEqual(await query("select count(distinct seq)::int as numbers from audit_records"), [{ numbers: 4 }]);
});

test("of many writers at once, a reader misses no record and repeats none", async (t) => {
  const { store, write } = await opened(t, 20);
  const { next } = reader(store, await store.audit.start({}));
  const expected = Array.from({ length: 400 }, (_, index) => `event ${index}`);
  let writing = true;
  const written = Promise.all(
    Array.from({ length: 20 }, async (_, writer) => {
      for (let index = writer; index < expected.length; index += 20) {
        await write(expected[index]!);
        if (index % 7 === 0) await wait(Math.random() * 5);
      }
    }),
  ).finally(() => {
    writing = false;
  });
  const read: string[] = [];
  while (writing) read.push(...(await next(10)));
  await written;
  read.push(...(await next(10)));
  assert.equal(read.length, expected.length);
  assert.deepEqual(read.toSorted(), expected.toSorted());
});
