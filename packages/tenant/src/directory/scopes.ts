/** The resource of bare scopes (openid, profile, User.Read …): the well-known application ID of Microsoft Graph. */
export const GRAPH_RESOURCE_ID = "00000003-0000-0000-c000-000000000000";

/** OpenID Connect's scopes, which belong to no resource. */
export const OIDC_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/**
 * The parsed scopes of one request: OpenID Connect's own, and those of one resource. An access token has one resource
 * (Entra, AADSTS28002/700022).
 */
export interface ScopeSet {
  /** Any of `openid`, `profile`, `email`, `offline_access`, in the requested order. */
  oidc: string[];
  /** Client ID of the access token's API, or `GRAPH_RESOURCE_ID`. */
  resourceId: string;
  /** Short names at the resource (`ToDoList.Read`), without `.default`. */
  resourceScopes: string[];
  /** True if the client requested `<resource>/.default`: everything consented to for that resource. */
  isDefault: boolean;
  /** The exact text the client sent, returned in `scope` so that MSAL finds its token again. */
  asked: string[];
}

/**
 * `<resource>/<scope>`: a scope that is unambiguous next to those of other resources. OpenID Connect's own count as
 * Graph's.
 */
export function qualifiedScope(resourceId: string, scope: string): string {
  return `${resourceId}/${scope}`;
}

/** All scopes of a set, qualified. */
export function qualifiedScopes({ oidc, resourceId, resourceScopes }: ScopeSet): string[] {
  return [
    ...oidc.map((scope) => qualifiedScope(GRAPH_RESOURCE_ID, scope)),
    ...resourceScopes.map((scope) => qualifiedScope(resourceId, scope)),
  ];
}

/** Everything that a sign-in can reach: what was approved, and what else its page listed. Qualified. */
export function reachOf({ scopes, reach }: { scopes: ScopeSet; reach: readonly string[] }): string[] {
  return [...qualifiedScopes(scopes), ...reach];
}
