import type { Api, App, Consent, GrantType, User } from "./entities.ts";
import { grantTypesOf, mayAdminister } from "./grant-types.ts";
import { type AdministrativeScope, GRAPH_SCOPES, isAdministrative, OWN_ACCOUNT } from "./graph-scopes.ts";
import { GRAPH_RESOURCE_ID, OIDC_SCOPES, qualifiedScopes, type ScopeSet } from "./scopes.ts";
import { hasSecondFactor, isListedSignIn, type SignInMethod } from "./sign-in-methods.ts";
import type { FlowAttribute, Policy, UserFlow } from "./user-flow.ts";

/** What the directory holds about one user, one app and one resource. `AccessStore.facts` loads it. */
export interface StoredFacts {
  /** Undefined: there is no such user (any more). */
  user: User | undefined;
  /** Undefined: there is no such app (any more), or none is asked about (the account page). */
  app: App | undefined;
  /** The app's own, else `DEFAULT_USER_FLOW`; of the account page and the command line the one that is named for it. */
  userFlow: UserFlow;
  /** The user accepted the user flow's terms of use, or it has none. */
  termsAccepted: boolean;
  /** All that are enabled. */
  policies: Policy[];
  /** The user's groups; empty where neither a policy nor an assignment can depend on them. */
  groupIds: string[];
  /** The user or one of their groups is assigned to the app. False where the app does not require it. */
  assigned: boolean;
  /** Undefined: no such API, or the resource is Microsoft Graph, which has no row. */
  api: Api | undefined;
  /** For this app: the administrator's and the user's own. */
  consents: Consent[];
  /**
   * An enabled administrator of the tenant has an authenticator app or a passkey. False where it does not matter: the
   * user is no administrator, or the resource is not Microsoft Graph.
   */
  administratorHasFactor: boolean;
}

/** What a consent page says beside: what else this app was allowed, and what this user has seen of it. */
export interface ConsentFacts extends StoredFacts {
  /** Every API at which the administrator or the user allowed this app anything, by name. */
  consentedApis: Api[];
  /** Qualified scopes that this user was shown with this app, and approved. */
  shown: string[];
}

/** All that decides whether a user's tokens may be issued to an app. */
export interface AccessFacts extends StoredFacts {
  /** What the tokens would permit, with `.default` spelled out (`spelledOut`). */
  scopes: ScopeSet;
  /** By which methods the user signed in, in the session or sign-in. */
  methods: readonly SignInMethod[];
  /** When that was, in milliseconds since the epoch. */
  authTime: number;
  /** How the tokens are got; null for tokens that are there already, and for the account page. */
  grantType: GrantType | null;
  /** Of a renewal: how the user had signed in. */
  signInGrant?: GrantType;
  /** The oldest sign-in that will do (`prompt=login`, `max_age`); null: any. */
  signedInSince: number | null;
  /** What the sign-in may reach at a renewal (`reachOf`); null: nothing is renewed. */
  reach: readonly string[] | null;
}

/**
 * Why no token may be issued, in the order in which `mayIssue` looks. A user who has several reasons gets the first:
 * it says nothing about the app to a disabled user, nor about scopes to a user who may not use the app.
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
  /** The app may not get tokens in this way. */
  | "grant_not_allowed"
  /** The request asks for a newer sign-in than this one (OpenID Connect Core §3.1.2.1). */
  | "login_required"
  /** The app requires assignment, and neither the user nor a group of theirs is assigned. */
  | "not_assigned"
  /** The sign-in began with a method that the app's user flow does not list. */
  | "sign_in_method_required"
  /** The app, its user flow or a policy demands a second factor, and the sign-in had none that the user flow takes. */
  | "second_factor_required"
  /** The user lacks an attribute that the app's user flow requires, or has not accepted its terms of use. */
  | "details_required"
  /** A scope is an administrator's to grant and use, and the user is none. */
  | "administrator_required"
  /** The app may not ask for an administrative scope, or not by device code. */
  | "administration_not_allowed"
  /** The API was deleted or disabled, or a scope of it was; or no scope of the API is left. */
  | "scope_unavailable"
  /**
   * A scope has no consent: an `Admin` scope none of the administrator's, any other none of theirs nor the user's. Or
   * the page of this sign-in did not list it.
   */
  | "consent_required";

/**
 * The one rule of who gets tokens: at the claim, at the approval, in each transaction that issues tokens, and at
 * `prompt=none`. A stricter rule is added here, and nowhere else.
 */
