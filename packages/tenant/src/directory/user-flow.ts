/** Ways to prove who one is first. A passkey is both factors at once. */
export type FirstFactor = "password" | "email_code" | "passkey";
/** Ways to prove it a second time. A recovery code stands in for `totp`. */
export type SecondFactor = "totp" | "email_code";

/**
 * How people sign up and in for the apps that use it (Entra: external users self-service sign-up events flow). An app
 * has one; one serves many apps.
 */
export interface UserFlow {
  /** Lower-case GUID. */
  id: string;
  /** Unique: `SignInSignUpSample`. */
  name: string;
  signUpAllowed: boolean;
  methods: FirstFactor[];
  /** A second factor is asked for at every sign-in, and enrolled on the way where there is none. */
  mfaRequired: boolean;
  mfaMethods: SecondFactor[];
  /** Asked at sign-up, in this order. */
  attributes: FlowAttribute[];
  /** Accepted at sign-up by a required checkbox; null where there are none. */
  termsOfUse: { label: string; url: string | null } | null;
  createdAt: number;
  /** For administrators; left out: none. */
  description?: string | null;
  /** As Graph keeps it, and of no effect: an app has one user flow. Left out: 500. */
  priority?: number;
}

export type AttributeInput =
  | "TextBox"
  | "RadioSingleSelect"
  | "CheckboxMultiSelect"
  | "CheckboxSingleSelect"
  | "NumericTextBox";

/** One question at sign-up; the shapes are Entra's attribute collection page. Values have 250 characters at most. */
export interface FlowAttribute {
  /** Built in (`givenName`, `jobTitle` …) or custom (`extension_<app id without hyphens>_<name>`). */
  id: string;
  label: string;
  inputType: AttributeInput;
  dataType: "String" | "Boolean" | "Int64" | "StringCollection";
  required: boolean;
  /** Of the select inputs. */
  options: { value: string; label: string }[];
  /** A whole value must match it; the administrator's, for `TextBox`. */
  validationRegEx: string | null;
}

/** What an acceptance of terms of use is kept under: their address, or without one their words. */
export function termsKey({ label, url }: { label: string; url: string | null }): string {
  return url ?? label;
}

/** An attribute that somebody made beside the built-in ones, for any user flow to ask for (Graph: identityUserFlowAttribute). */
export interface CustomAttribute {
  /** `extension_<32 hexadecimal digits>_<name>`. */
  id: string;
  displayName: string;
  description: string | null;
  dataType: "string" | "boolean" | "int64" | "stringCollection";
  createdAt: number;
}

/** For apps without one of their own, and for the account page unless one is named for it. */
export const DEFAULT_USER_FLOW: UserFlow = {
  id: "00000000-0000-0000-0000-000000000000",
  name: "Default",
  signUpAllowed: true,
  methods: ["password", "email_code", "passkey"],
  mfaRequired: false,
  mfaMethods: ["totp", "email_code"],
  attributes: [],
  termsOfUse: null,
  createdAt: 0,
};

/** How people get accounts, and into the page of their own account; names in the table of settings. */
export const SIGN_UP_SETTING = "sign_up";
export const ACCOUNT_FLOW_SETTING = "account_user_flow";

/** Of the whole tenant. */
export interface AccessSettings {
  /** False: nobody creates an account, whatever user flows say. */
  signUpAllowed: boolean;
  /** The user flow of the account page, of `/reset` from outside, and of the command line; null: the default one. */
  accountUserFlowId: string | null;
}

/** "No token without a second factor" for whoever it names (Entra: Conditional Access). */
export interface Policy {
  id: string;
  name: string;
  enabled: boolean;
  /** Null: every app. */
  clientIds: string[] | null;
  /** Null: everybody. */
  groupIds: string[] | null;
  excludedUserIds: string[];
  requires: "mfa";
  createdAt: number;
}

export interface Group {
  /** Lower-case GUID: what the `groups` claim lists. */
  id: string;
  name: string;
  createdAt: number;
}
