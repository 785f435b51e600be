/** The resource of bare scopes (openid, profile, User.Read …): Microsoft Graph's well-known application ID. */
export const GRAPH_RESOURCE_ID = "00000003-0000-0000-c000-000000000000";

/** OpenID Connect's own, which belong to no resource. */
export const OIDC_SCOPES: readonly string[] = ["openid", "profile", "email", "offline_access"];

/**
 * The scopes of one request after parsing: OpenID Connect's own beside those of one resource.
 * One resource per access token (Entra, AADSTS28002/700022).
 */
export interface ScopeSet {
  /** Of `openid`, `profile`, `email`, `offline_access`, in the order asked. */
  oidc: string[];
  /** Client ID of the API the access token is for, or `GRAPH_RESOURCE_ID`. */
  resourceId: string;
  /** Short names at the resource (`ToDoList.Read`), without `.default`. */
  resourceScopes: string[];
  /** True when the client asked for `<resource>/.default`: all that was consented for that resource. */
  isDefault: boolean;
  /** Exactly the words the client sent, echoed in `scope` so that MSAL finds its token again. */
  asked: string[];
}

/** `<resource>/<scope>`: a scope that can stand beside those of other resources. OpenID Connect's own are Graph's. */
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

/** All that a sign-in can reach: what was approved, and what its page listed beside. Qualified. */
export function reachOf({ scopes, reach }: { scopes: ScopeSet; reach: readonly string[] }): string[] {
  return [...qualifiedScopes(scopes), ...reach];
}
