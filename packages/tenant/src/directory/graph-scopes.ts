/**
 * The Microsoft Graph scopes that reach beyond the person who signs in, over everybody's apps, accounts and settings,
 * each with what it allows as the page puts it. Only an administrator of the tenant can be granted one, and only while
 * they are one does it give anything.
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

export type AdministrativeScope = keyof typeof administration;

/** What administrative scopes allow, several of them alike; who may change may see. */
export type Administration = (typeof administration)[AdministrativeScope];

export const ADMINISTRATIVE_SCOPES = Object.keys(administration) as AdministrativeScope[];

/** Of Microsoft Graph, for everybody: what the person themselves may see of their own account, which is all of it (`GET /me`). */
export const OWN_ACCOUNT = "User.Read";

/** All that Graph offers here beside OpenID Connect's own. */
export const GRAPH_SCOPES: readonly string[] = [OWN_ACCOUNT, ...ADMINISTRATIVE_SCOPES];

export function isAdministrative(scope: string): scope is AdministrativeScope {
  return Object.hasOwn(administration, scope);
}

/** What these allow, each once, in the order of the table, with the scopes behind it. */
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
