import { setTimeout as timeout } from "node:timers/promises";
import { PrepareError } from "../prepare-error.ts";

/** The time. Inject one so that tests control the time instead of waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => timeout(ms, undefined, { signal }),
};

/** Waits between attempts, in milliseconds. */
const SCHEDULES = {
  /** Probably a wrong address, or a tenant that is not running: reported soon. */
  "never reached": [500],
  unreachable: [1_000, 2_000, 4_000, 8_000, 16_000],
  /** A new object reaches every replica within seconds, rarely a minute. */
  "not there yet": [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000],
  /** For a 429 without Retry-After. */
  throttled: [2_000, 4_000, 8_000, 16_000, 32_000],
} as const;

/** The longest Retry-After that is waited for, in milliseconds; a longer one is reported. */
const LONGEST_WAIT_MS = 120_000;

/** Counts and delays the repetitions of one request. */
export class Retries {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #tried = new Map<keyof typeof SCHEDULES, number>();

  constructor(clock: Clock, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Waits before the next attempt; false if there is none left. */
  async after(reason: keyof typeof SCHEDULES, retryAfter: string | null = null): Promise<boolean> {
    const tried = this.#tried.get(reason) ?? 0;
    const scheduled = SCHEDULES[reason][tried];
    if (scheduled === undefined) return false;
    const asked = retryAfterMs(retryAfter, this.#clock.now());
    if (asked !== undefined && asked > LONGEST_WAIT_MS) return false;
    this.#tried.set(reason, tried + 1);
    await this.#wait(asked ?? scheduled);
    return true;
  }

  /** The same after a 429, whose Retry-After is always honored. */
  afterThrottling(retryAfter: string | null): Promise<boolean> {
    return this.after("throttled", retryAfter);
  }

  async #wait(ms: number): Promise<void> {
    try {
      await this.#clock.sleep(ms, this.#signal);
    } catch (cause) {
      throw new PrepareError("interrupted", "The run was interrupted.", { cause });
    }
  }
}

/** Reads seconds or an HTTP date (RFC 9110 §10.2.3), in milliseconds from now; undefined for anything else. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
