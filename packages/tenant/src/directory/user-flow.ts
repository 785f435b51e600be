/** A first factor. A passkey counts as both factors. */
export type FirstFactor = "password" | "email_code" | "passkey";
/** A second factor. A recovery code can replace `totp`. */
export type SecondFactor = "totp" | "email_code";

/**
 * How users sign up and sign in for the apps that use it (Entra: external users self-service sign-up events flow). An
 * app has one user flow; a user flow can have many apps.
 */
export interface UserFlow {
  /** A lower-case GUID. */
  id: string;
  /** A unique name: `SignInSignUpSample`. */
  name: string;
  /** Whether users may create an account. */
  signUpAllowed: boolean;
  /** The first factors that users can choose from. */
  methods: FirstFactor[];
  /** Whether every sign-in requires a second factor; users without one enroll during the sign-in. */
  mfaRequired: boolean;
  /** The second factors that users can choose from. */
  mfaMethods: SecondFactor[];
  /** The questions at sign-up, in this order. */
  attributes: FlowAttribute[];
  /** The terms that users accept at sign-up with a required checkbox; null: none. */
  termsOfUse: { label: string; url: string | null } | null;
  /** When the user flow was created, in milliseconds since the epoch. */
  createdAt: number;
  /** A description for administrators. Default: none. */
  description?: string | null;
  /** Stored for Graph, without effect. Default: 500. */
  priority?: number;
}

/** How a question at sign-up is asked. */
export type AttributeInput =
  | "TextBox"
  | "RadioSingleSelect"
  | "CheckboxMultiSelect"
  | "CheckboxSingleSelect"
  | "NumericTextBox";

/** One question at sign-up, in the form of Entra's attribute collection page. Answers have at most 250 characters. */
export interface FlowAttribute {
  /**
   * A built-in attribute (`givenName`, `jobTitle` …), or a custom one (`extension_<app ID without hyphens>_<name>`).
   */
  id: string;
  /** The text that users read. */
  label: string;
  /** How the question is asked. */
  inputType: AttributeInput;
  /** The type of the stored value. */
  dataType: "String" | "Boolean" | "Int64" | "StringCollection";
  /** Whether users must answer. */
  required: boolean;
  /** The choices of the select inputs. */
  options: { value: string; label: string }[];
  /** A regular expression that the whole answer of a `TextBox` must match; null: any answer. */
  validationRegEx: string | null;
}

/** The key of an acceptance of terms of use: their address, or without one their text. */
export function termsKey({ label, url }: { label: string; url: string | null }): string {
  return url ?? label;
}

/** A custom attribute that any user flow can ask for (Graph: identityUserFlowAttribute). */
export interface CustomAttribute {
  /** `extension_<32 hexadecimal digits>_<name>`. */
  id: string;
  displayName: string;
  description: string | null;
  dataType: "string" | "boolean" | "int64" | "stringCollection";
  createdAt: number;
}

/** For apps without a user flow of their own, and for the account page unless one is configured for it. */
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

/** How users get accounts, and how they reach their own account page. The names are those in the settings table. */
export const SIGN_UP_SETTING = "sign_up";
export const ACCOUNT_FLOW_SETTING = "account_user_flow";

/** Settings about accounts for the whole tenant. */
export interface AccessSettings {
  /** False: users cannot create accounts, whatever user flows say. */
  signUpAllowed: boolean;
  /**
   * The user flow of the account page, of `/reset` from outside an app, and of the command line; null: the default one.
   */
  accountUserFlowId: string | null;
}

/** A policy that requires a second factor (Entra: Conditional Access). */
export interface Policy {
  /** A lower-case GUID. */
  id: string;
  /** The name that administrators read. */
  name: string;
  /** Whether the policy applies. */
  enabled: boolean;
  /** The client IDs of the apps that it covers; null: all apps. */
  clientIds: string[] | null;
  /** The IDs of the groups that it covers; null: all users. */
  groupIds: string[] | null;
  /** The IDs of users that it excludes. */
  excludedUserIds: string[];
  /** What the policy requires: a second factor. */
  requires: "mfa";
  /** When the policy was created, in milliseconds since the epoch. */
  createdAt: number;
}

/** A group of users. */
export interface Group {
  /** A lower-case GUID, as listed in the `groups` claim. */
  id: string;
  /** The name that administrators read. */
  name: string;
  /** When the group was created, in milliseconds since the epoch. */
  createdAt: number;
}
