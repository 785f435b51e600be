import { StoreError } from "../store-error.ts";
import type { Bound, Together } from "./database.ts";
import { isAboutData } from "./retry.ts";

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * How many full batches may wait. More would be answered so late that programs have given up, and hold memory meanwhile.
 */
export const WAITING_BATCHES = 20;

export interface BatchOptions {
  /** How many items one batch has at most. */
  most: number;
  /** How many batches run at the same time. Further items wait, and become the next batch. */
  atOnce: number;
}

/**
 * Collects what is asked for in one turn of the event loop, or while other batches run, so that many requests cost one
 * transaction or round trip. `run` returns a result for each item, in their order. If it fails because of the data of one
 * item, each item is run alone, so that only that one fails. Where too many wait, the next one fails with `store_busy`.
 */
export function inBatches<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { most, atOnce }: BatchOptions,
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let running = 0;
  let scheduled = false;

  async function answer(batch: Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(batch.map(({ item }) => item));
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (batch.length > 1 && isAboutData(error)) {
        for (const each of batch) await answer([each]);
        return;
      }
      for (const { reject } of batch) reject(error);
    }
  }

  const start = () => {
    scheduled = false;
    while (waiting.length > 0 && running < atOnce) {
      running++;
      void answer(waiting.splice(0, most)).finally(() => {
        running--;
        start();
      });
    }
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      if (waiting.length >= WAITING_BATCHES * most) return reject(tooManyWait());
      waiting.push({ item, resolve, reject });
      if (scheduled || running >= atOnce) return;
      scheduled = true;
      setImmediate(start);
    });
}

/** The statements of concurrent callers in one transaction, which is one round trip on PostgreSQL. For reads. */
export function togetherInBatches(together: Together, options: BatchOptions): Together {
  const run = inBatches(async (asked: Bound<unknown>[][]) => {
    const rows = (await together(asked.flat())).values();
    return asked.map((statements) => statements.map(() => rows.next().value));
  }, options);
  return run as unknown as Together;
}

const tooManyWait = () =>
  new StoreError(
    "store_busy",
    "Too many requests wait for the store.",
    "Try again in a moment. If the error persists, the database is too slow for so many requests.",
  );
