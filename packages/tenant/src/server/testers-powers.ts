import { join } from "node:path";
import type { Logger } from "pino";
import { MovableClock } from "../kernel/movable-clock.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";
import { clockAheadIn } from "../testing/clock.ts";
import { Faults } from "../testing/fault-list.ts";
import { createTesting, type Testing } from "../testing/testing.ts";
import type { TenantContext } from "./apps.ts";
import { checkBackup } from "./check-backup.ts";
import { reloadSettings } from "./follow-store.ts";
import type { startPurging } from "./purge.ts";

/** What the powers of testers need from the start on. A tenant without them has none of it. */
export interface TestersPowers {
  clock: MovableClock;
  faults: Faults;
  over(ctx: TenantContext, parts: { dir: string; purging: ReturnType<typeof startPurging> }): Testing;
}

/** @param base the clock that runs */
export function testersPowers(base: Clock): TestersPowers {
  const clock = new MovableClock(base);
  const faults = new Faults();
  return {
    clock,
    faults,
    over: (ctx, { dir, purging }) =>
      createTesting({
        tenant: ctx,
        clock,
        faults,
        snapshotDir: join(dir, "snapshots"),
        checkCopy: (file) => void checkBackup(file, file),
        reload: () => reloadSettings(ctx),
        async catchUp() {
          await purging.now();
          ctx.mail.deliverDue().catch((error: unknown) => ctx.log.warn({ err: error }, "the mail queue failed"));
        },
      }),
  };
}

/** Continues with the time at which the store was left. Without testers' powers, it is this computer's time. */
export async function startClock(store: Store, clock: MovableClock | undefined, log: Logger): Promise<void> {
  const ahead_ms = await clockAheadIn(store);
  if (ahead_ms === 0) return;
  clock?.moveTo(ahead_ms);
  log.warn(
    { ahead_ms },
    clock
      ? "a tester has moved the clock of this tenant: doorcode tenant clock reset returns to this computer's time"
      : "a tester has moved the clock of this store, and this start uses this computer's time again",
  );
}
