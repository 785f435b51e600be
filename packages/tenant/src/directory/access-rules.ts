import type { Api, App, Consent, GrantType, User } from "./entities.ts";
import { grantTypesOf, mayAdminister } from "./grant-types.ts";
import { type AdministrativeScope, GRAPH_SCOPES, isAdministrative, OWN_ACCOUNT } from "./graph-scopes.ts";
import { GRAPH_RESOURCE_ID, OIDC_SCOPES, qualifiedScopes, type ScopeSet } from "./scopes.ts";
import { countedMethods, hasSecondFactor, isListedSignIn, type SignInMethod } from "./sign-in-methods.ts";
import type { FlowAttribute, Policy, UserFlow } from "./user-flow.ts";

/** What the directory knows about one user, one app and one resource. Loaded by `AccessStore.facts`. */
export interface StoredFacts {
  /** Undefined if the user does not exist (any more). */
  user: User | undefined;
  /** Undefined if the app does not exist (any more), or if no app is involved (the account page). */
  app: App | undefined;
  /**
   * The app's own user flow, or `DEFAULT_USER_FLOW`. For the account page and the command line, the one that is
   * configured for them.
   */
  userFlow: UserFlow;
  /** True if the user accepted the user flow's terms of use, or it has none. */
  termsAccepted: boolean;
  /** All enabled policies. */
  policies: Policy[];
  /** The user's groups. Empty if neither a policy nor an assignment can depend on them. */
  groupIds: string[];
  /** True if the user or one of their groups is assigned to the app. False if the app requires no assignment. */
  assigned: boolean;
  /** Undefined if the API does not exist, or if the resource is Microsoft Graph, which has no row. */
  api: Api | undefined;
  /** The administrator's and the user's own consents to this app. */
  consents: Consent[];
  /**
   * An enabled administrator of the tenant has an authenticator app or a passkey. False where this does not matter: the
   * user is no administrator, or the resource is not Microsoft Graph.
   */
  administratorHasFactor: boolean;
  /** The tenant that has the store open is the embedded one: what its operator claims for a user counts. */
  embedded: boolean;
}

/** What else a consent page needs: other consents to this app, and what this user has already seen. */
export interface ConsentFacts extends StoredFacts {
  /** Every API for which the administrator or the user consented to this app, sorted by name. */
  consentedApis: Api[];
  /** Qualified scopes that this user was shown with this app and approved. */
  shown: string[];
}

/** Everything that decides whether a user's tokens may be issued to an app. */
export interface AccessFacts extends StoredFacts {
  /** The scopes that the tokens would carry, with `.default` expanded (`spelledOut`). */
  scopes: ScopeSet;
  /** The methods of this session or sign-in. */
  methods: readonly SignInMethod[];
  /** When the user signed in, in milliseconds since the epoch. */
  authTime: number;
  /** How the tokens are obtained. Null for tokens that already exist, and for the account page. */
  grantType: GrantType | null;
  /** For a renewal: how the user had originally signed in. */
  signInGrant?: GrantType;
  /** The oldest acceptable sign-in (`prompt=login`, `max_age`). Null: any. */
  signedInSince: number | null;
  /** The scopes that a renewal may reach (`reachOf`). Null: nothing is renewed. */
  reach: readonly string[] | null;
}

/**
 * Why no token may be issued, in the order of `mayIssue`. Only the first reason is reported, so a disabled user learns
 * nothing about the app, and a user who may not use the app learns nothing about scopes.
 */
export type Refusal =
  /** The user was deleted. */
  | "user_unknown"
  /** The user is disabled. */
  | "user_disabled"
  /** The app was deleted. */
  | "app_unknown"
  /** The app is disabled. */
  | "app_disabled"
  /** The app may not use this grant. */
  | "grant_not_allowed"
  /** The request requires a more recent sign-in than this one (OpenID Connect Core §3.1.2.1). */
  | "login_required"
  /** The app requires assignment, and neither the user nor any of their groups is assigned. */
  | "not_assigned"
  /** The sign-in began with a method that the app's user flow does not list. */
  | "sign_in_method_required"
  /**
   * The app, its user flow or a policy requires a second factor, and the sign-in has none that the user flow accepts.
   */
  | "second_factor_required"
  /** The user lacks an attribute that the app's user flow requires, or has not accepted its terms of use. */
  | "details_required"
  /** Only an administrator can be granted and use a scope of the request, and the user is not one. */
  | "administrator_required"
  /** The app may not request an administrative scope, or not by device code. */
  | "administration_not_allowed"
  /** The API was deleted or disabled, one of the scopes was, or the API has no scope left. */
  | "scope_unavailable"
  /**
   * A scope has no consent: an `Admin` scope needs the administrator's, any other scope the administrator's or the
   * user's. Or the consent page of this sign-in did not list it.
   */
  | "consent_required";

