import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import type { Json } from "../../src/token-store/contract.ts";
import { leases } from "../../src/token-store/leases.ts";
import { emptyState, type StoreState, withRecord } from "../../src/token-store/store-state.ts";
import { manualClock } from "../fixtures/manual-clock.ts";

const KEY = "lease:renewal";
const ttlMs = 9_000;

/** Leases over a state in memory. A test sees all reads, writes and waits, and can make writes fail. */
function leasesInMemory(record?: (now: number) => Json) {
  const clock = manualClock();
  const waits: number[] = [];
  const counts = { reads: 0, writes: 0 };
  let state: StoreState = emptyState;
  if (record) state = withRecord(state, KEY, record(clock.now()));
  const store = { broken: false };
  const update = async (next: (state: StoreState) => StoreState | undefined) => {
    counts.writes++;
    if (store.broken) throw new Error("the disk is away");
    state = next(state) ?? state;
    return state;
  };
  const read = async () => {
    counts.reads++;
    return state;
  };
  const watched = {
    now: clock.now,
    sleep(ms: number, signal?: AbortSignal) {
      waits.push(ms);
      return clock.sleep(ms, signal);
    },
  };
  const withLease = leases(update, read, watched);
  return {
    clock,
    counts,
    store,
    waits,
    withLease: <T>(...input: Parameters<typeof withLease<T>>) => soon(withLease(...input)),
    lease: () => state.records.get(KEY) as { holder: string; expires_at: number; ttl_ms: number } | undefined,
    put: (value: Json | undefined) => {
      state = withRecord(state, KEY, value);
    },
  };
}

/** Everything is in memory, so what has not happened after a few turns of the event loop never will. */
async function soon<T>(promise: Promise<T>): Promise<T> {
  const never = async () => {
    for (let turn = 0; turn < 50; turn++) await setImmediate();
    return assert.fail("still waiting");
  };
  return await Promise.race([promise, never()]);
}

const another = (life: number) => (now: number) => ({ holder: "another", expires_at: now + life, ttl_ms: ttlMs });
const randomIs = (t: TestContext, value: number) => t.mock.method(Math, "random", () => value);

describe("a lease that is held", () => {
  test("has its holder, its end and its lifetime", async () => {
    const { clock, lease, withLease } = leasesInMemory();
    await withLease("renewal", { ttlMs }, async () => {
      const { holder, ...times } = lease()!;
      assert.match(holder, /^[0-9a-f-]{36}$/);
      assert.deepEqual(times, { expires_at: clock.now() + ttlMs, ttl_ms: ttlMs });
    });
    assert.equal(lease(), undefined);
  });

  test("is extended after each third of its lifetime, and only until it is released", async () => {
    const { clock, counts, lease, waits, withLease } = leasesInMemory();
    const start = clock.now();
    await withLease("renewal", { ttlMs }, async () => {
      await setImmediate();
      await clock.advance(3_000);
      await setImmediate();
      assert.equal(lease()?.expires_at, start + 3_000 + ttlMs);
    });
    assert.deepEqual(waits, [3_000, 3_000]);
    assert.equal(clock.sleeping(), 0);
    assert.equal(counts.writes, 3, "taken, extended, released");
  });

  test("is held through disk failures until it expires, and then lost", async () => {
    const { clock, store, withLease } = leasesInMemory();
    await withLease("renewal", { ttlMs }, async (signal) => {
      const pass = async () => {
        await setImmediate();
        await clock.advance(3_000);
        await setImmediate();
        return signal.aborted;
      };
      store.broken = true;
      assert.deepEqual([await pass(), await pass()], [false, false]);
      store.broken = false;
      assert.equal(await pass(), false, "it was extended at the last moment");
      store.broken = true;
      assert.deepEqual([await pass(), await pass(), await pass()], [false, false, true]);
      assert.equal(signal.reason.code, "store_locked");
      assert.match(signal.reason.message, /the lease "renewal" went to another process/);
    });
  });

  test("is lost when its record disappears, also with the caller's own signal", async () => {
    const { clock, lease, put, withLease } = leasesInMemory();
    const { signal: own } = new AbortController();
    await withLease("renewal", { ttlMs, signal: own }, async (signal) => {
      put(undefined);
      await setImmediate();
      await clock.advance(3_000);
      assert.equal(signal.reason?.code, "store_locked");
    });
    assert.equal(lease(), undefined);
  });

  test("is lost when another holder took it, and stays with that one", async () => {
    const { clock, lease, put, withLease } = leasesInMemory();
    const theirs = another(60_000)(clock.now());
    await withLease("renewal", { ttlMs }, async (signal) => {
      put(theirs);
      await setImmediate();
      await clock.advance(3_000);
      assert.equal(signal.reason?.code, "store_locked");
      assert.deepEqual(lease(), theirs);
    });
    assert.deepEqual(lease(), theirs);
  });

  test("aborts the function that runs under it when the caller cancels", async () => {
    const { withLease } = leasesInMemory();
    const controller = new AbortController();
    const reason = new Error("enough");
    await withLease("renewal", { ttlMs, signal: controller.signal }, async (signal) => {
      assert.equal(signal.aborted, false);
      controller.abort(reason);
      assert.equal(signal.reason, reason);
    });
  });

  test("still returns the result when it cannot be released", async () => {
    const { store, withLease } = leasesInMemory();
    const result = await withLease("renewal", { ttlMs }, async () => {
      store.broken = true;
      return "renewed";
    });
    assert.equal(result, "renewed");
  });
});

