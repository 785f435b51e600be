import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { Mutex } from "../../src/kernel/mutex.ts";
import { GroupCommit } from "../../src/storage/engine/group-commit.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";

test("concurrent writes of one turn are committed together, and none is answered before", async (t) => {
  const file = fileFor(t);
  const store = await openSqliteStore(file);
  const other = new DatabaseSync(file, { readOnly: true });
  t.after(async () => {
    other.close();
    await store.close();
  });
  const written = () => other.prepare("select count(*) as n from settings where name like 'group %'").get()?.n;
  const changes = Array.from({ length: 8 }, (_, n) => store.directory.settingOnce(`group ${n}`, "x"));
  const seenAtAnswer = changes.map((change) => change.then(written));
  // Meanwhile, another reader reads through the store and directly.
  assert.equal(await store.directory.setting("group 0"), undefined);
  assert.equal(written(), 0);
  assert.deepEqual(await Promise.all(seenAtAnswer), Array(8).fill(8));
  assert.equal(await store.directory.setting("group 0"), "x");
});

test("one failed change rolls back only itself", async (t) => {
  const { database, mutex, group } = scratchGroup(t);
  const change = async (value: number) => {
    await mutex.acquire();
    group.begin();
    let done: Promise<void>;
    try {
      database.prepare("insert into numbers values (?)").run(-value);
      database.prepare("insert into numbers values (?)").run(value);
      done = group.release();
    } catch (error) {
      group.rollBack();
      throw error;
    } finally {
      mutex.release();
    }
    await done;
  };
  const outcomes = await Promise.allSettled([change(1), change(1), change(2)]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.deepEqual(numbers(database), [-2, -1, 1, 2]);
});

test("if SQLite rolls back everything, no caller in the group succeeds, and the next group works", async (t) => {
  const { database, group } = scratchGroup(t);
  group.begin();
  database.exec("insert into numbers values (1)");
  const first = group.release();
  group.begin();
  database.exec("insert into numbers values (2)");
  // As SQLite itself does when the disk is full.
  database.exec("rollback");
  group.rollBack();
  await assert.rejects(first, /rolled back/);

  group.begin();
  database.exec("insert into numbers values (3)");
  await group.release();
  assert.equal(database.isTransaction, false);
  assert.deepEqual(numbers(database), [3]);
});

test("a failed commit fails for all its callers", async (t) => {
  const { database, group } = scratchGroup(t);
  database.exec("create table parents (id integer primary key)");
  database.exec("create table children (parent integer references parents deferrable initially deferred)");
  group.begin();
  database.exec("insert into numbers values (1)");
  const first = group.release();
  group.begin();
  database.exec("insert into children values (7)");
  const second = group.release();
  const outcomes = await Promise.allSettled([first, second]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(database.isTransaction, false);
  assert.deepEqual(numbers(database), []);
});

test("a group whose only change was rolled back is still closed", async (t) => {
  const { database, group } = scratchGroup(t);
  group.begin();
  group.rollBack();
  await nextTurn();
  await nextTurn();
  assert.equal(database.isTransaction, false);
});

type Test = { after(done: () => unknown): void };

function scratchGroup(t: Test) {
  const database = new DatabaseSync(fileFor(t));
  t.after(() => database.close());
  database.exec("pragma foreign_keys = on; create table numbers (n integer primary key)");
  const mutex = new Mutex();
  return { database, mutex, group: new GroupCommit(database, mutex) };
}

const numbers = (database: DatabaseSync) =>
  database
    .prepare("select n from numbers order by n")
    .all()
    .map(({ n }) => n);

function fileFor(t: Test): string {
  const folder = mkdtempSync(join(tmpdir(), "doorcode-group-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, "store.db");
}
