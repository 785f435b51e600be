import { GRAPH_RESOURCE_ID, OIDC_SCOPES } from "../../directory/scopes.ts";
import type { Registered, RequiredResourceAccess, StoreReader } from "../../storage/store.ts";
import { scopeId } from "./application-body.ts";

/** The global IDs of Microsoft Graph's own delegated permissions. */
export const GRAPH_SCOPE_IDS: Readonly<Record<string, string>> = {
  openid: "37f7f235-527c-4136-accd-4a02d197296e",
  profile: "14dad69e-099b-42c9-810b-d002981feec1",
  email: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
  offline_access: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
  "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
};

/**
 * The permissions that applications declare. If an application never declared any (through the TypeScript API), they
 * are those the administrator consented to, so that Graph shows it completely.
 */
export async function requiredAccess(
  store: StoreReader,
  clientId?: string,
): Promise<(registered: Registered) => RequiredResourceAccess[]> {
  const [consents, apis] = await Promise.all([
    store.permissions.listConsents(clientId === undefined ? undefined : { clientId }),
    store.directory.listApis(),
  ]);
  const apiOf = new Map(apis.map((api) => [api.clientId, api]));
  const idOf = (resourceId: string, scope: string): string | undefined => {
    if (resourceId === GRAPH_RESOURCE_ID) return GRAPH_SCOPE_IDS[scope];
    const api = apiOf.get(resourceId);
    const exposed = api?.scopes.find(({ value }) => value === scope);
    return api && exposed && scopeId(api, exposed);
  };
  return ({ registration }) => {
    if (registration.requiredResourceAccess) return registration.requiredResourceAccess;
    return consents
      .filter((consent) => consent.clientId === registration.clientId && consent.userId === null)
      .map(({ resourceId, scopes }) => ({
        resourceAppId: resourceId,
        resourceAccess: inOrder(scopes).flatMap((scope) => {
          const id = idOf(resourceId, scope);
          return id === undefined ? [] : [{ id, type: "Scope" as const }];
        }),
      }))
      .filter(({ resourceAccess }) => resourceAccess.length > 0);
  };
}

/** OpenID Connect's own scopes, in their usual form. */
function inOrder(scopes: string[]): string[] {
  const rank = (scope: string) => (OIDC_SCOPES.includes(scope) ? OIDC_SCOPES.indexOf(scope) : OIDC_SCOPES.length);
  return [...scopes].sort((a, b) => rank(a) - rank(b));
}
