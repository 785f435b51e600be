import type { App, GrantType } from "./entities.ts";
import type { ScopeSet } from "./scopes.ts";

export const GRANT_TYPES = [
  "device_code",
  "authorization_code",
  "refresh_token",
  "client_credentials",
] as const satisfies GrantType[];

/**
 * The grants that an app may use: those it lists, or else all except the device code, which only public clients may use
 * by default (Entra: "Allow public client flows"). Client credentials also require a secret or certificate and an
 * assigned role.
 */
export function grantTypesOf({
  grantTypes,
  publicClient,
}: Pick<App, "grantTypes" | "publicClient">): readonly GrantType[] {
  return grantTypes ?? GRANT_TYPES.filter((each) => each !== "device_code" || publicClient);
}

/** Whether the app may request these administrative scopes with this grant, independent of the user. */
export function mayAdminister(
  app: Pick<App, "administrativeScopes" | "administrationByDeviceCode">,
  scopes: readonly ScopeSet["resourceScopes"][number][],
  grantType: GrantType | null,
): boolean {
  if (scopes.length === 0) return true;
  const named: readonly string[] = app.administrativeScopes;
  if (!scopes.every((scope) => named.includes(scope))) return false;
  return grantType !== "device_code" || app.administrationByDeviceCode;
}
