import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { oldestFirst } from "../../src/kernel/oldest-first.ts";

/** Counts how often a search starts at the front again. */
class CountingMap extends Map<number, { n: number }> {
  iterators = 0;
  override entries() {
    this.iterators++;
    return super.entries();
  }
}

const filled = (...numbers: number[]) => {
  const map = new CountingMap();
  for (const n of numbers) map.set(n, { n });
  return map;
};

describe("the oldest entry of a map", () => {
  test("is the same one until it is deleted, then the next", () => {
    const map = filled(1, 2, 3);
    const oldest = oldestFirst(map);
    assert.deepEqual([oldest()?.[0], oldest()?.[0]], [1, 1]);
    map.delete(2);
    map.delete(1);
    assert.equal(oldest()?.[0], 3);
  });

  test("is not one that was deleted and added again", () => {
    const map = filled(1, 2);
    const oldest = oldestFirst(map);
    assert.equal(oldest()?.[0], 1);
    map.delete(1);
    map.set(1, { n: 1 });
    assert.equal(oldest()?.[0], 2);
    map.delete(2);
    assert.equal(oldest()?.[0], 1);
  });

  test("is found again after the map was empty", () => {
    const map = filled();
    const oldest = oldestFirst(map);
    assert.equal(oldest(), undefined);
    map.set(1, { n: 1 });
    assert.equal(oldest()?.[0], 1);
    map.clear();
    assert.equal(oldest(), undefined);
    map.set(2, { n: 2 });
    map.set(3, { n: 3 });
    assert.equal(oldest()?.[0], 2);
  });

  test("is found without starting at the front again, where deleted entries pile up", () => {
    const map = filled(...Array.from({ length: 1_000 }, (_, n) => n));
    const oldest = oldestFirst(map);
    for (let n = 0; n < 10_000; n++) {
      const [first, value] = oldest()!;
      assert.equal(first, n % 1_000);
      map.delete(first);
      map.set(first, { ...value });
    }
    assert.ok(map.iterators <= 10_000 / 1_000 + 1, `${map.iterators} iterators`);
  });
});
