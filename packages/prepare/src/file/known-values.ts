/** Entra's built-in user attributes that sign-up can ask for. Not `email`, which is verified before. */
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

/** The ways in which a client may get tokens. */
export const GRANT_TYPES = ["device_code", "authorization_code", "refresh_token", "client_credentials"] as const;

/** A way in which a client may get tokens (RFC 8628 §3.4, RFC 6749 §4.1, §6, §4.4). */
export type GrantType = (typeof GRANT_TYPES)[number];

/** What the embedded tenant can sign tokens with. Entra signs with RS256 only. */
export const SIGNING_ALGORITHMS = ["RS256", "ES256", "EdDSA"] as const;

/** An algorithm that signs tokens (RFC 7518 §3.1, RFC 8037 §3.1). */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** Scopes of Microsoft Graph that the embedded tenant grants only to administrators. */
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

/** A scope of Microsoft Graph that the embedded tenant grants only to administrators. */
export type AdministrativeScope = (typeof ADMINISTRATIVE_SCOPES)[number];

/** Each lifetime's default and maximum. */
export const LIFETIMES = {
  signInDays: { usual: 365, most: 3650 },
  signInIdleDays: { usual: 90, most: 365 },
  sessionHours: { usual: 24, most: 168 },
  sessionIdleHours: { usual: 8, most: 168 },
  keptSessionDays: { usual: 30, most: 365 },
  keptSessionIdleDays: { usual: 14, most: 365 },
} as const;

/**
 * The lifetimes of a program's sign-in, a browser's session, and a browser's session with "Keep me signed in"; each in
 * total, and without use. The unit is part of the name.
 */
export type Lifetime = keyof typeof LIFETIMES;
