import { PrepareError } from "../plan/prepare-error.ts";
import type { Clock } from "./clock.ts";

/** Milliseconds between tries. */
const SCHEDULES = {
  /** It may be a wrong address, or a tenant that does not run: somebody waits to hear of it. */
  "never reached": [500],
  unreachable: [1_000, 2_000, 4_000, 8_000, 16_000],
  /** What was just created shows everywhere within seconds, rarely a minute. */
  "not there yet": [1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000],
  /** Without a Retry-After. */
  throttled: [2_000, 4_000, 8_000, 16_000, 32_000],
} as const;

/** A Retry-After beyond this is told instead of waited for. */
const LONGEST_WAIT_MS = 120_000;

/** How often, and after how long, one request is sent again. */
export class Retries {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;
  readonly #tried = new Map<keyof typeof SCHEDULES, number>();

  constructor(clock: Clock, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** False when it was tried often enough; else true, after the wait. */
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

  /** The server's Retry-After is kept to: asking earlier would only be counted against us. */
  afterThrottling(retryAfter: string | null): Promise<boolean> {
    return this.after("throttled", retryAfter);
  }

  async #wait(ms: number): Promise<void> {
    try {
      await this.#clock.sleep(ms, this.#signal);
    } catch (cause) {
      throw new PrepareError("interrupted", "It was interrupted.", { cause });
    }
  }
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3), in milliseconds from now; undefined where it is neither. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
