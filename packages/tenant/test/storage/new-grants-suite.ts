import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Charge, InsertResult, NewGrant, Store } from "../../src/storage/store.ts";
import { type MakeStore, sqliteMemory, type TestStore } from "./open-test-store.ts";
import { type Samples, sampleGrant, seedSamples, T0 } from "./samples.ts";

const WINDOW = 600_000;

/** Of one node: which request of a batch is refused depends on their order. */
export function newGrantsSuite(makeStore: MakeStore): void {
  describe("grants that are inserted at the same time", () => {
    let place: TestStore;
    let store: Store;
    let samples: Samples;
    before(async () => {
      place = await makeStore();
      store = await place.open();
      samples = await seedSamples(store);
    });
    after(() => place.remove());

    const grant = (changes: Partial<NewGrant> = {}) => sampleGrant(samples.app.clientId, samples.scopes, changes);
    const outcomes = (results: readonly InsertResult[]) => results.map(({ outcome }) => outcome);
    const taken = (bucket: string, now = T0) => store.throttle.peek(bucket, WINDOW, now);
    const charge = (bucket: string, count: number): Charge => ({ bucket, limit: { count, windowMs: WINDOW } });
    const insertAll = (count: number, charges: Charge[], changes: Partial<NewGrant> = {}) =>
      Promise.all(Array.from({ length: count }, () => store.grants.insert(grant(changes), charges)));

    test("are each stored as they are", async () => {
      const grants = [
        grant({ deviceName: 'Kitchen "1"' }),
        grant({ deviceName: null, devicePlatform: "Linux" }),
        grant(),
      ];
      assert.deepEqual(outcomes(await Promise.all(grants.map((each) => store.grants.insert(each)))), [
        ...["inserted", "inserted", "inserted"],
      ]);
      for (const each of grants) {
        const found = await store.grants.findByUserCode(each.userCode);
        assert.deepEqual({ ...found, ...each }, found);
        assert.equal(found?.status, "pending");
      }
    });

    test("with one user_code: one is stored, and the others of that moment are not affected", async () => {
      const one = grant();
      const twin = grant({ userCode: one.userCode });
      const others = [grant(), grant()];
      const results = await Promise.all([one, twin, ...others].map((each) => store.grants.insert(each)));
      assert.deepEqual(outcomes(results), ["inserted", "user_code_taken", "inserted", "inserted"]);
      assert.equal((await store.grants.findByUserCode(one.userCode))?.id, one.id);
    });

    test("with a device code that exists fail alone", async () => {
      const one = grant();
      const results = await Promise.allSettled([
        store.grants.insert(one),
        store.grants.insert(grant({ deviceCodeHash: one.deviceCodeHash })),
        store.grants.insert(grant()),
      ]);
      assert.deepEqual(
        results.map(({ status }) => status),
        ["fulfilled", "rejected", "fulfilled"],
      );
    });

    test("are charged exactly up to the limit, and what is refused is neither stored nor charged", async () => {
      const charges = [charge("network 1", 5)];
      const first = await insertAll(3, charges);
      assert.deepEqual(outcomes(first), Array(3).fill("inserted"));
      assert.equal(await taken("network 1"), 3);
      const before = await store.grants.countLive(T0);
      const more = await insertAll(6, charges);
      assert.deepEqual(outcomes(more).sort(), [...Array(2).fill("inserted"), ...Array(4).fill("refused")]);
      for (const each of [...more, ...(await insertAll(2, charges))]) {
        if (each.outcome !== "refused") continue;
        assert.deepEqual(each, { outcome: "refused", bucket: "network 1", retryAt: T0 + WINDOW });
      }
      assert.equal(await taken("network 1"), 5);
      assert.equal(await store.grants.countLive(T0), before + 2);
      const later = { createdAt: T0 + WINDOW, expiresAt: T0 + 2 * WINDOW };
      assert.deepEqual(outcomes(await insertAll(2, charges, later)), ["inserted", "inserted"]);
      assert.equal(await taken("network 1", T0 + WINDOW), 2, "a new window begins at its first request");
    });

    test("are charged in every bucket, or in none", async () => {
      const wide = charge("wide", 4);
      assert.deepEqual(outcomes(await insertAll(1, [wide, charge("narrow 1", 1)])), ["inserted"]);
      assert.deepEqual(outcomes(await insertAll(1, [wide, charge("narrow 1", 1)])), ["refused"]);
      assert.equal(await taken("wide"), 1, "refunded");
      const results = await Promise.all([
        store.grants.insert(grant(), [wide, charge("narrow 2", 1)]),
        store.grants.insert(grant(), [wide, charge("narrow 2", 1)]),
        store.grants.insert(grant(), [wide, charge("narrow 3", 1)]),
      ]);
      assert.deepEqual(outcomes(results), ["inserted", "refused", "inserted"]);
      assert.deepEqual([await taken("wide"), await taken("narrow 2"), await taken("narrow 3")], [3, 1, 1]);
    });

    test("take nothing of a wider network that their own network refuses", async () => {
      const wide = charge("2001:db8::/48", 12);
      const [full, other, last] = ["1", "2", "3"].map((each) => charge(`2001:db8:0:${each}::/64`, 10));
      assert.deepEqual(outcomes(await insertAll(10, [wide, full!])), Array(10).fill("inserted"));
      const [flood, neighbor] = await Promise.all([insertAll(60, [wide, full!]), insertAll(1, [wide, other!])]);
      const refused = { outcome: "refused", bucket: full!.bucket, retryAt: T0 + WINDOW };
      assert.deepEqual(flood, Array(60).fill(refused));
      assert.deepEqual(neighbor, [{ outcome: "inserted" }]);
      assert.equal(await taken(wide.bucket), 11);

      // Where both are full, a request waits for its own network, and takes nothing.
      const [more, most, own] = await Promise.all([
        insertAll(5, [wide, last!]),
        insertAll(5, [wide, other!]),
        insertAll(5, [wide, full!]),
      ]);
      assert.deepEqual(outcomes([...more, ...most]), ["inserted", ...Array(9).fill("refused")]);
      for (const each of [...more, ...most]) if (each.outcome === "refused") assert.equal(each.bucket, wide.bucket);
      assert.deepEqual(own, Array(5).fill(refused));
      assert.deepEqual(
        await Promise.all([wide, full!, other!, last!].map(({ bucket }) => taken(bucket))),
        [12, 10, 1, 1],
      );
    });

    test("of several nodes share the limit, and none waits for another forever", async () => {
      const other = makeStore === sqliteMemory ? store : await place.open();
      const results = await Promise.all(
        Array.from({ length: 60 }, (_, turn) =>
          (turn % 2 === 0 ? store : other).grants.insert(grant(), [charge("all", 25), charge(`own ${turn % 3}`, 25)]),
        ),
      );
      assert.equal(outcomes(results).filter((each) => each === "inserted").length, 25);
      assert.equal(await taken("all"), 25);
    });

    test("with a taken user_code are charged once, whatever number of codes is tried", async () => {
      const one = grant();
      await store.grants.insert(one);
      const tried = await store.grants.insert(grant({ userCode: one.userCode }), [charge("network 2", 5)]);
      assert.deepEqual([tried.outcome, await taken("network 2")], ["user_code_taken", 1]);
    });
  });
}
