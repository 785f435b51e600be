/**
 * The Microsoft Graph scopes that reach beyond the signed-in user's own account, to all apps, accounts and settings,
 * each with what it allows, as the consent page words it. Only an administrator of the tenant can be granted one, and
 * it works only while they are an administrator.
 */
const administration = {
  "Application.Read.All": "see_apps",
  "Application.ReadWrite.All": "change_apps",
  "AppRoleAssignment.ReadWrite.All": "change_access",
  "DelegatedPermissionGrant.Read.All": "see_access",
  "DelegatedPermissionGrant.ReadWrite.All": "change_access",
  "EventListener.Read.All": "see_sign_in",
  "EventListener.ReadWrite.All": "change_sign_in",
  "Group.Read.All": "see_people",
  "Group.ReadWrite.All": "change_people",
  "IdentityUserFlow.Read.All": "see_sign_in",
  "IdentityUserFlow.ReadWrite.All": "change_sign_in",
  "Organization.Read.All": "see_tenant",
  "Organization.ReadWrite.All": "change_tenant",
  "OrganizationalBranding.Read.All": "see_tenant",
  "OrganizationalBranding.ReadWrite.All": "change_tenant",
  "Policy.Read.All": "see_sign_in",
  "Policy.ReadWrite.AuthenticationFlows": "change_sign_in",
  "Policy.ReadWrite.ConditionalAccess": "change_sign_in",
  "RoleManagement.Read.Directory": "see_administrators",
  "RoleManagement.ReadWrite.Directory": "change_administrators",
  "User.Read.All": "see_people",
  "User.ReadWrite.All": "change_people",
  "User.RevokeSessions.All": "sign_people_out",
} as const;

/** A scope of Microsoft Graph that only administrators can use. */
export type AdministrativeScope = keyof typeof administration;

/** What administrative scopes allow. Several scopes may allow the same. Write access includes read access. */
export type Administration = (typeof administration)[AdministrativeScope];

export const ADMINISTRATIVE_SCOPES = Object.keys(administration) as AdministrativeScope[];

/** The Microsoft Graph scopes for all users: reading their own account (`GET /me`). */
export const OWN_ACCOUNT = "User.Read";

/** All Graph scopes that this tenant offers besides OpenID Connect's own. */
export const GRAPH_SCOPES: readonly string[] = [OWN_ACCOUNT, ...ADMINISTRATIVE_SCOPES];

export function isAdministrative(scope: string): scope is AdministrativeScope {
  return Object.hasOwn(administration, scope);
}

/** What these scopes allow, without duplicates, in table order, each with its scopes. */
export function administrationOf(scopes: readonly AdministrativeScope[]): Map<Administration, AdministrativeScope[]> {
  const allowed = new Map<Administration, AdministrativeScope[]>();
  const all = new Set<Administration>(scopes.map((scope) => administration[scope]));
  for (const scope of ADMINISTRATIVE_SCOPES.filter((each) => scopes.includes(each))) {
    const own = administration[scope];
    const wider = own.replace(/^see_/, "change_") as Administration;
    const shown = all.has(wider) ? wider : own;
    allowed.set(shown, [...(allowed.get(shown) ?? []), scope]);
  }
  return allowed;
}
