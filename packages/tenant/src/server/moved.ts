import { TenantError } from "../kernel/tenant-error.ts";
import { MOVED_TO } from "../storage/sealed.ts";
import type { Store } from "../storage/store.ts";

/**
 * A tenant runs in one store: two would issue tokens and accept changes that the other does not know.
 *
 * @throws TenantError `tenant_moved`
 */
export async function refuseMoved(store: Store): Promise<void> {
  const moved = await store.directory.setting(MOVED_TO);
  if (moved !== undefined) throw tenantMoved(moved);
}

export const tenantMoved = (to: string): TenantError =>
  new TenantError(
    "tenant_moved",
    `This tenant was moved to ${to}. It does not start here.`,
    "Start it on its new store. To use this one instead: doorcode tenant move --undo. What changed in the new store is lost then.",
  );