describe("a lease of another holder", () => {
  test("is waited for only by reading, every 40 to 100 ms", async (t) => {
    const random = randomIs(t, 0);
    const { clock, counts, waits, withLease } = leasesInMemory(another(200));
    const entered = withLease("renewal", { ttlMs }, async () => clock.now());
    const start = clock.now();
    await setImmediate();
    random.mock.mockImplementation(() => 0.5);
    await clock.advance(40);
    await setImmediate();
    random.mock.mockImplementation(() => 1);
    await clock.advance(70);
    await setImmediate();
    assert.deepEqual([waits, counts.writes], [[40, 70, 100], 0]);
    await clock.advance(100);
    assert.equal((await entered) - start, 210);
  });

  test("is free from the millisecond in which it expires", async () => {
    assert.equal(await leasesInMemory(another(0)).withLease("renewal", { ttlMs }, async () => "in"), "in");
    const { clock, withLease } = leasesInMemory(another(1));
    const entered = withLease("renewal", { ttlMs }, async () => "in");
    await setImmediate();
    await clock.advance(100);
    assert.equal(await entered, "in");
  });

  test("is valid for its whole lifetime; one that ends later was made before the clock was set back", async () => {
    const { clock, withLease } = leasesInMemory(another(ttlMs));
    const entered = withLease("renewal", { ttlMs }, async () => "in");
    await setImmediate();
    await clock.advance(ttlMs);
    assert.equal(await entered, "in");
    assert.equal(await leasesInMemory(another(ttlMs + 1)).withLease("renewal", { ttlMs }, async () => "in"), "in");
  });

  test("that was taken between the read and the write wins", async () => {
    const { clock, withLease } = leasesInMemory();
    let inside = 0;
    const run = async () => {
      assert.equal(++inside, 1);
      await setImmediate();
      inside--;
    };
    const first = withLease("renewal", { ttlMs }, run);
    const second = withLease("renewal", { ttlMs }, run);
    await first;
    await clock.advance(100);
    await second;
  });

  test("is ignored if its record does not have exactly a holder, an end and a lifetime", async () => {
    const { clock } = leasesInMemory();
    const good = another(200)(clock.now());
    for (const value of [
      null,
      "lease",
      7,
      [],
      {},
      { ...good, holder: 7 },
      { ...good, expires_at: String(good.expires_at) },
      { ...good, ttl_ms: String(good.ttl_ms) },
    ] satisfies Json[]) {
      const { withLease } = leasesInMemory(() => value);
      assert.equal(await withLease("renewal", { ttlMs }, async () => "in"), "in");
    }
  });

  test("is not waited for by a caller that canceled before", async () => {
    const { counts, withLease } = leasesInMemory(another(200));
    const signal = AbortSignal.abort(new Error("called off"));
    await assert.rejects(
      withLease("renewal", { ttlMs, signal }, async () => "in"),
      /called off/,
    );
    assert.deepEqual(counts, { reads: 0, writes: 0 });
  });
});
