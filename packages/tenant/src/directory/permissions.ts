import type { Store } from "../storage/store.ts";
import { administrativeScopes } from "./administration.ts";
import type { Consent } from "./entities.ts";
import { type Administration, administrationOf, OWN_ACCOUNT } from "./graph-scopes.ts";
import { ACCESS_TOKEN_SECONDS, REFRESH_TOKEN_LIFETIME } from "./lifetimes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "./scopes.ts";

/** Days a refresh token lives (Entra: 90); each renewal gives a new one. */
export const REFRESH_TOKEN_DAYS = REFRESH_TOKEN_LIFETIME / (24 * 60 * 60 * 1000);

/** One thing that a yes allows. The words are the page's; those of an API are its registration's. */
export type PermissionLine =
  | { kind: "name_and_email" | "name" | "email" | "you" }
  /** All that the tenant keeps of the person: Graph's `User.Read`. */
  | { kind: "account" }
  | { kind: "api"; text: string }
  /** Reaches beyond the person's own account; only administrators are asked it. */
  | { kind: "administration"; of: Administration }
  /** Stays signed in until unused for so long. */
  | { kind: "offline"; days: number }
  /** Stays signed in for so long, and then the person is asked again. */
  | { kind: "for_hours"; hours: number };

/** A line with the scopes that it stands for. */
interface Permission {
  line: PermissionLine;
  resourceId: string;
  scopes: string[];
}

export interface Permissions {
  /** What the person is asked to allow, one line each; the last says for how long. */
  lines: PermissionLine[];
  /** The lines of these that the app may do already, and those that it may not; for how long is in neither. */
  already: PermissionLine[];
  fresh: PermissionLine[];
  stays: { line: PermissionLine; already: boolean };
  /** The scopes that a yes freezes, those of the lines and no other: `.default` is spelled out here. */
  approved: ScopeSet;
  /** Something that was asked for is not there to be granted any more. */
  withdrawn: boolean;
}

/**
 * What a grant asks for, as this person is asked it, and what a yes to it means. Scopes that are gone or disabled since
 * the request are not offered.
 */
export async function permissionsOf(
  store: Store,
  by: { clientId: string; userId: string; requested: ScopeSet },
): Promise<Permissions> {
  const { requested } = by;
  const { oidc } = requested;
  const consents = await store.directory.consentsFor(by.clientId, by.userId);
  const identity = oidc.filter((scope) => scope !== "offline_access");
  const asked: Permission[] = [{ line: { kind: identityOf(oidc) }, resourceId: GRAPH_RESOURCE_ID, scopes: identity }];

  const { resourceId } = requested;
  let { resourceScopes } = requested;
  let withdrawn = false;
  if (resourceId === GRAPH_RESOURCE_ID && resourceScopes.includes(OWN_ACCOUNT)) {
    asked.push({ line: { kind: "account" }, resourceId, scopes: [OWN_ACCOUNT] });
  }
  for (const [of, scopes] of administrationOf(administrativeScopes(requested))) {
    asked.push({ line: { kind: "administration", of }, resourceId, scopes });
  }
  if (resourceId !== GRAPH_RESOURCE_ID) {
    const api = await store.directory.findApi(resourceId);
    const offered = (api?.disabledAt === null ? api.scopes : []).filter((scope) => scope.enabled);
    if (requested.isDefault) {
      const administrators = consents.filter((consent) => consent.userId === null);
      const granted = consentedBy(administrators, resourceId);
      resourceScopes = offered.filter((scope) => granted.has(scope.value)).map((scope) => scope.value);
    }
    const wanted = new Set(resourceScopes);
    const lines = offered
      .filter((scope) => wanted.has(scope.value))
      .map(({ userDisplayName, displayName, value }) => ({
        line: { kind: "api", text: userDisplayName || displayName } as const,
        resourceId,
        scopes: [value],
      }));
    asked.push(...lines);
    resourceScopes = resourceScopes.filter((value) => offered.some((scope) => scope.value === value));
    withdrawn = resourceScopes.length < Math.max(1, wanted.size);
  }

  const may = mayAlready(consents);
  const offline = oidc.includes("offline_access");
  const line: PermissionLine = offline
    ? { kind: "offline", days: REFRESH_TOKEN_DAYS }
    : { kind: "for_hours", hours: ACCESS_TOKEN_SECONDS / 3_600 };
  return {
    lines: [...asked.map((each) => each.line), line],
    already: asked.filter(may).map((each) => each.line),
    fresh: asked.filter((each) => !may(each)).map((each) => each.line),
    stays: {
      line,
      already: !offline || may({ line, resourceId: GRAPH_RESOURCE_ID, scopes: ["offline_access"] }),
    },
    approved: { ...requested, resourceScopes },
    withdrawn,
  };
}

/**
 * Who has never said yes to this app is shown everything as new, what the administrator allowed for everybody included:
 * the person has not seen it. From then on that counts as given, like their own.
 */
function mayAlready(consents: Consent[]): (permission: Permission) => boolean {
  if (!consents.some((consent) => consent.userId !== null)) return () => false;
  return ({ line, resourceId, scopes }) => {
    // No consent to it is remembered, whoever gave it.
    if (line.kind === "administration") return false;
    const granted = consentedBy(consents, resourceId);
    return scopes.every((scope) => granted.has(scope));
  };
}

function consentedBy(consents: Consent[], resourceId: string): Set<string> {
  return new Set(consents.filter((consent) => consent.resourceId === resourceId).flatMap((consent) => consent.scopes));
}

function identityOf(oidc: string[]): "name_and_email" | "name" | "email" | "you" {
  if (oidc.includes("profile")) return oidc.includes("email") ? "name_and_email" : "name";
  return oidc.includes("email") ? "email" : "you";
}
