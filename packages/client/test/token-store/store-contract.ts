import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import type { Clock } from "../../src/clock.ts";
import type { Json, TokenStore } from "../../src/token-store/contract.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

const DAY = 24 * 60 * 60 * 1000;

/** What every driver must do. `open` returns a new empty store each time. */
export function storeContract(name: string, open: (t: TestContext, clock: Clock) => Promise<TokenStore>): void {
  describe(name, { concurrency: true }, () => {
    test("an empty store is generation 0 without records", async (t) => {
      const store = await open(t, manualClock());
      const { generation, records } = await store.read();
      assert.equal(generation, 0);
      assert.equal(records.size, 0);
    });

    test("a record is read back unchanged, under any key", async (t) => {
      const store = await open(t, manualClock());
      const values: Record<string, Json> = {
        "account:a|https://issuer.example/|1": { name: "Ada “Countess” Lovelace", list: [1, null, true, "é"] },
        constructor: "a word that objects know",
        ["__proto__"]: { polluted: true },
        "": 0,
      };
      await store.change(Object.entries(values).map(([put, value]) => ({ put, value })));
      assert.deepEqual(Object.entries(Object.fromEntries((await store.read()).records)), Object.entries(values));
      assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    });

    test("every change increments the generation, and returns what a read finds", async (t) => {
      const store = await open(t, manualClock());
      const first = await store.change([{ put: "a", value: 1 }]);
      const second = await store.change([{ remove: "a" }, { put: "b", value: 2 }]);
      assert.ok(second.generation > first.generation);
      assert.deepEqual(await store.read(), second);
      assert.deepEqual([...second.records], [["b", 2]]);
    });

    test("an empty list of changes changes nothing", async (t) => {
      const store = await open(t, manualClock());
      const before = await store.change([{ put: "a", value: 1 }]);
      assert.deepEqual(await store.change([]), before);
      assert.deepEqual(await store.read(), before);
    });

    test("simultaneous changes of many callers are all kept", async (t) => {
      const store = await open(t, manualClock());
      await Promise.all(Array.from({ length: 40 }, (_, n) => store.change([{ put: `key ${n}`, value: n }])));
      assert.equal((await store.read()).records.size, 40);
    });

    test("a snapshot does not change with the store, nor the store with a snapshot", async (t) => {
      const store = await open(t, manualClock());
      const value = { nested: [1] };
      const snapshot = await store.change([{ put: "a", value }]);
      value.nested.push(2);
      (snapshot.records.get("a") as typeof value).nested.push(3);
      assert.deepEqual((await store.read()).records.get("a"), { nested: [1] });
      await store.change([{ remove: "a" }]);
      assert.ok(snapshot.records.has("a"));
    });

    test("a value from before a removal does not restore the key", async (t) => {
      const store = await open(t, manualClock());
      const { generation } = await store.change([{ put: "refresh", value: "old" }]);
      await store.change([{ remove: "refresh" }]);
      const after = await store.change([{ put: "refresh", value: "renewed from old", basedOn: generation }]);
      assert.equal(after.records.has("refresh"), false);
    });

    test("nor after another sign-in under the same key", async (t) => {
      const store = await open(t, manualClock());
      const { generation } = await store.change([{ put: "refresh", value: "old" }]);
      await store.change([{ remove: "refresh" }]);
      await store.change([{ put: "refresh", value: "new sign-in" }]);
      const after = await store.change([{ put: "refresh", value: "renewed from old", basedOn: generation }]);
      assert.equal(after.records.get("refresh"), "new sign-in");
    });

    test("a value from after the removal is kept, and so is one without a base", async (t) => {
      const store = await open(t, manualClock());
      await store.change([{ put: "a", value: 1 }]);
      const { generation } = await store.change([{ remove: "a" }]);
      await store.change([{ put: "a", value: 2, basedOn: generation }]);
      assert.equal((await store.read()).records.get("a"), 2);
      await store.change([{ remove: "a" }]);
      await store.change([{ put: "a", value: 3 }]);
      assert.equal((await store.read()).records.get("a"), 3);
    });

    test("a new token of an account that was removed in the meantime is dropped with it", async (t) => {
      const store = await open(t, manualClock());
      const { generation: basedOn } = await store.change([{ put: "account", value: "ada" }]);
      await store.change([{ remove: "account" }]);
      const after = await store.change([
        { put: "access", value: "late", basedOn, belongsTo: "account" },
        { put: "unrelated", value: 1, basedOn, belongsTo: "another account" },
      ]);
      assert.deepEqual([...after.records.keys()], ["unrelated"]);
    });

    test("removing a key that does not exist is remembered, too", async (t) => {
      const store = await open(t, manualClock());
      const { generation: basedOn } = await store.read();
      await store.change([{ remove: "a" }]);
      assert.equal((await store.change([{ put: "a", value: 1, basedOn }])).records.has("a"), false);
    });

    test("a removal and a put in one list replace the record", async (t) => {
      const store = await open(t, manualClock());
      const { generation: basedOn } = await store.change([{ put: "a", value: 1 }]);
      const after = await store.change([{ remove: "a" }, { put: "a", value: 2, basedOn }]);
      assert.equal(after.records.get("a"), 2);
    });

    test("a removal is remembered for 30 days", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      const { generation: basedOn } = await store.change([{ put: "a", value: 1 }]);
      await store.change([{ remove: "a" }]);
      await clock.advance(30 * DAY - 1);
      await store.change([{ put: "b", value: 1 }]);
      assert.equal((await store.change([{ put: "a", value: 2, basedOn }])).records.has("a"), false);
      await clock.advance(1);
      await store.change([{ put: "b", value: 2 }]);
      assert.equal((await store.change([{ put: "a", value: 2, basedOn }])).records.get("a"), 2);
    });

    test("one at a time runs under a lease, and the next one when it is released", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      const order: string[] = [];
      let letGo = () => {};
      const first = store.withLease("renewal", { ttlMs: 10_000 }, async () => {
        order.push("first in");
        await new Promise<void>((resolve) => {
          letGo = resolve;
        });
        order.push("first out");
      });
      await clock.asleep(1);
      const second = store.withLease("renewal", { ttlMs: 10_000 }, async () => order.push("second in"));
      await clock.asleep(2);
      letGo();
      await first;
      await clock.advance(100);
      await second;
      assert.deepEqual(order, ["first in", "first out", "second in"]);
    });

    test("leases with other names do not block, and leave no record", async (t) => {
      const store = await open(t, manualClock());
      const inner = await store.withLease("a", { ttlMs: 10_000 }, () =>
        store.withLease("b", { ttlMs: 10_000 }, async () => "both"),
      );
      assert.equal(inner, "both");
      assert.equal((await store.read()).records.size, 0);
    });

    test("a function that runs under a lease keeps it until it ends", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      let ended = false;
      let contender: Promise<void> | undefined;
      const aborted = await store.withLease("renewal", { ttlMs: 9_000 }, async (signal) => {
        contender = store.withLease("renewal", { ttlMs: 9_000 }, async () => assert.ok(ended));
        for (let second = 0; second < 30; second++) {
          await clock.asleep(2);
          await clock.advance(1_000);
        }
        ended = true;
        return signal.aborted;
      });
      assert.equal(aborted, false);
      // It writes to the store's folder, which is removed after the test.
      await clock.advance(1_000);
      await contender;
    });

    test("the lease of a killed holder expires", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      await leaveLeaseBehind(store, clock, 10_000);
      const next = store.withLease("renewal", { ttlMs: 10_000 }, async () => "in");
      await clock.asleep(1);
      await clock.advance(10_000);
      assert.equal(await next, "in");
    });

    test("and ends immediately if the clock was set back to before its start", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      await leaveLeaseBehind(store, clock, 10_000);
      await clock.advance(-DAY);
      assert.equal(await store.withLease("renewal", { ttlMs: 10_000 }, async () => "in"), "in");
    });

    test("the signal aborts when another holder takes the lease", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      await store.withLease("renewal", { ttlMs: 9_000 }, async (signal) => {
        // The machine slept beyond the lease, and another process took it.
        const taken = { holder: "another process", expires_at: clock.now() + 60_000, ttl_ms: 60_000 };
        await store.change([{ put: "lease:renewal", value: taken }]);
        const aborted = new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
        await clock.asleep(1);
        await clock.advance(3_000);
        assert.equal(((await aborted) as { code: string }).code, "store_locked");
      });
      const left = (await store.read()).records.get("lease:renewal") as { holder: string };
      assert.equal(left.holder, "another process");
    });

    test("waiting for a lease can be canceled", async (t) => {
      const clock = manualClock();
      const store = await open(t, clock);
      await leaveLeaseBehind(store, clock, 10_000);
      const controller = new AbortController();
      const waiting = store.withLease("renewal", { ttlMs: 10_000, signal: controller.signal }, async () => "in");
      await clock.asleep(1);
      controller.abort(new Error("called off"));
      await assert.rejects(waiting, /called off/);
    });

    test("a function that throws under a lease releases it", async (t) => {
      const store = await open(t, manualClock());
      const failing = store.withLease("renewal", { ttlMs: 10_000 }, async () => {
        throw new Error("no network");
      });
      await assert.rejects(failing, /no network/);
      assert.equal(await store.withLease("renewal", { ttlMs: 10_000 }, async () => "in"), "in");
    });
  });
}

/** Acts like a process that was killed while it held the lease. */
async function leaveLeaseBehind(store: TokenStore, clock: Clock, ttlMs: number): Promise<void> {
  const record = { holder: "killed", expires_at: clock.now() + ttlMs, ttl_ms: ttlMs };
  await store.change([{ put: "lease:renewal", value: record }]);
}
