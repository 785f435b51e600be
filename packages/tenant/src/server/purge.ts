import type { TenantContext } from "./apps.ts";

const EVERY_MS = 5 * 60 * 1000;

/**
 * Deletes expired rows every few minutes, one purge at a time. Returns a function that stops it and waits for the
 * current batch. A failed purge is tried again next time. `now` deletes what has expired at this moment.
 */
export function startPurging(
  ctx: Pick<TenantContext, "store" | "clock" | "log">,
): (() => Promise<void>) & { now(): Promise<void> } {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  const purge = () => {
    running ??= ctx.store
      .purgeExpired(ctx.clock.now(), { signal: stopping.signal })
      .then(() => undefined)
      .catch((error: unknown) => ctx.log.warn({ err: error }, "could not delete expired rows"))
      .finally(() => {
        running = undefined;
      });
    return running;
  };
  const timer = setInterval(purge, EVERY_MS);
  timer.unref();
  const stop = async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
  const now = async () => {
    // One that runs may have read the time before.
    await running;
    await purge();
  };
  return Object.assign(stop, { now });
}