export function mayIssue(facts: AccessFacts): Refusal | undefined {
  const { user, app, scopes } = facts;
  if (!user) return "user_unknown";
  if (user.disabledAt !== null) return "user_disabled";
  if (!app) return "app_unknown";
  if (app.disabledAt !== null) return "app_disabled";
  // What was got in a way that was taken back from the app renews no more.
  const { grantType, signInGrant = grantType } = facts;
  const allowed = grantTypesOf(app);
  if ([grantType, signInGrant].some((grant) => grant !== null && !allowed.includes(grant))) return "grant_not_allowed";
  if (facts.authTime < (facts.signedInSince ?? 0)) return "login_required";
  if (app.assignmentRequired && !facts.assigned) return "not_assigned";
  if (!isListedSignIn(facts.methods, facts.userFlow)) return "sign_in_method_required";
  if (requiresSecondFactor(facts, scopes) && !hasSecondFactor(facts.methods, facts.userFlow)) {
    return "second_factor_required";
  }
  // The operator answers for what they approve in a person's name, and cannot accept terms for them.
  if (!facts.methods.includes("operator") && owesDetails(facts)) return "details_required";
  if (!canGrantAdminScopes(user, scopes)) return "administrator_required";
  if (!mayAdminister(app, administrativeScopes(scopes), signInGrant)) return "administration_not_allowed";
  const { resourceId, resourceScopes } = scopes;
  const atGraph = resourceId === GRAPH_RESOURCE_ID;
  if (!atGraph && resourceScopes.length === 0) return "scope_unavailable";
  const offered = offeredScopes(facts.api, resourceId);
  if (!resourceScopes.every((scope) => offered.includes(scope))) return "scope_unavailable";
  // No consent to administrative scopes is remembered.
  const needConsent = atGraph ? resourceScopes.filter((scope) => scope === OWN_ACCOUNT) : resourceScopes;
  const consented = consentedScopes(facts, resourceId);
  if (!needConsent.every((scope) => consented.includes(scope))) return "consent_required";
  const consentedAtGraph = consentedScopes(facts, GRAPH_RESOURCE_ID);
  if (!scopes.oidc.every((scope) => consentedAtGraph.includes(scope))) return "consent_required";
  if (facts.reach && !qualifiedScopes(scopes).every((scope) => facts.reach?.includes(scope))) return "consent_required";
  return undefined;
}

/** Whether the user may approve these scopes now: `mayIssue`, with the consents that would follow from it. */
export function mayApprove(facts: AccessFacts): Refusal | undefined {
  return mayIssue({ ...facts, consents: [...facts.consents, ...consentsOfApproval(facts, facts.scopes)] });
}

/**
 * Whether a sign-in of this user for this app needs a second factor: by the app, its user flow, or a policy; for
 * administrative scopes wherever an administrator has one, so that no other administrator's password is enough. Without
 * an app (the account page) only policies for every app count.
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

/** The attributes that the user flow requires and this user has not given; a checkbox that is required is to be ticked. */
export function missingAttributes(user: Pick<User, "attributes">, userFlow: UserFlow): FlowAttribute[] {
  return userFlow.attributes.filter(({ id, required, inputType }) => {
    // Every user has a name.
    if (!required || id === "displayName") return false;
    const value = user.attributes[id];
    return inputType === "CheckboxSingleSelect" ? value !== true : value === undefined || value === "";
  });
}

/** Whether the user has to give an attribute or accept the terms before the app gets tokens. */
export function owesDetails({
  user,
  userFlow,
  termsAccepted,
}: Pick<StoredFacts, "user" | "userFlow" | "termsAccepted">): boolean {
  return user !== undefined && (!termsAccepted || missingAttributes(user, userFlow).length > 0);
}

/** The scopes that only an administrator can be granted. An API's own scope of the same name is not one. */
export function administrativeScopes(scopes: ScopeSet): AdministrativeScope[] {
  return scopes.resourceId === GRAPH_RESOURCE_ID ? scopes.resourceScopes.filter(isAdministrative) : [];
}

/** False only where an administrative scope is asked for and this user is no administrator now. */
export function canGrantAdminScopes(user: Pick<User, "administrator">, scopes: ScopeSet): boolean {
  return user.administrator || administrativeScopes(scopes).length === 0;
}

/** The resource's scopes that are enabled. */
function offeredScopes(api: Api | undefined, resourceId: string): readonly string[] {
  if (resourceId === GRAPH_RESOURCE_ID) return [...OIDC_SCOPES, ...GRAPH_SCOPES];
  if (!api || api.disabledAt !== null) return [];
  return api.scopes.filter((scope) => scope.enabled).map((scope) => scope.value);
}

/** Scopes at one resource that the administrator, or for scopes of consent `User` this user, allowed, and that are still offered. */
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

/** `<resource>/.default` as the scopes that it stands for: all that the administrator allowed and the API still offers. */
export function spelledOut({ api, consents }: Pick<StoredFacts, "api" | "consents">, requested: ScopeSet): ScopeSet {
  if (!requested.isDefault || requested.resourceId === GRAPH_RESOURCE_ID) return requested;
  const byAdmin = adminConsent(consents, requested.resourceId);
  const offered = offeredScopes(api, requested.resourceId);
  return { ...requested, resourceScopes: offered.filter((scope) => byAdmin.has(scope)) };
}

/**
 * Scopes of the request that only an administrator can consent to and none has: no user's approval could grant them.
 * An API that is gone has none: that is another refusal.
 */
export function missingAdminConsent(facts: Pick<StoredFacts, "api" | "consents">, requested: ScopeSet): string[] {
  if (requested.resourceId === GRAPH_RESOURCE_ID) return [];
  if (requested.isDefault) return spelledOut(facts, requested).resourceScopes.length > 0 ? [] : [".default"];
  const byAdmin = new Set(spelledOut(facts, { ...requested, isDefault: true }).resourceScopes);
  const adminOnly = (facts.api?.scopes ?? []).filter((each) => each.consent === "Admin").map((each) => each.value);
  return requested.resourceScopes.filter((scope) => adminOnly.includes(scope) && !byAdmin.has(scope));
}

/**
 * What is remembered of an approval: only what a user may consent to. An approval of an administrative scope counts for
 * one sign-in: it is asked every time.
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
