import type { AdminContext } from "../admin/admin-context.ts";
import type { MovableClock } from "../kernel/movable-clock.ts";
import type { Faults } from "./fault-list.ts";

/** Passed to everything in this room. It exists only where testers have their powers (docs/decisions/0035). */
export interface TestingContext {
  tenant: AdminContext;
  /** The clock of `tenant`. */
  clock: MovableClock;
  faults: Faults;
  /** The folder of the snapshots. It need not exist yet. */
  snapshotDir: string;
  /**
   * Reads a whole copy of the store, and throws if it is damaged.
   *
   * @throws TenantError `backup_invalid`
   */
  checkCopy(file: string): void;
  /** Does now what timers do every few minutes: deletes what has expired, and sends the mails that are due. */
  catchUp(): Promise<void>;
  /** Reads again what this process keeps in memory of the store. */
  reload(): Promise<void>;
}
