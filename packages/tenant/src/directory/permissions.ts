import {
  administrativeScopes,
  type ConsentFacts,
  consentedScopes,
  type StoredFacts,
  spelledOut,
} from "./access-rules.ts";
import type { Api, Consent } from "./entities.ts";
import { type Administration, administrationOf, isAdministrative, OWN_ACCOUNT } from "./graph-scopes.ts";
import { ACCESS_TOKEN_SECONDS, DEFAULT_LIFETIMES, type Lifetimes } from "./lifetimes.ts";
import { GRAPH_RESOURCE_ID, qualifiedScope, qualifiedScopes, type ScopeSet } from "./scopes.ts";

/**
 * One thing that an approval allows. The words come from the page, or for an API from its registration, by language.
 */
export type PermissionLine =
  /** `profile` gives the user's name and the address they sign in with. */
  | { kind: "name_and_email" | "email" | "you" }
  /** Everything that the tenant stores about the user: Graph's `User.Read`. */
  | { kind: "account" }
  | { kind: "api"; text: string; texts?: Record<string, string> }
  /** Reaches beyond the user's own account. Requested of administrators only. */
  | { kind: "administration"; of: Administration }
  /** Stays signed in until unused for `days`, and for `maxDays` at most. */
  | { kind: "offline"; days: number; maxDays: number }
  /** Stays signed in this long, then the user must approve again. */
  | { kind: "for_hours"; hours: number };

/** A line with its scopes. */
interface Permission {
  line: PermissionLine;
  resourceId: string;
  scopes: string[];
}

export interface Permissions {
  /** Everything that an approval allows, one line each. The last line says for how long. */
  lines: PermissionLine[];
  /**
   * Lines that this user has already seen and approved with this app, and that still apply. Without the line about
   * duration.
   */
  already: PermissionLine[];
  /** Requested, and new to the user. */
  fresh: PermissionLine[];
  /** Not requested and new to the user, but a renewal could get it without asking. */
  byRenewal: PermissionLine[];
  stays: { line: PermissionLine; already: boolean };
  /** The scopes that an approval freezes: the requested ones that have a line. `.default` is already expanded. */
  approved: ScopeSet;
  /** Qualified scopes that a renewal may additionally get: those of the other lines. */
  reach: string[];
}

type Facts = Pick<ConsentFacts, "api" | "consents" | "consentedApis" | "shown">;

/**
 * What the consent page lists: what a grant requests of this user, what a renewal could add, and what an approval would
 * mean.
 *
 * @param options.silent no page will be shown, so what this user has never seen is out of reach
 */
export function permissionsOf(
  facts: Facts,
  requested: ScopeSet,
  { silent = false, lifetimes = DEFAULT_LIFETIMES }: { silent?: boolean; lifetimes?: Lifetimes } = {},
): Permissions {
  const { oidc } = requested;
  const asked = askedPermissions(facts, requested);
  const listed = new Set(asked.flatMap((each) => each.scopes));
  const wanted = spelledOut(facts, requested).resourceScopes;
  const approved = { ...requested, resourceScopes: wanted.filter((scope) => listed.has(scope)) };

  const offline = oidc.includes("offline_access");
  const reach = offline ? reachBeside(facts, approved, silent) : [];
  const renewable = renewablePermissions(facts, approved, reach);
  const seen = isSeen(facts);
  const line: PermissionLine = offline
    ? { kind: "offline", days: lifetimes.signInIdleDays, maxDays: lifetimes.signInDays }
    : { kind: "for_hours", hours: ACCESS_TOKEN_SECONDS / 3_600 };
  const unseen = (permissions: Permission[]) => linesOf(permissions.filter((each) => !seen(each)));
  return {
    lines: [...linesOf([...asked, ...renewable]), line],
    already: linesOf([...asked, ...renewable].filter(seen)),
    fresh: unseen(asked),
    byRenewal: unseen(renewable),
    stays: {
      line,
      already: !offline || seen({ line, resourceId: GRAPH_RESOURCE_ID, scopes: ["offline_access"] }),
    },
    approved,
    reach,
  };
}

/**
 * What the administrator and the user have allowed an app so far, as the account page lists it. Administrative permissions
 * are not among them, because consent to them is never remembered.
 */
export function allowedPermissions(facts: Facts): PermissionLine[] {
  const nothing: ScopeSet = {
    oidc: [],
    resourceId: GRAPH_RESOURCE_ID,
    resourceScopes: [],
    isDefault: false,
    asked: [],
  };
  return linesOf(renewablePermissions(facts, nothing, reachBeside(facts, nothing, false)));
}

