import { access } from "node:fs/promises";
import type { PeopleContext } from "../admin/people.ts";
import { checkDataDir, lockDataDir } from "../kernel/data-folder.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { systemClock } from "../kernel/time.ts";
import { openPostgresStore, openSqliteStore } from "../storage/sql/open-store.ts";
import type { StartOptions } from "./start-tenant.ts";

/**
 * Works straight in a tenant's store: one on PostgreSQL may run meanwhile, one on SQLite does not. Whoever can open the
 * store may.
 *
 * @throws TenantError `store_missing`, `already_running`, and whatever `work` throws
 */
export async function inStore<Result>(
  { store: where, dataDir }: Pick<StartOptions, "store" | "dataDir">,
  work: (ctx: PeopleContext) => Promise<Result>,
): Promise<Result> {
  await using stack = new AsyncDisposableStack();
  // Threads that hash passwords keep no process alive, and nothing else here does.
  const alive = setInterval(() => undefined, 60_000);
  stack.defer(() => clearInterval(alive));
  if ("sqlite" in where) {
    await access(where.sqlite).catch((cause: unknown) => {
      const hint =
        "Name the tenant's folder with --data, its file with --store-file, or its database in DOORCODE_STORE.";
      throw new TenantError("store_missing", `There is no tenant in ${where.sqlite}.`, hint, { cause });
    });
    const lock = await lockDataDir(await checkDataDir(dataDir));
    stack.defer(() => lock.release());
  }
  const store =
    "sqlite" in where ? await openSqliteStore(where.sqlite) : await openPostgresStore(where.postgres, where);
  stack.defer(() => store.close());
  const name = await store.directory.setting("name");
  if (name === undefined) {
    const hint = "Name the store that the tenant was started with.";
    throw new TenantError("store_missing", "There is no tenant in this store.", hint);
  }
  // Awaited here: the store is closed on the way out.
  return await work({ store, clock: systemClock, config: { name } });
}
