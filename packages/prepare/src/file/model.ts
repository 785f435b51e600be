import type { AdministrativeScope, GrantType, Lifetime, SigningAlgorithm } from "./known-values.ts";

/**
 * The content of `doorcode.tenant.yaml` after reading: every default filled in, every reference checked. The keys of
 * the maps identify objects; they stay the same when a display name changes.
 */
export interface TenantModel {
  /** The tenant itself. */
  tenant: TenantEntry;
  /** Programs that sign users in, by key. */
  apps: Record<string, AppEntry>;
  /** Web APIs, by key. */
  apis: Record<string, ApiEntry>;
  /** User flows, by name. */
  userFlows: Record<string, UserFlowEntry>;
  /** Groups, by key. */
  groups: Record<string, GroupEntry>;
  /** Policies, by name. */
  policies: Record<string, PolicyEntry>;
  /** Test users by email address. Embedded tenant only. */
  users: Record<string, UserEntry>;
}

/** The tenant's own settings. Undefined: the tenant's setting remains unchanged. */
export interface TenantEntry {
  /** The name that users read on the pages. */
  name: string | undefined;
  /** For example `contoso.example`. On Entra: the domain of new accounts. */
  domain: string | undefined;
  /** The color of the pages, for example `#0b6e4f`. */
  colour: string | undefined;
  /** False: users cannot create accounts, whatever user flows allow. Embedded tenant only. */
  signUp: boolean | undefined;
  /** Key of the account page's user flow. Embedded tenant only. */
  accountUserFlow: string | undefined;
  /** How long sign-ins last. Embedded tenant only. */
  lifetimes: LifetimesEntry | undefined;
}

/** How long sign-ins last, in the unit that each name ends with. Undefined: the tenant's setting remains unchanged. */
export type LifetimesEntry = { [name in Lifetime]?: number | undefined };

/** A program that signs users in. */
export interface AppEntry {
  /** The name that users read. */
  displayName: string;
  /** "Allow public client flows", which the device flow needs. */
  publicClient: boolean;
  /** Where a browser may be sent with a code (RFC 6749 §3.1.2). */
  redirectUris: string[];
  /** Where a browser may be sent after signing out. */
  postLogoutRedirectUris: string[];
  /** `openid`, `offline_access`, `profile`, `email`, `User.Read`, or `<key of an API>/<scope>`. */
  permissions: string[];
  /** Whether the administrator consents to `permissions` for all users; customers cannot consent. */
  adminConsent: boolean;
  /** Whether only assigned users and groups get tokens. */
  assignmentRequired: boolean;
  /** Keys of groups, or email addresses of users in this file. */
  assignedTo: string[];
  /** Whether ID tokens list the user's groups. */
  groupClaims: boolean;
  /** What signs its ID tokens. Another than RS256: embedded tenant only. */
  idTokenSignedResponseAlg: SigningAlgorithm;
  /** How the app may get tokens. Undefined: unchanged; a new app gets the default. Embedded tenant only. */
  grantTypes: GrantType[] | undefined;
  /**
   * The administrative scopes of Microsoft Graph that the app may request. Undefined: as for `grantTypes`. Embedded
   * tenant only.
   */
  administrativeScopes: AdministrativeScope[] | undefined;
}

/** A protected web API. */
export interface ApiEntry {
  /** The name that users read. */
  displayName: string;
  /** What scopes begin with. Undefined: `api://<client ID>`. */
  identifierUri: string | undefined;
  /** The form of its access tokens. `rfc9068`: embedded tenant only. */
  tokenProfile: "entra" | "rfc9068";
  /** What signs its access tokens. Another than RS256 only with `rfc9068`. */
  accessTokenSigningAlg: SigningAlgorithm;
  /** Whether access tokens list the user's groups. */
  groupClaims: boolean;
  /** Delegated permissions by their value (the `scp` claim). */
  scopes: Record<string, ScopeEntry>;
  /** App roles by their value (the `roles` claim). */
  roles: Record<string, RoleEntry>;
}

/** A delegated permission: what an app may do on a user's behalf. */
export interface ScopeEntry {
  /** Who can consent: only an administrator, or every user. */
  consent: "admin" | "user";
  /** What users read when they consent. */
  displayName: string;
  /** The display name in other languages, by BCP 47 tag. Embedded tenant only. */
  displayNames: Record<string, string>;
  /** A longer explanation. */
  description: string;
  /** Whether the scope can be requested. */
  enabled: boolean;
}

/** An app role: what its holders may do at the API. */
export interface RoleEntry {
  /** The name that administrators read. */
  displayName: string;
  /** A longer explanation. */
  description: string;
  /** Keys of groups, or email addresses of users in this file. */
  assignedTo: string[];
}

/** How users sign in and sign up. */
export interface UserFlowEntry {
  /** How users prove who they are. `passkey`: embedded tenant only. */
  signIn: ("password" | "email_code" | "passkey")[];
  /** Whether users may create an account. */
  signUp: boolean;
  /** Whether the apps of this user flow require a second factor. */
  mfa: "off" | "required";
  /** What sign-up asks in addition to the email address, in this order. */
  attributes: AttributeEntry[];
  /** Terms that users accept with a required checkbox. */
  termsOfUse: { label: string; url: string | undefined } | undefined;
  /** Keys of apps. An app has one user flow. */
  apps: string[];
}

/** A question at sign-up. */
export interface AttributeEntry {
  /** A built-in attribute (`givenName`, `jobTitle` …), or a custom name (`loyaltyNumber`). */
  attribute: string;
  /** Whether the attribute is built in. */
  builtIn: boolean;
  /** The text that users read. */
  label: string;
  /** How the question is asked. */
  input: "TextBox" | "RadioSingleSelect" | "CheckboxMultiSelect" | "CheckboxSingleSelect" | "NumericTextBox";
  /** Whether users must answer. */
  required: boolean;
  /** The choices of RadioSingleSelect and CheckboxMultiSelect. */
  options: { value: string; label: string }[];
  /** A regular expression that the whole answer of a TextBox must match. */
  pattern: string | undefined;
}

/** A security group. */
export interface GroupEntry {
  /** The name that administrators read. */
  displayName: string;
  /** What the group is for. */
  description: string;
  /** Email addresses of users in this file. */
  members: string[];
}

/** A policy that requires a second factor (Entra: Conditional Access). */
export interface PolicyEntry {
  /** Whether the policy applies. */
  enabled: boolean;
  /** What the policy requires: a second factor. */
  require: "mfa";
  /** The apps that the policy covers: keys, or all. */
  apps: "all" | string[];
  /** The groups that the policy covers: keys, or all users. */
  groups: "all" | string[];
  /** Email addresses of users in this file that the policy excludes. */
  except: string[];
}

/** A test user of the embedded tenant. */
export interface UserEntry {
  /** The display name. */
  name: string;
  /** Whether the user may change the tenant through Graph. */
  administrator: boolean;
  /** The environment variable with the password. Undefined: a random password, to be reset by mail. */
  passwordFrom: string | undefined;
}
