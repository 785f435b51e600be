/** The time. Inject one so that tests control it instead of waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Calls back once after `ms` milliseconds, and returns what cancels it. Without this method, timers use the system's
   * time.
   */
  after?(ms: number, callback: () => void): () => void;
}

/** `clock.after`, or the system's timer. */
export function after(clock: Clock, ms: number, callback: () => void): () => void {
  if (clock.after) return clock.after(ms, callback);
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * The promise's outcome, or a rejection after `ms` milliseconds. The timeout does not stop the underlying work.
 *
 * @example await withTimeout(2_000, store.ping());
 */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms.`)), ms);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * How far the clocks of nodes may differ, in milliseconds. From `warnMs` on, a node warns. From `unreadyMs` on it is not
 * ready: guards, with their tolerance of 30 seconds, refuse the tokens of a node that is further ahead.
 */
export const CLOCK_SKEW = { warnMs: 5_000, unreadyMs: 30_000 };
