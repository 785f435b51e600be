/**
 * Lets one caller in at a time, in the order in which they asked.
 * @example
 * await mutex.acquire();
 * try { … } finally { mutex.release(); }
 */
export class Mutex {
  #locked = false;
  readonly #waiting: (() => void)[] = [];

  /** Resolves once the mutex is the caller's. */
  async acquire(): Promise<void> {
    if (this.#locked) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#locked = true;
  }

  /** Passes the mutex to the next who waits. Call it once for each `acquire`. */
  release(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#locked = false;
  }
}
