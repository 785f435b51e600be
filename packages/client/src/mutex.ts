/** Lets one in at a time, in the order in which they ask. */
export class Mutex {
  #last: Promise<void> = Promise.resolve();

  /** Resolves once all before have released it; call what it gives to release it. */
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
