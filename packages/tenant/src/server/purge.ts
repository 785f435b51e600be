import type { TenantContext } from "./apps.ts";

const EVERY_MS = 5 * 60 * 1000;

/**
 * Deletes expired rows every few minutes, one purge at a time. Returns a function that stops it and waits for the
 * current batch. A failed purge is tried again next time.
 */
export function startPurging(ctx: Pick<TenantContext, "store" | "clock" | "log">): () => Promise<void> {
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= ctx.store
      .purgeExpired(ctx.clock.now(), { signal: stopping.signal })
      .catch((error: unknown) => ctx.log.warn({ err: error }, "could not delete expired rows"))
      .finally(() => {
        running = undefined;
      });
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await running;
  };
}
