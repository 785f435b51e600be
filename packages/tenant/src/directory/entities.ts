import type { AdministrativeScope } from "./graph-scopes.ts";

/** A person of this tenant. `id` is the `oid` of tokens: a lower-case GUID. */
export interface User {
  id: string;
  /** As typed at sign-up. */
  email: string;
  /** See `normalizeEmail`; unique. */
  emailNormalized: string;
  displayName: string;
  /** PHC string of Argon2id, or null for an account without a password. */
  passwordHash: string | null;
  /** What sign-up collected beside email and name; see `FlowAttribute`. */
  attributes: Attributes;
  /** BCP 47 tag of the language that mails to this person are written in; null until it is known. */
  locale: string | null;
  termsAcceptedAt: number | null;
  /** May grant and use the administrative Graph scopes (graph-scopes.ts), as long as it is so. */
  administrator: boolean;
  /**
   * Counts up whenever a way to sign in is replaced, removed or declared stolen, and when the account is disabled. What was
   * verified under an earlier number signs nobody in.
   */
  credentialsVersion: number;
  createdAt: number;
  disabledAt: number | null;
}

/** Values by attribute id (`givenName`, `extension_<app>_<name>`). */
export type Attributes = Record<string, string | number | boolean | string[]>;

/** How programs get tokens, as Graph's `doorcodeGrantTypes` and the file name it. */
export type GrantType = "device_code" | "authorization_code" | "refresh_token" | "client_credentials";

/** A registered client application. */
export interface App {
  /** Lower-case GUID; never equal to an API's. */
  clientId: string;
  name: string;
  /** "Allow public client flows": without it the device flow needs the client secret (AADSTS7000218). */
  publicClient: boolean;
  /** How it may get tokens; null: see `grantTypesOf`. */
  grantTypes: GrantType[] | null;
  /** The administrative scopes of Graph (graph-scopes.ts) that it may ask for; empty unless it is named for some. */
  administrativeScopes: AdministrativeScope[];
  /** It may ask for them by device code too, which the operator alone allows: anyone can send an administrator a code. */
  administrationByDeviceCode: boolean;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  /** How people sign in and up for it; null: `DEFAULT_USER_FLOW`. */
  userFlowId: string | null;
  /** No token for it without a second factor (`hasSecondFactor`). */
  requireMfa: boolean;
  /** Only people assigned to it, or in a group that is, get tokens (AADSTS50105). */
  assignmentRequired: boolean;
  /** ID tokens for it list the person's groups. */
  groupClaims: boolean;
  createdAt: number;
  disabledAt: number | null;
}

/** A protected web API. */
export interface Api {
  /** Lower-case GUID: the `aud` of its access tokens. */
  clientId: string;
  name: string;
  /** `api://<clientId>` unless set otherwise; unique. */
  identifierUri: string;
  tokenProfile: "entra" | "rfc9068";
  scopes: ApiScope[];
  roles: ApiRole[];
  /** Access tokens for it list the person's groups. */
  groupClaims: boolean;
  createdAt: number;
  disabledAt: number | null;
}

export interface ApiScope {
  value: string;
  /** `Admin`: only an administrator can consent. */
  consent: "Admin" | "User";
  /** What a customer reads on the consent page: "Read your to-do lists". */
  displayName: string;
  description: string;
  enabled: boolean;
  /** Lower-case GUID; left out: one that follows from API and value (graph/derived-id.ts). */
  id?: string;
  /** Where people are to read other words than administrators. */
  userDisplayName?: string | null;
  userDescription?: string | null;
  /** What people read instead, by BCP 47 tag of their language. */
  displayNames?: Record<string, string>;
}

export interface ApiRole {
  id: string;
  value: string;
  displayName: string;
  /** Left out: none. */
  description?: string;
  /** A disabled role is nobody's. Left out: enabled. */
  enabled?: boolean;
  /** As Graph keeps them (`User` stands for groups too). Left out: both. */
  allowedMemberTypes?: ("User" | "Application")[];
}

/** Remembered consent of one person, or of the administrator for everybody (`userId` null), for one app and one resource. */
export interface Consent {
  clientId: string;
  userId: string | null;
  /** API client ID or `GRAPH_RESOURCE_ID`. */
  resourceId: string;
  scopes: string[];
}

/** The form of an email under which it is unique and found: trimmed, NFC, lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}
