/**
 * Admits one caller at a time, in the order of their calls.
 *
 * @example
 * await mutex.acquire();
 * try { … } finally { mutex.release(); }
 */
export class Mutex {
  #locked = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves when the caller holds the mutex. */
  async acquire(): Promise<void> {
    if (this.#locked) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#locked = true;
  }

  /** Passes the mutex to the next waiting caller. Call it once for each `acquire`. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#locked = false;
  }
}
