/** Entra's built-in user attributes that sign-up can ask for; `email` is proven before, and no question. */
export const BUILT_IN_ATTRIBUTES = [
  "city",
  "country",
  "displayName",
  "givenName",
  "jobTitle",
  "postalCode",
  "state",
  "streetAddress",
  "surname",
] as const;

/** Delegated permissions of Microsoft Graph that a sign-in needs. */
export const GRAPH_PERMISSIONS = ["openid", "offline_access", "profile", "email", "User.Read"] as const;

/** How a client may get tokens. */
export const GRANT_TYPES = ["device_code", "authorization_code", "refresh_token", "client_credentials"] as const;

export type GrantType = (typeof GRANT_TYPES)[number];

/** Scopes of Microsoft Graph that only an administrator can be granted, as the embedded tenant has them. */
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
  "Policy.ReadWrite.AuthenticationFlows",
  "Policy.ReadWrite.ConditionalAccess",
  "RoleManagement.Read.Directory",
  "RoleManagement.ReadWrite.Directory",
  "User.Read.All",
  "User.ReadWrite.All",
  "User.RevokeSessions.All",
] as const;

export type AdministrativeScope = (typeof ADMINISTRATIVE_SCOPES)[number];

/** What each lifetime is where nobody changed it, and the most that it may be. */
export const LIFETIMES = {
  signInDays: { usual: 365, most: 3650 },
  signInIdleDays: { usual: 90, most: 365 },
  sessionHours: { usual: 24, most: 168 },
  sessionIdleHours: { usual: 8, most: 168 },
  keptSessionDays: { usual: 30, most: 365 },
  keptSessionIdleDays: { usual: 14, most: 365 },
} as const;

/** Of a program's sign-in, a browser's, and a browser's with "Keep me signed in"; each in all, and without use. */
export type Lifetime = keyof typeof LIFETIMES;
