import type { App } from "../directory/entities.ts";
import { ADMINISTRATIVE_SCOPES, isAdministrative } from "../directory/graph-scopes.ts";
import { TenantError } from "../kernel/tenant-error.ts";
import { type AdminStore, OPERATOR } from "./admin-context.ts";
import { apps, unknownApp } from "./apps.ts";

/**
 * Sets the administrative scopes that an app may request (null: all), and whether it may do so by device code. On
 * behalf of the operator: a Graph caller cannot allow the device code.
 *
 * @throws TenantError `app_unknown`, `scope_unknown`
 */
export async function allowAdministration(
  { store, clock }: AdminStore,
  clientId: string,
  { scopes, byDeviceCode }: { scopes: readonly string[] | null; byDeviceCode: boolean },
): Promise<App> {
  const named = scopes ?? ADMINISTRATIVE_SCOPES;
  const unknown = named.find((scope) => !isAdministrative(scope));
  if (unknown !== undefined) {
    const hint = `Use ${ADMINISTRATIVE_SCOPES.join(", ")}.`;
    throw new TenantError("scope_unknown", `${unknown} is not an administrative scope.`, hint);
  }
  const administrativeScopes = ADMINISTRATIVE_SCOPES.filter((scope) => named.includes(scope));
  const found = await store.registrations.find({ clientId: clientId.trim().toLowerCase() });
  const changed =
    found &&
    (await apps({ store, clock }, OPERATOR).change(
      found.registration,
      (before) =>
        before.kind === "app"
          ? { ...before, app: { ...before.app, administrativeScopes, administrationByDeviceCode: byDeviceCode } }
          : before,
      `administrativeScopes ${administrativeScopes.length} administrationByDeviceCode ${byDeviceCode}`,
    ));
  if (changed?.outcome === "changed" && changed.registered.kind === "app") return changed.registered.app;
  throw unknownApp();
}
