import type { Store } from "../storage/store.ts";
import { type AdministrativeScope, isAdministrative } from "./graph-scopes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "./scopes.ts";

/** The scopes among these that only an administrator can be granted; an API's own of the same name is none. */
export function administrativeScopes(scopes: ScopeSet): AdministrativeScope[] {
  return scopes.resourceId === GRAPH_RESOURCE_ID ? scopes.resourceScopes.filter(isAdministrative) : [];
}

/**
 * False only where an administrative scope is asked for and this person is no administrator now. For pages and the
 * operator; whenever a token is issued the store asks the same within the transaction (stores/standing.ts).
 */
export async function mayGrant(store: Store, requested: ScopeSet, userId: string): Promise<boolean> {
  if (administrativeScopes(requested).length === 0) return true;
  return (await store.directory.findUser(userId))?.administrator === true;
}
