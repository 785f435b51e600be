import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FIRST_BATCH } from "../../src/storage/sql/purge-expired.ts";
import type { Store, StoredKey } from "../../src/storage/store.ts";
import type { MakeStore, TestStore } from "./open-test-store.ts";
import { sampleAudit, T0 } from "./samples.ts";

const sampleKey = (kid: string, activatesAt = T0): StoredKey => ({
  kid,
  alg: "RS256",
  publicJwk: "{}",
  sealedPrivate: "sealed",
  certificate: "certificate",
  createdAt: T0,
  activatesAt,
  retiresAt: null,
});

/** Throttles, signing keys, audit records. */
export function tenantSuite(makeStore: MakeStore): void {
  describe("throttles", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());
    const limit = { count: 3, windowMs: 1000 };

    test("parallel attempts are never allowed beyond the limit", async () => {
      for (let round = 0; round < 20; round++) {
        const takes = Array.from({ length: 24 }, () => store.throttle.take(`parallel ${round}`, limit, T0));
        const results = await Promise.all(takes);
        assert.deepEqual(
          results
            .filter(({ allowed }) => allowed)
            .map(({ count }) => count)
            .sort(),
          [1, 2, 3],
        );
        for (const result of results) assert.equal(result.retryAt, T0 + 1000);
      }
    });

    test("a new window begins when the old one ends, at the first attempt in it", async () => {
      for (let attempt = 0; attempt < 4; attempt++) await store.throttle.take("window", limit, T0);
      const last = await store.throttle.take("window", limit, T0 + 999);
      assert.deepEqual(last, { allowed: false, count: 3, retryAt: T0 + 1000 });
      assert.equal(await store.throttle.peek("window", 1000, T0 + 999), 3);
      assert.equal(await store.throttle.peek("window", 1000, T0 + 1000), 0);
      const next = await store.throttle.take("window", limit, T0 + 1500);
      assert.deepEqual(next, { allowed: true, count: 1, retryAt: T0 + 2500 });
    });

    test("one is refunded, never more than was taken, and other buckets do not change", async () => {
      await store.throttle.take("back", limit, T0);
      await store.throttle.take("other", limit, T0);
      for (let success = 0; success < 3; success++) await store.throttle.giveBack("back", T0);
      assert.equal(await store.throttle.peek("back", 1000, T0), 0);
      assert.equal(await store.throttle.peek("other", 1000, T0), 1);
      await store.throttle.giveBack("never taken", T0);
      assert.equal(await store.throttle.peek("never taken", 1000, T0), 0);
    });

    test("a success refunds one attempt and does not reset the budget", async () => {
      for (let attempt = 0; attempt < 3; attempt++) await store.throttle.take("success", limit, T0);
      await store.throttle.giveBack("success", T0);
      assert.equal((await store.throttle.take("success", limit, T0)).allowed, true);
      assert.equal((await store.throttle.take("success", limit, T0)).allowed, false);
    });

    test("taken together, several give one each, or none of them does", async () => {
      const charges = ["both", "narrow"].map((bucket) => ({ bucket, limit }));
      for (let attempt = 1; attempt <= 2; attempt++) {
        const taken = await store.throttle.takeAll(charges, T0);
        assert.deepEqual(taken, { allowed: true, counts: [attempt, attempt] });
      }
      await store.throttle.take("narrow", limit, T0 + 1);
      const refused = await store.throttle.takeAll(charges, T0 + 2);
      assert.deepEqual(refused, { allowed: false, bucket: "narrow", retryAt: T0 + 1000 });
      assert.equal(await store.throttle.peek("both", 1000, T0 + 2), 2);
      // A window that is over counts from one, whatever the other one does.
      const later = await store.throttle.takeAll(charges, T0 + 1000);
      assert.deepEqual(later, { allowed: true, counts: [1, 1] });
      assert.deepEqual(await store.throttle.takeAll([], T0), { allowed: true, counts: [] });
      const alone = [{ bucket: "alone", limit: { count: 1, windowMs: 1000 } }];
      assert.deepEqual(await store.throttle.takeAll(alone, T0), { allowed: true, counts: [1] });
      const again = await store.throttle.takeAll(alone, T0 + 1);
      assert.deepEqual(again, { allowed: false, bucket: "alone", retryAt: T0 + 1000 });
    });

    test("parallel takings of several are never allowed beyond the limit of one, nor waste another's", async () => {
      const wide = { count: 100, windowMs: 1000 };
      for (let round = 0; round < 10; round++) {
        const taking = (own: number) => [
          { bucket: `wide ${round}`, limit: wide },
          { bucket: `own ${round} ${own}`, limit },
        ];
        const results = await Promise.all(
          Array.from({ length: 24 }, (_, turn) => store.throttle.takeAll(taking(turn % 2), T0)),
        );
        const allowed = results.filter((result) => result.allowed);
        assert.equal(allowed.length, 6);
        assert.equal(await store.throttle.peek(`wide ${round}`, 1000, T0), 6);
        for (const own of [0, 1]) assert.equal(await store.throttle.peek(`own ${round} ${own}`, 1000, T0), 3);
      }
    });

    test("a refusal says when its own bucket opens, regardless of others", async () => {
      const hour = { count: 1, windowMs: 3_600_000 };
      for (const bucket of ["before", "own", "then"]) await store.throttle.take(bucket, hour, T0);
      await store.throttle.take("short", { ...hour, windowMs: 10 }, T0);
      const refused = await store.throttle.take("short", { ...hour, windowMs: 10 }, T0 + 9);
      assert.deepEqual(refused, { allowed: false, count: 1, retryAt: T0 + 10 });
      assert.equal((await store.throttle.take("own", hour, T0 + 9)).retryAt, T0 + 3_600_000);
    });

    test("a purge leaves the current windows", async () => {
      await store.throttle.take("swept", limit, T0);
      await store.purgeExpired(T0 + 999);
      assert.equal(await store.throttle.peek("swept", 1000, T0), 1);
      await store.purgeExpired(T0 + 1000);
      assert.equal(await store.throttle.peek("swept", 1000, T0), 0);
    });
  });

  describe("a purge of many rows", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("goes in small batches, and stops between two of them when asked to", async () => {
      const buckets = Array.from({ length: 2 * FIRST_BATCH + 10 }, (_, index) => `many ${index}`);
      await Promise.all(buckets.map((bucket) => store.throttle.take(bucket, { count: 1, windowMs: 1000 }, T0)));
      const purge = (statements: number) => {
        const signal = {
          get aborted() {
            return statements-- === 0;
          },
        };
        return store.purgeExpired(T0 + 1000, { signal });
      };
      // The earlier tables are empty, and cost a statement each.
      let first = 1;
      let deleted = 0;
      for (; deleted === 0; first++) deleted = await purge(first);
      assert.equal(deleted, FIRST_BATCH);
      assert.equal(await purge(first - 1), FIRST_BATCH);
      assert.equal(await store.purgeExpired(T0 + 1000), 10);
    });
  });

  describe("signing keys and audit records", () => {
    let place: TestStore;
    let store: Store;
    before(async () => {
      place = await makeStore();
      store = await place.open();
    });
    after(() => place.remove());

    test("nodes that start together agree on the first keys", async () => {
      const starts = ["a", "b", "c", "d"].map((node) => [sampleKey(`${node}1`), sampleKey(`${node}2`, T0 + 1)]);
      const answers = await Promise.all(starts.map((keys) => store.keys.insertFirst(keys)));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      assert.deepEqual(await store.keys.list(), answers[0]);
      assert.equal(answers[0]?.length, 2);
    });

    test("a key is added once, and retired", async () => {
      assert.equal(await store.keys.insert(sampleKey("later", T0 + 5)), true);
      assert.equal(await store.keys.insert(sampleKey("later")), false);
      await store.keys.insert(sampleKey("beside", T0 + 5));
      const others = (await store.keys.list()).filter(({ kid }) => kid !== "later");
      const retired = await store.keys.retire("later", T0, () => T0 + 9, sampleAudit("signing_key.retired"));
      assert.equal(retired.outcome, "retired");
      assert.deepEqual(
        (await store.keys.list()).filter(({ kid }) => kid !== "later"),
        others,
      );
      assert.deepEqual(
        (await store.keys.list()).find(({ kid }) => kid === "later"),
        {
          ...sampleKey("later", T0 + 5),
          retiresAt: T0 + 9,
        },
      );
    });

    test("keys are listed in the order in which they sign, whenever they were added", async () => {
      await store.keys.insert(sampleKey("last", T0 + 30));
      await store.keys.insert(sampleKey("middle", T0 + 20));
      await store.keys.insert(sampleKey("first", T0 - 1));
      const moments = (await store.keys.list()).map(({ activatesAt }) => activatesAt);
      assert.deepEqual(
        moments,
        moments.toSorted((a, b) => a - b),
      );
      const again = await store.keys.insertFirst([sampleKey("unwanted")]);
      assert.deepEqual(again, await store.keys.list());
    });

    test("audit records are returned newest first, also those of one millisecond, all or for one event", async () => {
      const records = ["a", "b", "a"].map((event, index) => ({
        ...sampleAudit(event),
        detail: { index, text: "“quoted”", yes: true },
      }));
      for (const record of records) await store.audit.write(record);
      const [first, second, third] = records;
      assert.deepEqual(await store.audit.list({ limit: 3 }), [third, second, first]);
      assert.deepEqual(await store.audit.list({ event: "a", limit: 10 }), [third, first]);
      assert.deepEqual(await store.audit.list({ limit: 1 }), [third]);
    });
  });
}
