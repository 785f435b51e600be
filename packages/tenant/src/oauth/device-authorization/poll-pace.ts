import { oldestFirst } from "../../kernel/oldest-first.ts";
import type { Clock } from "../../kernel/time.ts";

/** The polling interval that the tenant asks for, in seconds (RFC 8628 §3.2). */
export const POLL_INTERVAL_SECONDS = 5;
/** How much each slow_down permanently adds, in seconds (RFC 8628 §3.5). */
const SLOW_DOWN_SECONDS = 5;
/** A poll that is early by this many milliseconds still counts as on time, because clocks and networks jitter. */
const TOLERANCE = 500;

/** A tenant without polls in memory still needs the pace of those that it answers. */
const MIN_SIZE = 10_000;

interface Pace {
  lastStart: number;
  /** Milliseconds. */
  interval: number;
  expiresAt: number;
}

/**
 * When each device_code was last polled, and its required interval. Kept in this process only, so that a poll writes
 * nothing to the store. Another node starts over, which costs one poll.
 */
export class PollPace {
  readonly #paces = new Map<string, Pace>();
  readonly #oldest = oldestFirst(this.#paces);
  readonly #clock: Clock;
  readonly #size: number;

  /** `size`: how many codes are tracked at most. Above it the oldest start over, which costs each one poll. */
  constructor(clock: Clock, size: number) {
    this.#clock = clock;
    this.#size = Math.max(size, MIN_SIZE);
  }

  /** Number of tracked codes, for the metrics and the tests. */
  get size(): number {
    return this.#paces.size;
  }

  /**
   * Records the start of a poll for an existing code. The first poll is always on time. An early poll by a client that
   * understands `slow_down` increases the interval.
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

  /** After a final response. */
  forget(deviceCodeHash: string): void {
    this.#paces.delete(deviceCodeHash);
  }

  /** After the clock went back. Each code gains one poll. */
  clear(): void {
    this.#paces.clear();
  }

  /** All codes have the same lifetime, so the oldest entries, first in the map, expire first. */
  #forgetExpired(now: number): void {
    for (let first = this.#oldest(); first; first = this.#oldest()) {
      if (first[1].expiresAt > now && this.#paces.size < this.#size) return;
      this.#paces.delete(first[0]);
    }
  }
}
