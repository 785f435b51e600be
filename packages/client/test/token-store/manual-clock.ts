import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../src/clock.ts";

/** Time stands still until a test moves it; who sleeps meanwhile wakes when the time has come. */
export interface ManualClock extends Clock {
  advance(ms: number): Promise<void>;
  /** Resolves as soon as `count` are asleep. */
  asleep(count: number): Promise<void>;
}

export function manualClock(start = Date.UTC(2026, 10, 22, 8)): ManualClock {
  let now = start;
  const sleepers = new Set<{ until: number; wake(): void }>();
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const leave = () => {
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", abort);
        };
        const abort = () => {
          leave();
          reject(signal?.reason);
        };
        const wake = () => {
          leave();
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", abort);
      }),
    async advance(ms) {
      now += ms;
      for (const sleeper of [...sleepers]) if (sleeper.until <= now) sleeper.wake();
      await setImmediate();
    },
    async asleep(count) {
      while (sleepers.size < count) await setImmediate();
    },
  };
}
