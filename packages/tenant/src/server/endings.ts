/** What has been opened, to be closed in the reverse order, whatever fails on the way. */
export interface Endings {
  add(step: () => unknown): void;
  /** A second call does nothing more and waits for the first. */
  run(): Promise<void>;
}

export function endings(): Endings {
  const steps: (() => unknown)[] = [];
  let running: Promise<void> | undefined;
  async function runAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const step of steps.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
  return {
    add: (step) => steps.push(step),
    run: () => {
      running ??= runAll();
      return running;
    },
  };
}
