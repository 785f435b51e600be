import { DoorcodeError } from "./errors.ts";

/** The time as the client sees it. Inject one so that tests control the time instead of waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Milliseconds since an arbitrary start, unaffected by corrections of the wall clock: a device may set its clock
   * during a sign-in. Without this method the client assumes that the wall clock never jumps.
   */
  monotonic?(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", onAbort, { once: true });
    }),
};

export const monotonic = (clock: Clock): number => clock.monotonic?.() ?? clock.now();

/**
 * Settles like the promise, or rejects with the signal's reason as soon as it aborts: the awaited operation may not
 * know the signal.
 */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** The error for an aborted signal: the caller's own error, its time limit, or a cancellation. */
export function abortError(signal: AbortSignal): DoorcodeError {
  const reason: unknown = signal.reason;
  if (reason instanceof DoorcodeError) return reason;
  const timedOut = reason instanceof Error && reason.name === "TimeoutError";
  return new DoorcodeError(timedOut ? "timed_out" : "cancelled", { cause: reason });
}