/**
 * The single rule for who gets tokens. Checked at the claim, at the approval, in each transaction that issues tokens,
 * and at `prompt=none`. Add stricter conditions here and nowhere else.
 */
export function mayIssue(facts: AccessFacts): Refusal | undefined {
  const { user, app, scopes } = facts;
  if (!user) return "user_unknown";
  if (user.disabledAt !== null) return "user_disabled";
  if (!app) return "app_unknown";
  if (app.disabledAt !== null) return "app_disabled";
  // A sign-in is no longer renewed once its app has lost the grant type it came from.
  const { grantType, signInGrant = grantType } = facts;
  const allowed = grantTypesOf(app);
  if ([grantType, signInGrant].some((grant) => grant !== null && !allowed.includes(grant))) return "grant_not_allowed";
  if (facts.authTime < (facts.signedInSince ?? 0)) return "login_required";
  if (app.assignmentRequired && !facts.assigned) return "not_assigned";
  if (!isListedSignIn(facts.methods, facts.userFlow)) return "sign_in_method_required";
  if (requiresSecondFactor(facts, scopes) && !hasSecondFactor(countedMethods(facts.methods, facts), facts.userFlow)) {
    return "second_factor_required";
  }
  // An operator who approves for a user takes responsibility for it, but cannot accept terms of use for them.
  if (!facts.methods.includes("operator") && owesDetails(facts)) return "details_required";
  if (!canGrantAdminScopes(user, scopes)) return "administrator_required";
  if (!mayAdminister(app, administrativeScopes(scopes), signInGrant)) return "administration_not_allowed";
  const { resourceId, resourceScopes } = scopes;
  const atGraph = resourceId === GRAPH_RESOURCE_ID;
  if (!atGraph && resourceScopes.length === 0) return "scope_unavailable";
  const offered = offeredScopes(facts.api, resourceId);
  if (!resourceScopes.every((scope) => offered.includes(scope))) return "scope_unavailable";
  // Consent to administrative scopes is never remembered.
  const needConsent = atGraph ? resourceScopes.filter((scope) => scope === OWN_ACCOUNT) : resourceScopes;
  const consented = consentedScopes(facts, resourceId);
  if (!needConsent.every((scope) => consented.includes(scope))) return "consent_required";
  const consentedAtGraph = consentedScopes(facts, GRAPH_RESOURCE_ID);
  if (!scopes.oidc.every((scope) => consentedAtGraph.includes(scope))) return "consent_required";
  if (facts.reach && !qualifiedScopes(scopes).every((scope) => facts.reach?.includes(scope))) return "consent_required";
  return undefined;
}

/** Whether the user may approve these scopes now: `mayIssue`, including the consents that the approval would add. */
export function mayApprove(facts: AccessFacts): Refusal | undefined {
  return mayIssue({ ...facts, consents: [...facts.consents, ...consentsOfApproval(facts, facts.scopes)] });
}

/**
 * Whether this user's sign-in to this app needs a second factor: required by the app, its user flow or a policy.
 * Administrative scopes need one as soon as any administrator has one, so that no other administrator's password alone
 * is enough. Without an app (the account page), only policies for all apps apply.
 */
export function requiresSecondFactor(
  {
    app,
    user,
    userFlow,
    policies,
    groupIds,
    administratorHasFactor,
  }: Pick<StoredFacts, "app" | "user" | "userFlow" | "policies" | "groupIds" | "administratorHasFactor">,
  scopes: ScopeSet | undefined,
): boolean {
  if (administratorHasFactor && scopes && administrativeScopes(scopes).length > 0) return true;
  if (app?.requireMfa || userFlow.mfaRequired) return true;
  return policies.some(
    (policy) =>
      policy.enabled &&
      (policy.clientIds === null || (app !== undefined && policy.clientIds.includes(app.clientId))) &&
      (policy.groupIds === null || policy.groupIds.some((id) => groupIds.includes(id))) &&
      !(user && policy.excludedUserIds.includes(user.id)),
  );
}

/** Attributes that the user flow requires and this user has not provided. A required checkbox must be checked. */
export function missingAttributes(user: Pick<User, "attributes">, userFlow: UserFlow): FlowAttribute[] {
  return userFlow.attributes.filter(({ id, required, inputType }) => {
    // Every user has a name.
    if (!required || id === "displayName") return false;
    const value = user.attributes[id];
    return inputType === "CheckboxSingleSelect" ? value !== true : value === undefined || value === "";
  });
}

