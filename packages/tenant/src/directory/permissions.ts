import type { Store } from "../stores/contract.ts";
import { REFRESH_TOKEN_LIFETIME } from "../tokens/lifetimes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "./scopes.ts";

/** Days a refresh token lives (Entra: 90); each renewal gives a new one. */
export const REFRESH_TOKEN_DAYS = REFRESH_TOKEN_LIFETIME / (24 * 60 * 60 * 1000);

/** One thing that a yes allows. The words are the page's; those of an API are its registration's. */
export type PermissionLine =
  | { kind: "name_and_email" | "name" | "email" | "you" }
  | { kind: "api"; text: string }
  /** Stays signed in until unused for so long. */
  | { kind: "offline"; days: number };

export interface Permissions {
  /** What the person is asked to allow, one line each. */
  lines: PermissionLine[];
  /** The scopes that a yes freezes, those of the lines and no other: `.default` is spelled out here. */
  approved: ScopeSet;
  /** Something that was asked for is not there to be granted any more. */
  withdrawn: boolean;
}

/**
 * What a grant asks for, as a person is asked it, and what a yes to it means. Scopes that are gone or disabled since the
 * request are not offered.
 */
export async function permissionsOf(store: Store, clientId: string, requested: ScopeSet): Promise<Permissions> {
  const { oidc } = requested;
  const lines: PermissionLine[] = [{ kind: identityOf(oidc) }];

  let { resourceScopes } = requested;
  let withdrawn = false;
  if (requested.resourceId !== GRAPH_RESOURCE_ID) {
    const api = await store.directory.findApi(requested.resourceId);
    const offered = (api?.disabledAt === null ? api.scopes : []).filter((scope) => scope.enabled);
    if (requested.isDefault) {
      const consents = await store.directory.consentsFor(clientId, "");
      const granted = new Set(consents.filter((c) => c.resourceId === requested.resourceId).flatMap((c) => c.scopes));
      resourceScopes = offered.filter((scope) => granted.has(scope.value)).map((scope) => scope.value);
    }
    const wanted = new Set(resourceScopes);
    lines.push(
      ...offered
        .filter((scope) => wanted.has(scope.value))
        .map(({ displayName }) => ({ kind: "api" as const, text: displayName })),
    );
    resourceScopes = resourceScopes.filter((value) => offered.some((scope) => scope.value === value));
    withdrawn = resourceScopes.length < Math.max(1, wanted.size);
  }
  if (oidc.includes("offline_access")) lines.push({ kind: "offline", days: REFRESH_TOKEN_DAYS });
  return { lines, approved: { ...requested, resourceScopes }, withdrawn };
}

function identityOf(oidc: string[]): "name_and_email" | "name" | "email" | "you" {
  if (oidc.includes("profile")) return oidc.includes("email") ? "name_and_email" : "name";
  return oidc.includes("email") ? "email" : "you";
}
