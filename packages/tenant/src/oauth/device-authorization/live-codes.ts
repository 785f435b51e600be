import type { Clock } from "../../kernel/time.ts";
import type { Store } from "../../storage/store.ts";

/** Milliseconds a count is trusted; what this process adds meanwhile is counted on top. */
const TRUSTED_FOR = 1000;

/** How many device codes are alive, for the length of the next user_code, without counting rows at every request. */
export class LiveCodes {
  readonly #store: Store;
  readonly #clock: Clock;
  #counted = 0;
  #countedAt = Number.NEGATIVE_INFINITY;

  constructor(store: Store, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  async count(): Promise<number> {
    const now = this.#clock.now();
    if (Math.abs(now - this.#countedAt) > TRUSTED_FOR) {
      this.#countedAt = now;
      this.#counted = await this.#store.grants.countLive(now);
    }
    return this.#counted;
  }

  added(): void {
    this.#counted++;
  }
}
