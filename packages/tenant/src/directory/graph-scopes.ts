/**
 * The Microsoft Graph scopes that reach beyond the person who signs in: over everybody's apps, accounts and settings.
 * Only an administrator of the tenant can be granted one, and only while they are one does it give anything.
 */
export const ADMINISTRATIVE_SCOPES = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "DelegatedPermissionGrant.Read.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "EventListener.Read.All",
  "EventListener.ReadWrite.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "IdentityUserFlow.Read.All",
  "IdentityUserFlow.ReadWrite.All",
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "OrganizationalBranding.Read.All",
  "OrganizationalBranding.ReadWrite.All",
  "Policy.Read.All",
  "Policy.ReadWrite.ConditionalAccess",
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
  "User.Read.All",
  "User.ReadWrite.All",
  "User.RevokeSessions.All",
] as const;

export type AdministrativeScope = (typeof ADMINISTRATIVE_SCOPES)[number];

/** Of Microsoft Graph, for everybody: what the person themselves may see of their own account. */
const OWN_SCOPES = ["User.Read"] as const;

/** All that Graph offers here beside OpenID Connect's own. */
export const GRAPH_SCOPES: readonly string[] = [...OWN_SCOPES, ...ADMINISTRATIVE_SCOPES];

export function isAdministrative(scope: string): scope is AdministrativeScope {
  return (ADMINISTRATIVE_SCOPES as readonly string[]).includes(scope);
}
