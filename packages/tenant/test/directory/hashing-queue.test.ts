import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type HashingPurpose, HashingQueue } from "../../src/directory/hashing-queue.ts";

/** A queue whose hashes finish when the test says so. */
function slowQueue(options = { atOnce: 1, maxWaiting: 6, maxChoosing: 3 }) {
  const queue = new HashingQueue(options, () => new Error("full"));
  const started: string[] = [];
  const refused: string[] = [];
  const finish: (() => void)[] = [];
  return {
    started,
    refused,
    ask(purpose: HashingPurpose, source: string, name = source) {
      const work = () => {
        started.push(name);
        return new Promise<void>((resolve) => finish.push(resolve));
      };
      queue.run(purpose, source, work).catch(() => refused.push(name));
    },
    async finishAll() {
      await settled();
      for (let next = finish.shift(); next; next = finish.shift()) {
        next();
        await settled();
      }
    },
  };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("the queue of passwords that wait to be hashed", () => {
  test("sources alternate, however many places one of them has", async () => {
    const { ask, started, finishAll } = slowQueue();
    for (const name of ["a1", "a2", "a3", "a4"]) ask("verify", "a", name);
    ask("verify", "b", "b1");
    ask("verify", "b", "b2");
    await finishAll();
    assert.deepEqual(started, ["a1", "a2", "b1", "a3", "b2", "a4"]);
  });

  test("sign-ins and new passwords take turns", async () => {
    const { ask, started, finishAll } = slowQueue();
    ask("choose", "x", "first");
    for (const name of ["n1", "n2", "n3"]) ask("choose", "x", name);
    for (const name of ["s1", "s2"]) ask("verify", "y", name);
    await finishAll();
    assert.deepEqual(started, ["first", "s1", "n1", "s2", "n2", "n3"]);
  });

  test("new passwords never take the places reserved for sign-ins", async () => {
    const { ask, refused, started, finishAll } = slowQueue();
    ask("choose", "z");
    for (const source of ["a", "b", "c", "d"]) ask("choose", source);
    for (const source of ["e", "f", "g"]) ask("verify", source);
    await finishAll();
    assert.deepEqual(refused, ["d"], "the fourth new password that would wait");
    assert.deepEqual([...started].sort(), ["a", "b", "c", "e", "f", "g", "z"]);
  });

  test("in a full queue the source with the most places loses its last one to a source with fewer", async () => {
    const { ask, refused, started, finishAll } = slowQueue();
    for (const name of ["a0", "a1", "a2", "a3", "a4", "a5", "a6"]) ask("verify", "a", name);
    ask("verify", "b", "b1");
    ask("verify", "a", "a7");
    await finishAll();
    assert.deepEqual([...refused].sort(), ["a6", "a7"]);
    assert.deepEqual(started, ["a0", "a1", "b1", "a2", "a3", "a4", "a5"]);
  });

  test("a hash that throws hands its slot on", async () => {
    const queue = new HashingQueue({ atOnce: 1, maxWaiting: 1, maxChoosing: 1 }, () => new Error("full"));
    const broken = queue.run("verify", "a", async () => Promise.reject(new Error("broken")));
    const next = queue.run("verify", "a", async () => "done");
    await assert.rejects(broken, /broken/);
    assert.equal(await next, "done");
    assert.equal(await queue.run("verify", "a", async () => "again"), "again");
  });
});
