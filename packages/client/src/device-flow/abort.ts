import { DoorcodeError } from "../errors.ts";

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
