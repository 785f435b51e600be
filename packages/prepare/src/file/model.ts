import type { AdministrativeScope, GrantType, Lifetime } from "./known-values.ts";

/**
 * What `doorcode.tenant.yaml` says once it is read: every default filled in, every reference checked. The keys of the
 * maps are the names that the file knows things by; they stay the same when a display name changes.
 */
export interface TenantModel {
  tenant: TenantEntry;
  apps: Record<string, AppEntry>;
  apis: Record<string, ApiEntry>;
  userFlows: Record<string, UserFlowEntry>;
  groups: Record<string, GroupEntry>;
  policies: Record<string, PolicyEntry>;
  /** Test users by email address; for the embedded tenant only. */
  users: Record<string, UserEntry>;
}

/** Undefined is what the file leaves alone. */
export interface TenantEntry {
  name: string | undefined;
  /** `contoso.example`; on Entra the domain that accounts are made under. */
  domain: string | undefined;
  /** `#0b6e4f`. */
  colour: string | undefined;
  /** False: nobody creates an account, whatever user flows allow. The embedded tenant's only. */
  signUp: boolean | undefined;
  /** Key of the user flow of the account page. The embedded tenant's only. */
  accountUserFlow: string | undefined;
  /** How long sign-ins last; what is left out is left alone. The embedded tenant's only. */
  lifetimes: LifetimesEntry | undefined;
}

export type LifetimesEntry = { [name in Lifetime]?: number | undefined };

export interface AppEntry {
  displayName: string;
  /** "Allow public client flows", which the device flow needs. */
  publicClient: boolean;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  /** `openid`, `offline_access`, `profile`, `email`, `User.Read`, or `<key of an API>/<scope>`. */
  permissions: string[];
  /** The administrator consents to `permissions` for everybody; customers cannot. */
  adminConsent: boolean;
  /** Only people assigned to it, or in a group that is, get tokens. */
  assignmentRequired: boolean;
  /** Keys of groups, or email addresses of users of this file. */
  assignedTo: string[];
  /** Its ID tokens list the person's groups. */
  groupClaims: boolean;
  /** How it gets tokens; undefined: as it is there, a new app by default. The embedded tenant's only. */
  grantTypes: GrantType[] | undefined;
  /** The administrative scopes of Microsoft Graph it may ask for; undefined as above. The embedded tenant's only. */
  administrativeScopes: AdministrativeScope[] | undefined;
}

export interface ApiEntry {
  displayName: string;
  /** Undefined: `api://<client ID>`. */
  identifierUri: string | undefined;
  /** Of its access tokens; `rfc9068` is the embedded tenant's only. */
  tokenProfile: "entra" | "rfc9068";
  groupClaims: boolean;
  scopes: Record<string, ScopeEntry>;
  roles: Record<string, RoleEntry>;
}

export interface ScopeEntry {
  consent: "admin" | "user";
  displayName: string;
  /** The display name in other languages, by BCP 47 tag; the embedded tenant's only. */
  displayNames: Record<string, string>;
  description: string;
  enabled: boolean;
}

export interface RoleEntry {
  displayName: string;
  description: string;
  /** Keys of groups, or email addresses of users of this file. */
  assignedTo: string[];
}

export interface UserFlowEntry {
  signIn: ("password" | "email_code" | "passkey")[];
  /** People may create an account. */
  signUp: boolean;
  /** Its apps give no token without a second factor. */
  mfa: "off" | "required";
  attributes: AttributeEntry[];
  termsOfUse: { label: string; url: string | undefined } | undefined;
  /** Keys of apps; an app has one user flow. */
  apps: string[];
}

export interface AttributeEntry {
  /** Built in (`givenName`, `jobTitle` …) or a name of its own (`loyaltyNumber`). */
  attribute: string;
  builtIn: boolean;
  label: string;
  input: "TextBox" | "RadioSingleSelect" | "CheckboxMultiSelect" | "CheckboxSingleSelect" | "NumericTextBox";
  required: boolean;
  options: { value: string; label: string }[];
  /** Regular expression that a whole TextBox answer matches. */
  pattern: string | undefined;
}

export interface GroupEntry {
  displayName: string;
  description: string;
  /** Email addresses of users of this file. */
  members: string[];
}

/** No token without a second factor (Entra: Conditional Access). */
export interface PolicyEntry {
  enabled: boolean;
  require: "mfa";
  /** Keys of apps. */
  apps: "all" | string[];
  /** Keys of groups. */
  groups: "all" | string[];
  /** Email addresses of users of this file that it leaves out. */
  except: string[];
}

export interface UserEntry {
  name: string;
  /** May change the tenant through Graph. */
  administrator: boolean;
  /** Environment variable that holds the password; undefined: one that nobody knows, to be reset by mail. */
  passwordFrom: string | undefined;
}
