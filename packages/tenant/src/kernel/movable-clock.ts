import { after, type Clock } from "./time.ts";

interface Timer {
  /** Milliseconds since the epoch, of the moved clock. */
  at: number;
  callback: () => void;
  cancel: () => void;
}

/** A clock that runs like another one, and that testers move. Timers move with it. */
export class MovableClock implements Clock {
  readonly #base: Clock;
  readonly #timers = new Set<Timer>();
  #aheadMs = 0;

  constructor(base: Clock) {
    this.#base = base;
  }

  /** How far it is ahead of the other clock, in milliseconds. Negative: behind. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  now(): number {
    return this.#base.now() + this.#aheadMs;
  }

  after(ms: number, callback: () => void): () => void {
    const timer: Timer = { at: this.now() + ms, callback, cancel: () => undefined };
    this.#timers.add(timer);
    this.#wind(timer);
    return () => this.#drop(timer);
  }

  /**
   * Moves the clock. Forward, the timers that are due call back at once, in their order. Back, each timer still waits as
   * long as it did: no request waits for a time that was passed already.
   */
  moveTo(aheadMs: number): void {
    const by = aheadMs - this.#aheadMs;
    this.#aheadMs = aheadMs;
    const now = this.now();
    for (const timer of [...this.#timers].sort((one, other) => one.at - other.at)) {
      if (!this.#timers.has(timer)) continue;
      if (by < 0) timer.at += by;
      else if (timer.at <= now) this.#fire(timer);
      else this.#wind(timer);
    }
  }

  #wind(timer: Timer): void {
    timer.cancel();
    timer.cancel = after(this.#base, Math.max(0, timer.at - this.now()), () => this.#fire(timer));
  }

  #fire(timer: Timer): void {
    this.#drop(timer);
    timer.callback();
  }

  #drop(timer: Timer): void {
    timer.cancel();
    this.#timers.delete(timer);
  }
}
