/** Admits one caller at a time, in the order of their requests. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when all earlier callers have released it. Call the returned function to release it. */
  async acquire(): Promise<() => void> {
    const before = this.#last;
    let release = () => {};
    this.#last = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    return release;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    const release = await this.acquire();
    try {
      return await work();
    } finally {
      release();
    }
  }
}
