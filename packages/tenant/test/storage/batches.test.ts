import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inBatches, WAITING_BATCHES } from "../../src/storage/engine/batches.ts";

const duplicate = Object.assign(new Error("duplicate"), { code: "23505" });
const lost = Object.assign(new Error("the connection was lost"), { code: "ECONNRESET" });

describe("batches", () => {
  test("have what is asked for in one turn of the event loop, and at most as many as allowed", async () => {
    const batches: number[][] = [];
    const double = inBatches(
      async (items: number[]) => {
        batches.push(items);
        return items.map((item) => item * 2);
      },
      { most: 3, atOnce: 5 },
    );
    assert.deepEqual(await Promise.all([1, 2, 3, 4].map(double)), [2, 4, 6, 8]);
    assert.equal(await double(5), 10);
    assert.deepEqual(batches, [[1, 2, 3], [4], [5]]);
  });

  test("run only as many at the same time as allowed, and what waits meanwhile is the next one", async () => {
    const running: { items: string[]; end: () => void }[] = [];
    const store = inBatches(
      (items: string[]) => new Promise<string[]>((resolve) => running.push({ items, end: () => resolve(items) })),
      { most: 10, atOnce: 1 },
    );
    const first = store("a");
    await nextTurn();
    const others = Promise.all(["b", "c"].map(store));
    await nextTurn();
    assert.deepEqual(
      running.map(({ items }) => items),
      [["a"]],
    );
    running[0]?.end();
    await first;
    await nextTurn();
    assert.deepEqual(running[1]?.items, ["b", "c"]);
    running[1]?.end();
    assert.deepEqual(await others, ["b", "c"]);
  });

  test("that fail because of one item fail for that item only", async () => {
    const store = inBatches(
      async (items: string[]) => {
        if (items.includes("bad")) throw duplicate;
        return items;
      },
      { most: 10, atOnce: 1 },
    );
    const [one, bad, two] = await Promise.allSettled(["one", "bad", "two"].map(store));
    assert.deepEqual(
      [one, two].map((each) => each?.status),
      ["fulfilled", "fulfilled"],
    );
    assert.equal(bad?.status === "rejected" && bad.reason, duplicate);
  });

  test("that fail for another reason are not repeated: something may have been stored", async () => {
    let runs = 0;
    const store = inBatches(
      async () => {
        runs++;
        throw lost;
      },
      { most: 10, atOnce: 1 },
    );
    for (const each of await Promise.allSettled(["one", "two"].map(store))) {
      assert.equal(each.status === "rejected" && each.reason, lost);
    }
    assert.equal(runs, 1);
    assert.equal(await store("three").catch((error) => error), lost, "the next batch runs");
  });

  test("let only as many wait as are answered soon: what is beyond is refused at once, and costs the others nothing", async () => {
    const ends: (() => void)[] = [];
    const store = inBatches((items: number[]) => new Promise<number[]>((resolve) => ends.push(() => resolve(items))), {
      most: 2,
      atOnce: 1,
    });
    const first = store(0);
    await nextTurn();
    const waiting = Array.from({ length: 2 * WAITING_BATCHES }, (_, item) => store(item));
    await assert.rejects(store(-1), { name: "StoreError", code: "store_busy", hint: /moment/ });
    const all = Promise.all([first, ...waiting]);
    for (let batch = 0; batch <= WAITING_BATCHES; batch++) {
      ends.shift()?.();
      await nextTurn();
    }
    assert.equal((await all).length, 1 + 2 * WAITING_BATCHES);
    const later = store(1);
    await nextTurn();
    ends.shift()?.();
    assert.equal(await later, 1, "there is room again");
  });
});
