import type { Clock } from "../clock.ts";
import { DoorcodeError } from "../errors.ts";
import type { Json, TokenStore } from "./contract.ts";
import { randomUUID, type StoreState, withRecord } from "./store-state.ts";

/** Replaces the state with the result of `next`, as one compare-and-swap; undefined leaves it unchanged. */
export type Update = (next: (state: StoreState) => StoreState | undefined) => Promise<StoreState>;

/** How long a contender waits before it tries again, in milliseconds. */
const WAIT_MS = { least: 40, spread: 60 };

type LeaseRecord = { holder: string; expires_at: number; ttl_ms: number };

/**
 * `withLease` for a store whose state changes with `update`. A lease is a record with an expiry, so it cannot block
 * forever.
 */
export function leases(update: Update, read: () => Promise<StoreState>, clock: Clock): TokenStore["withLease"] {
  const isLive = (lease: LeaseRecord | undefined, now: number): lease is LeaseRecord =>
    // An expiry further away than a full lease means that the clock was set back.
    lease !== undefined && lease.expires_at > now && lease.expires_at - now <= lease.ttl_ms;

  const hold = (key: string, holder: string, ttlMs: number) => {
    const expiresAt = clock.now() + ttlMs;
    const value = { holder, expires_at: expiresAt, ttl_ms: ttlMs };
    return { expiresAt, next: (state: StoreState) => withRecord(state, key, value) };
  };

  async function acquire(key: string, holder: string, ttlMs: number, signal?: AbortSignal): Promise<number> {
    for (;;) {
      signal?.throwIfAborted();
      if (!isLive(leaseIn(await read(), key), clock.now())) {
        let expiresAt = 0;
        const state = await update((current) => {
          if (isLive(leaseIn(current, key), clock.now())) return undefined;
          const held = hold(key, holder, ttlMs);
          expiresAt = held.expiresAt;
          return held.next(current);
        });
        if (holderIn(state, key) === holder) return expiresAt;
      }
      await clock.sleep(WAIT_MS.least + Math.random() * WAIT_MS.spread, signal);
    }
  }

  /** Renews until `ended` aborts. Resolves when the lease is lost. */
  async function keep(key: string, holder: string, ttlMs: number, until: number, ended: AbortSignal): Promise<void> {
    let expiresAt = until;
    for (;;) {
      await clock.sleep(ttlMs / 3, ended);
      try {
        let held: boolean | undefined;
        await update((current) => {
          held = holderIn(current, key) === holder;
          if (!held) return undefined;
          const prolonged = hold(key, holder, ttlMs);
          expiresAt = prolonged.expiresAt;
          return prolonged.next(current);
        });
        if (!held) return;
      } catch {
        // The disk may recover before the lease expires; until then it is still ours.
        if (clock.now() >= expiresAt) return;
      }
    }
  }

  return async (name, { ttlMs, signal }, run) => {
    const key = `lease:${name}`;
    const holder = randomUUID();
    const expiresAt = await acquire(key, holder, ttlMs, signal);
    const lost = new AbortController();
    const ended = new AbortController();
    const kept = keep(key, holder, ttlMs, expiresAt, ended.signal).then(
      () => lost.abort(new DoorcodeError("store_locked", { detail: `the lease "${name}" went to another process` })),
      // `ended`: there is nothing left to renew.
      () => undefined,
    );
    try {
      return await run(signal ? AbortSignal.any([signal, lost.signal]) : lost.signal);
    } finally {
      ended.abort();
      await kept;
      // The result of `run` counts, whether the lease is released now or expires later.
      await update((state) => (holderIn(state, key) === holder ? withRecord(state, key, undefined) : undefined)).catch(
        () => undefined,
      );
    }
  };
}

function leaseIn(state: StoreState, key: string): LeaseRecord | undefined {
  // Strings, numbers and lists have none of these members.
  const { holder, expires_at, ttl_ms } = (state.records.get(key) ?? {}) as { [name: string]: Json };
  if (typeof holder !== "string" || typeof expires_at !== "number" || typeof ttl_ms !== "number") return undefined;
  return { holder, expires_at, ttl_ms };
}

const holderIn = (state: StoreState, key: string) => leaseIn(state, key)?.holder;
