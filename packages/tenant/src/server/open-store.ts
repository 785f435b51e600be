import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { naming } from "../kernel/data-folder.ts";
import { mayRespondLater, type OverOptions, openPostgresStore, openSqliteStore } from "../storage/sql/open-store.ts";
import type { Store, StoreObserver } from "../storage/store.ts";

/** Where a tenant keeps its data. */
export type StorePlace = { sqlite: string } | { postgres: string; schema?: string; direct?: string };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Opens the store and updates its tables. While PostgreSQL does not respond, tries again with growing pauses.
 *
 * @param waitMs how long
 * @param more `embedded`: whether the tenant is the embedded one, which counts what its operator claims for a user
 * @throws StoreError `store_unreachable`, `store_migration_failed`, TenantError `data_folder_refused`
 */
export async function openStore(
  where: StorePlace,
  log: Logger,
  waitMs: number,
  observe: (kind: Store["kind"]) => StoreObserver,
  more: Pick<OverOptions, "pollsInMemory"> & { embedded: boolean },
): Promise<Store> {
  if ("sqlite" in where) {
    return naming(where.sqlite, () => openSqliteStore(where.sqlite, { log, observe: observe("sqlite"), ...more }));
  }
  const { postgres, ...place } = where;
  const options = { log, observe: observe("postgres"), ...more, ...place };
  const until = performance.now() + waitMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await openPostgresStore(postgres, options);
    } catch (error) {
      const left = until - performance.now();
      if (left <= 0 || !mayRespondLater(error)) throw error;
      const seconds = Math.ceil(left / 1_000);
      log.warn({ reason: (error as Error).message, seconds }, "the store does not respond; waiting for it");
      await wait(Math.min(pause, left));
    }
  }
}