/** Whether the user must provide an attribute or accept the terms before the app gets tokens. */
export function owesDetails({
  user,
  userFlow,
  termsAccepted,
}: Pick<StoredFacts, "user" | "userFlow" | "termsAccepted">): boolean {
  return user !== undefined && (!termsAccepted || missingAttributes(user, userFlow).length > 0);
}

/** The scopes that only an administrator can be granted. An API's own scope of the same name does not count. */
export function administrativeScopes(scopes: ScopeSet): AdministrativeScope[] {
  return scopes.resourceId === GRAPH_RESOURCE_ID ? scopes.resourceScopes.filter(isAdministrative) : [];
}

/** False only if an administrative scope is requested and this user is not an administrator now. */
export function canGrantAdminScopes(user: Pick<User, "administrator">, scopes: ScopeSet): boolean {
  return user.administrator || administrativeScopes(scopes).length === 0;
}

/** The resource's enabled scopes. */
function offeredScopes(api: Api | undefined, resourceId: string): readonly string[] {
  if (resourceId === GRAPH_RESOURCE_ID) return [...OIDC_SCOPES, ...GRAPH_SCOPES];
  if (!api || api.disabledAt !== null) return [];
  return api.scopes.filter((scope) => scope.enabled).map((scope) => scope.value);
}

/**
 * Scopes of one resource that the administrator consented to (or this user, for scopes of consent `User`) and that are
 * still offered.
 */
export function consentedScopes(
  { api, consents }: Pick<StoredFacts, "api" | "consents">,
  resourceId: string,
): string[] {
  const here = consents.filter((each) => each.resourceId === resourceId);
  const granted = new Set(here.flatMap((each) => each.scopes));
  if (resourceId === GRAPH_RESOURCE_ID) return [...granted];
  const byAdmin = adminConsent(consents, resourceId);
  const offered = new Set(offeredScopes(api, resourceId));
  return (api?.scopes ?? [])
    .filter((scope) => offered.has(scope.value) && (scope.consent === "User" ? granted : byAdmin).has(scope.value))
    .map((scope) => scope.value);
}

function adminConsent(consents: Consent[], resourceId: string): Set<string> {
  const byAdmin = consents.filter((each) => each.resourceId === resourceId && each.userId === null);
  return new Set(byAdmin.flatMap((each) => each.scopes));
}

/** Expands `<resource>/.default` to all scopes that the administrator consented to and the API still offers. */
export function spelledOut({ api, consents }: Pick<StoredFacts, "api" | "consents">, requested: ScopeSet): ScopeSet {
  if (!requested.isDefault || requested.resourceId === GRAPH_RESOURCE_ID) return requested;
  const byAdmin = adminConsent(consents, requested.resourceId);
  const offered = offeredScopes(api, requested.resourceId);
  return { ...requested, resourceScopes: offered.filter((scope) => byAdmin.has(scope)) };
}

/**
 * Requested scopes that only an administrator can consent to and has not, so that no user's approval could grant them.
 * Empty for a deleted API, which is refused for a different reason.
 */
export function missingAdminConsent(facts: Pick<StoredFacts, "api" | "consents">, requested: ScopeSet): string[] {
  if (requested.resourceId === GRAPH_RESOURCE_ID) return [];
  if (requested.isDefault) return spelledOut(facts, requested).resourceScopes.length > 0 ? [] : [".default"];
  const byAdmin = new Set(spelledOut(facts, { ...requested, isDefault: true }).resourceScopes);
  const adminOnly = (facts.api?.scopes ?? []).filter((each) => each.consent === "Admin").map((each) => each.value);
  return requested.resourceScopes.filter((scope) => adminOnly.includes(scope) && !byAdmin.has(scope));
}

/**
 * The part of an approval that is remembered: only scopes that a user may consent to. An approval of an administrative
 * scope counts for one sign-in and is requested every time.
 */
export function consentsOfApproval(
  { app, user, api }: Pick<StoredFacts, "app" | "user" | "api">,
  approved: ScopeSet,
): Consent[] {
  if (!app || !user) return [];
  const { oidc, resourceId, resourceScopes } = approved;
  const of = { clientId: app.clientId, userId: user.id };
  const own = (api?.scopes ?? []).filter((each) => each.consent === "User" && resourceScopes.includes(each.value));
  const bare = resourceScopes.filter((scope) => !isAdministrative(scope));
  return resourceId === GRAPH_RESOURCE_ID
    ? [{ ...of, resourceId, scopes: [...oidc, ...bare] }]
    : [
        { ...of, resourceId: GRAPH_RESOURCE_ID, scopes: oidc },
        { ...of, resourceId, scopes: own.map((each) => each.value) },
      ];
}
