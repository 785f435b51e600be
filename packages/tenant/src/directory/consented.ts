import type { Store } from "../storage/store.ts";
import type { Consent } from "./entities.ts";
import { isAdministrative } from "./graph-scopes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "./scopes.ts";

/** What the administrator or, where a person may, this person allowed this app at one resource, and the API still offers. */
export async function consentedScopes(
  store: Store,
  clientId: string,
  userId: string,
  resourceId: string,
): Promise<string[]> {
  return consentedAt(store, await store.directory.consentsFor(clientId, userId), resourceId);
}

/** The same, of an app's and a person's consents that were read already. */
export async function consentedAt(store: Store, consents: Consent[], resourceId: string): Promise<string[]> {
  const here = consents.filter((each) => each.resourceId === resourceId);
  const granted = new Set(here.flatMap((each) => each.scopes));
  if (resourceId === GRAPH_RESOURCE_ID) return [...granted];
  const api = await store.directory.findApi(resourceId);
  if (!api || api.disabledAt !== null) return [];
  const byAdmin = new Set(here.filter((each) => each.userId === null).flatMap((each) => each.scopes));
  return api.scopes
    .filter((scope) => scope.enabled && (scope.consent === "User" ? granted : byAdmin).has(scope.value))
    .map((scope) => scope.value);
}

/** Scopes of the request that only an administrator can consent to and none has: no person's yes could grant them. */
export async function missingAdminConsent(store: Store, clientId: string, requested: ScopeSet): Promise<string[]> {
  if (requested.resourceId === GRAPH_RESOURCE_ID) return [];
  const api = await store.directory.findApi(requested.resourceId);
  const byAdmin = new Set(await consentedScopes(store, clientId, "", requested.resourceId));
  if (requested.isDefault) return byAdmin.size > 0 ? [] : [".default"];
  const adminOnly = (api?.scopes ?? []).filter((scope) => scope.consent === "Admin").map((scope) => scope.value);
  return requested.resourceScopes.filter((scope) => adminOnly.includes(scope) && !byAdmin.has(scope));
}

/**
 * What is to be kept of a person's yes for this app: only what a person may consent to; an administrator's scopes are the
 * administrator's. A yes to an administrative scope counts for the one sign-in that asked: it is asked every time.
 */
export async function consentsOf(
  store: Store,
  clientId: string,
  userId: string,
  approved: ScopeSet,
): Promise<Consent[]> {
  const bare =
    approved.resourceId === GRAPH_RESOURCE_ID
      ? approved.resourceScopes.filter((scope) => !isAdministrative(scope))
      : [];
  const atGraph = { clientId, userId, resourceId: GRAPH_RESOURCE_ID, scopes: [...approved.oidc, ...bare] };
  if (approved.resourceId === GRAPH_RESOURCE_ID) return [atGraph];
  const api = await store.directory.findApi(approved.resourceId);
  const own = (api?.scopes ?? []).filter(
    (scope) => scope.consent === "User" && approved.resourceScopes.includes(scope.value),
  );
  return [atGraph, { clientId, userId, resourceId: approved.resourceId, scopes: own.map((scope) => scope.value) }];
}
