import { administrativeScopes, type StoredFacts, spelledOut } from "./access-rules.ts";
import type { Consent } from "./entities.ts";
import { type Administration, administrationOf, OWN_ACCOUNT } from "./graph-scopes.ts";
import { ACCESS_TOKEN_SECONDS, DEFAULT_LIFETIMES, type Lifetimes } from "./lifetimes.ts";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "./scopes.ts";

/** One thing that a yes allows. The words are the page's; those of an API are its registration's, by language. */
export type PermissionLine =
  | { kind: "name_and_email" | "name" | "email" | "you" }
  /** All that the tenant keeps of the person: Graph's `User.Read`. */
  | { kind: "account" }
  | { kind: "api"; text: string; texts?: Record<string, string> }
  /** Reaches beyond the person's own account; only administrators are asked it. */
  | { kind: "administration"; of: Administration }
  /** Stays signed in until unused for `days`, and for `maxDays` in all at most. */
  | { kind: "offline"; days: number; maxDays: number }
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
  /** The scopes that an approval freezes: those of the lines and no other. `.default` is spelled out here. */
  approved: ScopeSet;
}

/** What the consent page lists: what a grant asks of this user, and what an approval would mean. */
export function permissionsOf(
  facts: Pick<StoredFacts, "api" | "consents">,
  requested: ScopeSet,
  lifetimes: Lifetimes = DEFAULT_LIFETIMES,
): Permissions {
  const { api, consents } = facts;
  const { oidc, resourceId } = requested;
  const identity = oidc.filter((scope) => scope !== "offline_access");
  const asked: Permission[] = [{ line: { kind: identityOf(oidc) }, resourceId: GRAPH_RESOURCE_ID, scopes: identity }];

  const wanted = spelledOut(facts, requested).resourceScopes;
  if (resourceId === GRAPH_RESOURCE_ID && wanted.includes(OWN_ACCOUNT)) {
    asked.push({ line: { kind: "account" }, resourceId, scopes: [OWN_ACCOUNT] });
  }
  for (const [of, scopes] of administrationOf(administrativeScopes(requested))) {
    asked.push({ line: { kind: "administration", of }, resourceId, scopes });
  }
  const offered = api?.disabledAt === null ? api.scopes.filter((scope) => scope.enabled) : [];
  for (const { value, userDisplayName, displayName, displayNames } of offered) {
    if (!wanted.includes(value)) continue;
    const texts = displayNames && Object.keys(displayNames).length > 0 ? { texts: displayNames } : {};
    asked.push({ line: { kind: "api", text: userDisplayName || displayName, ...texts }, resourceId, scopes: [value] });
  }
  const listed = new Set(asked.flatMap((each) => each.scopes));

  const may = mayAlready(consents);
  const offline = oidc.includes("offline_access");
  const line: PermissionLine = offline
    ? { kind: "offline", days: lifetimes.signInIdleDays, maxDays: lifetimes.signInDays }
    : { kind: "for_hours", hours: ACCESS_TOKEN_SECONDS / 3_600 };
  return {
    lines: [...asked.map((each) => each.line), line],
    already: asked.filter(may).map((each) => each.line),
    fresh: asked.filter((each) => !may(each)).map((each) => each.line),
    stays: {
      line,
      already: !offline || may({ line, resourceId: GRAPH_RESOURCE_ID, scopes: ["offline_access"] }),
    },
    approved: { ...requested, resourceScopes: wanted.filter((scope) => listed.has(scope)) },
  };
}

/**
 * A user who has never approved this app is shown everything as new, including what the administrator allowed for
 * everybody: they have not seen it. From then on that counts as given, like their own.
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
