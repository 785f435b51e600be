import type { TenantContext } from "./apps.ts";

const EVERY_MS = 5 * 60 * 1000;

/** Deletes expired rows every few minutes; returns how to stop. A purge that fails is tried again next time. */
export function startPurging(ctx: Pick<TenantContext, "store" | "clock" | "log">): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = ctx.store
      .purgeExpired(ctx.clock.now())
      .catch((error: unknown) => ctx.log.warn({ err: error }, "expired rows could not be deleted"));
  }, EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
