import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { Mutex } from "../../src/kernel/mutex.ts";
import { GroupCommit } from "../../src/storage/engine/group-commit.ts";
import { sqliteCopies } from "../../src/storage/engine/sqlite-copies.ts";

describe("a copy that is attached to an open database", () => {
  test("that is still read afterwards changes nothing about what was done, and the next one can be attached", async (t) => {
    const writer = new DatabaseSync(":memory:");
    t.after(() => writer.close());
    const mutex = new Mutex();
    const copies = sqliteCopies(writer, mutex, new GroupCommit(writer, mutex));
    let reading: Iterator<unknown> | undefined;
    const done = await copies.attached(":memory:", async () => {
      writer.exec("create table copy.rows (n); insert into copy.rows values (1), (2)");
      reading = writer.prepare("select n from copy.rows").iterate();
      reading.next();
      return "committed";
    });
    assert.equal(done, "committed");
    await assert.rejects(
      copies.attached(":memory:", async () => "while it is read"),
      /locked/,
    );
    reading?.return?.();
    assert.equal(await copies.attached(":memory:", async () => "again"), "again");
    await assert.rejects(
      copies.attached(":memory:", async () => {
        throw new Error("refused");
      }),
      /refused/,
    );
    assert.equal(await copies.attached(":memory:", async () => "and again"), "and again");
  });
});
