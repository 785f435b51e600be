import { DoorcodeError } from "./errors.ts";

/** Time as the client uses it: injected, so that tests move it instead of waiting. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /**
   * Milliseconds from any beginning that no correction of the wall clock moves: a device sets its clock while somebody signs in.
   * A clock without it is taken to have a wall clock that never jumps.
   */
  monotonic?(): number;
  /** Resolves after `ms`; rejects with the signal's reason at once when it aborts. */
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

/** Settles as the promise does, or rejects at once with the signal's reason: what is awaited may not know of the signal. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}

/** What an aborted signal means to the caller: its own error, its own time limit, or a cancellation. */
export function abortError(signal: AbortSignal): DoorcodeError {
  const reason: unknown = signal.reason;
  if (reason instanceof DoorcodeError) return reason;
  const timedOut = reason instanceof Error && reason.name === "TimeoutError";
  return new DoorcodeError(timedOut ? "timed_out" : "cancelled", { cause: reason });
}
