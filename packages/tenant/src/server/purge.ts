import type { TenantContext } from "./tenant-context.ts";

const EVERY = 5 * 60 * 1000;

/** Deletes now and then what ended long ago; returns how to stop. A sweep that fails is tried again next time. */
export function startSweeping(ctx: Pick<TenantContext, "store" | "clock" | "log">): () => Promise<void> {
  let running: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    running = ctx.store
      .sweep(ctx.clock.now())
      .catch((error: unknown) => ctx.log.warn({ err: error }, "ended rows could not be deleted"));
  }, EVERY);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
