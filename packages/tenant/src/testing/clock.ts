import { auditRecord, OPERATOR } from "../admin/admin-context.ts";
import type { Mutex } from "../kernel/mutex.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import type { Store } from "../storage/store.ts";
import { type RefusedUse, TestingRefusal } from "./refusal.ts";
import type { TestingContext } from "./testing-context.ts";

/** The setting that keeps how far the clock is ahead, in milliseconds, for the next start. */
export const CLOCK_AHEAD = "testing_clock_ahead_ms";

/** Ten years. Certificates and times in seconds stay within what every library can read. */
const FURTHEST_MS = 3_653 * 24 * 60 * 60 * 1000;

/** What the tenant's clock says. */
export interface ClockReading {
  /** Milliseconds since the epoch. */
  now: number;
  /** How far it is ahead of this computer's clock, in milliseconds; negative if it is behind. */
  aheadMs: number;
  /** The move was backwards: what happened since is in the future now. */
  wentBack: boolean;
}

/**
 * The tenant's clock. Codes, tokens, sessions, limits and waits follow it. TLS, the times of requests in logs and the
 * clocks of clients and APIs do not: give those `clock` where they take one.
 */
export interface TestClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Reads the clock. */
  read(): ClockReading;
  /**
   * Moves the clock forward by so many milliseconds. What has expired then is deleted before this resolves.
   * @throws TenantError `testing_off`, `clock_refused`
   */
  advance(ms: number): Promise<ClockReading>;
  /** The same as `advance`. For a program's own clock: it waits without waiting. */
  sleep(ms: number): Promise<void>;
  /**
   * Sets the clock. From then on it runs.
   * @param time a date, or milliseconds since the epoch
   * @param options.back allow an earlier time than now. Default: false
   * @throws TenantError `testing_off`, `clock_refused`
   */
  set(time: Date | number, options?: { back?: boolean }): Promise<ClockReading>;
  /** Returns to this computer's time. What happened since the clock was moved is in the future then. */
  reset(): Promise<ClockReading>;
}

/** How far the clock of this store was ahead when it was last in use. */
export async function clockAheadIn({ directory }: Pick<Store, "directory">): Promise<number> {
  const kept = Number((await directory.setting(CLOCK_AHEAD)) ?? 0);
  return Number.isFinite(kept) ? kept : 0;
}

export function testClock(ctx: TestingContext, turns: Mutex): TestClock {
  const { clock } = ctx;
  const { store } = ctx.tenant;
  const reading = (wentBack: boolean): ClockReading => ({ now: clock.now(), aheadMs: clock.aheadMs, wentBack });

  /** `target`: how far ahead, from how far it is now. */
  async function move(target: (aheadMs: number) => number, { back }: { back: boolean }): Promise<ClockReading> {
    await turns.acquire();
    try {
      const before = clock.aheadMs;
      const aheadMs = target(before);
      if (aheadMs < before && !back) throw goesBack();
      if (Math.abs(aheadMs) > FURTHEST_MS) throw refused("The clock moves at most ten years.", "clock_too_far");
      if (aheadMs === before) return reading(false);
      const now = clock.now();
      const at = (time: number) => new Date(time).toISOString();
      const detail = { from: at(now), to: at(now + aheadMs - before), ahead_ms: aheadMs };
      const audit = auditRecord(OPERATOR, now, "testing.clock_moved", detail);
      await store.directory.changeSettings({ [CLOCK_AHEAD]: String(aheadMs) }, audit);
      applyClock(ctx, aheadMs);
      await ctx.catchUp();
      return reading(aheadMs < before);
    } finally {
      turns.release();
    }
  }

  const advance = (ms: number) => {
    if (!Number.isFinite(ms) || ms < 0) throw refused("The clock advances by a number of milliseconds, 0 or more.");
    return move((aheadMs) => aheadMs + Math.round(ms), { back: false });
  };

  return {
    now: () => clock.now(),
    read: () => reading(false),
    advance: async (ms) => advance(ms),
    async sleep(ms) {
      await advance(ms);
    },
    async set(time, { back = false } = {}) {
      const wanted = Math.round(Number(time));
      if (!Number.isFinite(wanted)) throw refused("This is not a time.");
      return move((aheadMs) => aheadMs + wanted - clock.now(), { back });
    },
    reset: () => move(() => 0, { back: true }),
  };
}

/** Moves the clock of this process. Programs that polled in what is now the future start their interval anew. */
export function applyClock({ clock, tenant }: Pick<TestingContext, "clock" | "tenant">, aheadMs: number): void {
  if (aheadMs < clock.aheadMs) tenant.pollPace.clear();
  clock.moveTo(aheadMs);
}

const refused = (message: string, why?: RefusedUse) =>
  new TestingRefusal("clock_refused", message, "For example doorcode tenant clock advance 15m.", why);

const goesBack = () =>
  new TenantError(
    "clock_refused",
    "This time is earlier than the tenant's.",
    "Going back leaves tokens that are not valid yet, and codes and limits that last longer. Add --back (TypeScript: { back: true }), or restore a snapshot.",
  );
