import type { Clock } from "../../kernel/time.ts";

/** Seconds between polls that the tenant asks for (RFC 8628 §3.2). */
export const POLL_INTERVAL_SECONDS = 5;
/** What one slow_down adds, for good (RFC 8628 §3.5). */
const SLOW_DOWN_SECONDS = 5;
/** A poll this early still counts as on time: clocks and networks jitter. Milliseconds. */
const TOLERANCE = 500;

interface Pace {
  lastStart: number;
  /** Milliseconds. */
  interval: number;
  expiresAt: number;
}

/**
 * When each device_code was last polled and how slowly it has to go. Lives in this process only, so that a poll writes
 * nothing to the store; another node starts a code's pace anew, which costs one poll.
 */
export class PollPace {
  readonly #paces = new Map<string, Pace>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Polls under watch, for the metrics and the tests. */
  get size(): number {
    return this.#paces.size;
  }

  /**
   * Notes one poll of a code that exists, at its start. The first is always on time. An early one of a client that
   * understands `slow_down` makes the interval grow.
   */
  note(deviceCodeHash: string, expiresAt: number, understandsSlowDown: boolean): "on_time" | "early" {
    const now = this.#clock.now();
    const pace = this.#paces.get(deviceCodeHash);
    if (!pace) {
      this.#forgetExpired(now);
      this.#paces.set(deviceCodeHash, { lastStart: now, interval: POLL_INTERVAL_SECONDS * 1000, expiresAt });
      return "on_time";
    }
    const early = now - pace.lastStart < pace.interval - TOLERANCE;
    pace.lastStart = now;
    if (early && understandsSlowDown) pace.interval += SLOW_DOWN_SECONDS * 1000;
    return early ? "early" : "on_time";
  }

  /** After a final answer. */
  forget(deviceCodeHash: string): void {
    this.#paces.delete(deviceCodeHash);
  }

  /** Codes live equally long, so the oldest entries, first in the map, expire first. */
  #forgetExpired(now: number): void {
    for (const [hash, pace] of this.#paces) {
      if (pace.expiresAt > now) return;
      this.#paces.delete(hash);
    }
  }
}
