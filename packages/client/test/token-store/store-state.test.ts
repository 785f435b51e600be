import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Change, Json } from "../../src/token-store/contract.ts";
import { applyChanges, emptyState, type StoreState, withRecord } from "../../src/token-store/store-state.ts";

const DAY = 24 * 60 * 60 * 1000;
const now = 1_790_000_000_000;
const after = (state: StoreState, ...changes: Change[]) => applyChanges(state, changes, now);
const records = (state: StoreState) => Object.fromEntries(state.records);

describe("changes of a store", () => {
  test("create the next state and leave this one unchanged", () => {
    assert.deepEqual(emptyState, { generation: 0, records: new Map(), tombstones: new Map(), writes: [] });
    const first = after({ ...emptyState, writes: ["one"] }, { put: "a", value: 1 }, { put: "b", value: 2 });
    const second = after(first, { remove: "a" }, { put: "c", value: 3 });
    assert.deepEqual([first.generation, second.generation], [1, 2]);
    assert.deepEqual(
      [records(first), records(second)],
      [
        { a: 1, b: 2 },
        { b: 2, c: 3 },
      ],
    );
    assert.deepEqual([[...first.tombstones], [...second.tombstones]], [[], [["a", { generation: 2, at: now }]]]);
    assert.deepEqual(second.writes, ["one"]);
  });

  const removed = after(after(emptyState, { put: "a", value: 1 }), { remove: "a" });

  test("from before a removal do not restore the key, nor records that belong to it", () => {
    for (const basedOn of [0, 1]) {
      assert.deepEqual(records(after(removed, { put: "a", value: 2, basedOn })), {});
      assert.deepEqual(records(after(removed, { put: "token", value: 2, basedOn, belongsTo: "a" })), {});
    }
  });

  test("from the removal on, without a base, or of other keys, are applied", () => {
    const late: [change: Change, key: string][] = [
      [{ put: "a", value: 2, basedOn: 2 }, "a"],
      [{ put: "a", value: 2, basedOn: 3 }, "a"],
      [{ put: "a", value: 2 }, "a"],
      [{ put: "token", value: 2, belongsTo: "a" }, "token"],
      [{ put: "token", value: 2, basedOn: 2, belongsTo: "a" }, "token"],
      [{ put: "token", value: 2, basedOn: 0, belongsTo: "b" }, "token"],
      [{ put: "b", value: 2, basedOn: 0 }, "b"],
    ];
    for (const [change, key] of late) assert.deepEqual(records(after(removed, change)), { [key]: 2 });
  });

  test("in one list replace what the same list removes", () => {
    assert.deepEqual(records(after(removed, { remove: "b" }, { put: "b", value: 2, basedOn: 1 })), { b: 2 });
  });

  test("drop a removal after 30 days", () => {
    const put: Change[] = [{ put: "a", value: 2, basedOn: 1 }];
    const later = (ms: number) => applyChanges(applyChanges(removed, [], now + ms), put, now + ms);
    assert.deepEqual(records(later(30 * DAY - 1)), {});
    assert.deepEqual(records(later(30 * DAY)), { a: 2 });
    assert.equal(later(30 * DAY).tombstones.size, 0);
  });
});

test("the store's own records come and go without a tombstone", () => {
  const value: Json = { holder: "one" };
  const held = withRecord(emptyState, "lease", value);
  const free = withRecord(held, "lease", undefined);
  assert.deepEqual([records(emptyState), records(held), records(free)], [{}, { lease: value }, {}]);
  assert.deepEqual([held.generation, free.generation, free.tombstones.size], [1, 2, 0]);
});
