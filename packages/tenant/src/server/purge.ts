import type { TenantContext } from "./apps.ts";

const EVERY_MS = 5 * 60 * 1000;

/**
 * Deletes expired rows every few minutes, one purge at a time; returns how to stop, which waits for the batch that runs.
 * A purge that fails is tried again next time.
 */
export function startPurging(ctx: Pick<TenantContext, "store" | "clock" | "log">): () => Promise<void> {
  const stopping = new AbortController();
  let running: Promise<unknown> | undefined;
  const timer = setInterval(() => {
    running ??= ctx.store
      .purgeExpired(ctx.clock.now(), { signal: stopping.signal })
      .catch((error: unknown) => ctx.log.warn({ err: error }, "expired rows could not be deleted"))
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