/** A line for everything that is requested and can be granted. */
function askedPermissions(facts: Pick<StoredFacts, "api" | "consents">, requested: ScopeSet): Permission[] {
  const { oidc, resourceId } = requested;
  const identity = identityOf(oidc) ?? { kind: "you" };
  // `profile` includes the address.
  const shown = oidc.filter((scope) => scope !== "offline_access" && !(scope === "email" && oidc.includes("profile")));
  const asked: Permission[] = [{ line: identity, resourceId: GRAPH_RESOURCE_ID, scopes: shown }];
  const wanted = spelledOut(facts, requested).resourceScopes;
  if (resourceId === GRAPH_RESOURCE_ID && wanted.includes(OWN_ACCOUNT)) asked.push(ownAccount);
  for (const [of, scopes] of administrationOf(administrativeScopes(requested))) {
    asked.push({ line: { kind: "administration", of }, resourceId, scopes });
  }
  return [...asked, ...apiPermissions(facts.api, wanted)];
}

/**
 * What a renewal may get besides the approved scopes: everything that the administrator or the user has allowed this
 * app so far.
 */
function reachBeside(facts: Facts, approved: ScopeSet, silent: boolean): string[] {
  const has = new Set(qualifiedScopes(approved));
  const atGraph = consentedScopes(facts, GRAPH_RESOURCE_ID).filter((scope) => !isAdministrative(scope));
  const allowed = [
    ...atGraph.map((scope) => qualifiedScope(GRAPH_RESOURCE_ID, scope)),
    ...facts.consentedApis.flatMap((api) =>
      consentedScopes({ api, consents: facts.consents }, api.clientId).map((each) =>
        qualifiedScope(api.clientId, each),
      ),
    ),
  ];
  return allowed.filter((scope) => !has.has(scope) && (!silent || facts.shown.includes(scope)));
}

/** A line for everything in reach that the approved lines do not already cover. */
function renewablePermissions({ consentedApis }: Facts, approved: ScopeSet, reach: string[]): Permission[] {
  const among = (resourceId: string) => (scope: string) => reach.includes(qualifiedScope(resourceId, scope));
  const inReach = among(GRAPH_RESOURCE_ID);
  const identity = identityOf(["profile", "email"].filter(inReach));
  const known = approved.oidc.includes("profile");
  return [
    ...(identity && !known
      ? [{ line: identity, resourceId: GRAPH_RESOURCE_ID, scopes: [inReach("profile") ? "profile" : "email"] }]
      : []),
    ...(inReach(OWN_ACCOUNT) ? [ownAccount] : []),
    ...consentedApis.flatMap((api) =>
      apiPermissions(api, api.scopes.map((scope) => scope.value).filter(among(api.clientId))),
    ),
  ];
}

const ownAccount: Permission = { line: { kind: "account" }, resourceId: GRAPH_RESOURCE_ID, scopes: [OWN_ACCOUNT] };

/** In the order and with the words of the registration. */
function apiPermissions(api: Api | undefined, wanted: readonly string[]): Permission[] {
  if (api?.disabledAt !== null) return [];
  return api.scopes
    .filter((scope) => scope.enabled && wanted.includes(scope.value))
    .map(({ value, userDisplayName, displayName, displayNames }) => {
      const texts = displayNames && Object.keys(displayNames).length > 0 ? { texts: displayNames } : {};
      const line = { kind: "api" as const, text: userDisplayName || displayName, ...texts };
      return { line, resourceId: api.clientId, scopes: [value] };
    });
}

/**
 * Whether this user has seen and approved a permission with this app, and it still applies. A permission that an
 * administrator allowed for all users is new to each of them until a page has shown it.
 */
function isSeen({ consents, shown }: Pick<Facts, "consents" | "shown">): (permission: Permission) => boolean {
  if (shown.length === 0) return () => false;
  return ({ line, resourceId, scopes }) => {
    // Consent to it is never remembered.
    if (line.kind === "administration") return false;
    const granted = consentedBy(consents, resourceId);
    return scopes.every((scope) => granted.has(scope) && shown.includes(qualifiedScope(resourceId, scope)));
  };
}

function consentedBy(consents: Consent[], resourceId: string): Set<string> {
  return new Set(consents.filter((consent) => consent.resourceId === resourceId).flatMap((consent) => consent.scopes));
}

function identityOf(oidc: string[]): PermissionLine | undefined {
  if (oidc.includes("profile")) return { kind: "name_and_email" };
  if (oidc.includes("email")) return { kind: "email" };
  return oidc.includes("openid") ? { kind: "you" } : undefined;
}

function linesOf(permissions: Permission[]): PermissionLine[] {
  return permissions.map((each) => each.line);
}
