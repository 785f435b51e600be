import type { AdministrativeScope } from "./graph-scopes.ts";

/** A user of the tenant. */
export interface User {
  /** The user's ID, which is the `oid` of tokens: a lower-case GUID. */
  id: string;
  /** The email address, as typed at sign-up. */
  email: string;
  /** The normalized address, which is unique: trimmed, NFC, lower case. */
  emailNormalized: string;
  /** The name that people see. */
  displayName: string;
  /** PHC string of Argon2id; null for an account without a password. */
  passwordHash: string | null;
  /** Answers at sign-up besides email address and name; see `FlowAttribute`. */
  attributes: Attributes;
  /** The language of mails to this user, as a BCP 47 tag; null until it is known. */
  locale: string | null;
  /** When the user accepted the terms of use, in milliseconds since the epoch; null: never. */
  termsAcceptedAt: number | null;
  /** Whether the user may grant and use the administrative scopes of Graph. */
  administrator: boolean;
  /**
   * Increases whenever a credential is replaced, removed or reported stolen, and when the account is disabled. A
   * verification under an earlier number is void.
   */
  credentialsVersion: number;
  /** When the account was created, in milliseconds since the epoch. */
  createdAt: number;
  /** When the account was disabled, in milliseconds since the epoch; null: it is enabled. */
  disabledAt: number | null;
}

/** Values by attribute ID (`givenName`, `extension_<app>_<name>`). */
export type Attributes = Record<string, string | number | boolean | string[]>;

/** A way in which apps get tokens, as named in Graph's `doorcodeGrantTypes` and in the tenant file. */
export type GrantType = "device_code" | "authorization_code" | "refresh_token" | "client_credentials";

/** An algorithm that signs tokens (RFC 7518 §3.1, RFC 8037 §3.1). */
export type SigningAlgorithm = "RS256" | "ES256" | "EdDSA";

/** A registered client application. */
export interface App {
  /** A lower-case GUID, never equal to an API's. */
  clientId: string;
  /** The name that users read. */
  name: string;
  /** "Allow public client flows": without it the device flow requires the client secret (AADSTS7000218). */
  publicClient: boolean;
  /** How the app may get tokens. Null: all ways; device codes only for a public client. */
  grantTypes: GrantType[] | null;
  /** The administrative scopes of Graph that the app may request. Default: none. */
  administrativeScopes: AdministrativeScope[];
  /**
   * Whether it may request them with a device code, too. Only the operator can allow this, because anyone can send an
   * administrator a code.
   */
  administrationByDeviceCode: boolean;
  /** Where a browser may be sent with a code (RFC 6749 §3.1.2). */
  redirectUris: string[];
  /** Where a browser may be sent after signing out. */
  postLogoutRedirectUris: string[];
  /** The user flow of the app; null: the default one. */
  userFlowId: string | null;
  /** Whether the app gets tokens only after a second factor. */
  requireMfa: boolean;
  /** Whether only assigned users and groups get tokens (AADSTS50105). */
  assignmentRequired: boolean;
  /** Whether ID tokens list the user's groups. */
  groupClaims: boolean;
  /** What signs its ID tokens (`id_token_signed_response_alg`, OpenID Connect Registration §2). Default: RS256. */
  idTokenSignedResponseAlg: SigningAlgorithm;
  /** When the app was registered, in milliseconds since the epoch. */
  createdAt: number;
  /** When the app was disabled, in milliseconds since the epoch; null: it is enabled. */
  disabledAt: number | null;
}

/** A protected web API. */
export interface Api {
  /** A lower-case GUID: the `aud` of its access tokens. */
  clientId: string;
  /** The name that users read. */
  name: string;
  /** The prefix of its scopes, which is unique. Default: `api://<clientId>`. */
  identifierUri: string;
  /** The form of its access tokens: Entra's version 2.0, or RFC 9068. */
  tokenProfile: "entra" | "rfc9068";
  /** What signs its access tokens. Default: RS256, the only one for Entra's form. */
  accessTokenSigningAlg: SigningAlgorithm;
  /** Its delegated permissions. */
  scopes: ApiScope[];
  /** Its app roles. */
  roles: ApiRole[];
  /** Whether access tokens list the user's groups. */
  groupClaims: boolean;
  /** When the API was registered, in milliseconds since the epoch. */
  createdAt: number;
  /** When the API was disabled, in milliseconds since the epoch; null: it is enabled. */
  disabledAt: number | null;
}

/** A delegated permission: what an app may do on a user's behalf. */
export interface ApiScope {
  /** The name in the `scp` claim and in requests. */
  value: string;
  /** Who can consent. `Admin`: only an administrator. */
  consent: "Admin" | "User";
  /** What users read on the consent page: "Read your to-do lists". */
  displayName: string;
  /** A longer explanation. */
  description: string;
  /** Whether the scope can be requested. */
  enabled: boolean;
  /** A lower-case GUID. Default: derived from API and value. */
  id?: string;
  /** The display name for users, if it differs from the administrators'. */
  userDisplayName?: string | null;
  /** The explanation for users, if it differs from the administrators'. */
  userDescription?: string | null;
  /** The display name for users in other languages, by BCP 47 tag. */
  displayNames?: Record<string, string>;
}

/** An app role: what its holders may do at the API. */
export interface ApiRole {
  /** A lower-case GUID. */
  id: string;
  /** The name in the `roles` claim. */
  value: string;
  /** The name that administrators read. */
  displayName: string;
  /** A longer explanation. Default: none. */
  description?: string;
  /** Whether the role is in effect. Default: true. */
  enabled?: boolean;
  /** Who can have the role; `User` includes groups. Default: both. */
  allowedMemberTypes?: ("User" | "Application")[];
}

/**
 * The stored consent of a user, or of the administrator for all users (`userId` null), for one app and one resource.
 */
export interface Consent {
  /** The app's client ID. */
  clientId: string;
  /** The user's ID; null: the administrator's consent for all users. */
  userId: string | null;
  /** The client ID of the API, or of Microsoft Graph. */
  resourceId: string;
  /** The scopes that were consented to. */
  scopes: string[];
}

/**
 * Whether a text from outside can be a client ID (RFC 6749 §A.1). Look up no other: PostgreSQL rejects some characters even
 * in a query.
 *
 * @example isClientId("\u0000") // false
 */
export const isClientId = (text: string): boolean => /^[\x20-\x7e]+$/.test(text);

/** The unique, searchable form of an email address: trimmed, NFC, lower case. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFC").toLowerCase();
}
