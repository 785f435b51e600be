import type { PermissionLine } from "../directory/permissions.ts";
import type { LinkPurpose } from "../storage/links.ts";
import type { Palettes } from "./branding/palette.ts";
import type { Language } from "./i18n/languages.ts";

/**
 * Every page the tenant can show, as data. Handlers in user-flows/ answer with a View; `renderPage` turns it into HTML.
 * Nothing here has passed through HTML escaping: the `html` template does that.
 */
export type View =
  /** `typed` is what stands in the field. `fromLink`: the code came in the complete URI (RFC 8628 §3.3.1), so the page asks to compare it with the device. */
  | { page: "enter_code"; typed: string; fromLink: boolean; problem: null | "empty" | "unknown" | "too_many" }
  /** Signed in already in this browser: go on as this person, or as somebody else? */
  | { page: "continue_as"; flowId: string; email: string; displayName: string }
  | {
      page: "sign_in";
      flowId: string;
      /** Where it leads: to the question of a device or a program, or to the person's own account. */
      intent: "device" | "account" | "authorization";
      email: string;
      /** Without "password" the form asks for the email only, and mails a code. */
      methods: ("password" | "email_code" | "passkey")[];
      signUpAllowed: boolean;
      keepSignedIn: boolean;
      /** By a reset, a moment ago. */
      passwordChanged: boolean;
      /** What the script hands to the browser (WebAuthn's request options as JSON); null: no passkeys here. */
      passkeyOptions: string | null;
      problem: null | "wrong" | "empty" | "invalid" | "passkey" | "too_many" | "mail_failed" | "mail_refused";
    }
  | ({ page: "sign_in_code" } & MailedCode)
  | ({ page: "reset_email" } & AskedEmail)
  | ({ page: "reset_code" } & MailedCode)
  | ({ page: "reset_password" } & ChosenPassword)
  /** `steps`: how many there are. */
  | ({ page: "sign_up_email"; steps: number } & AskedEmail)
  | ({ page: "sign_up_code"; steps: number } & MailedCode)
  | ({ page: "sign_up_password"; steps: number } & ChosenPassword)
  | SignUpDetailsView
  | ConfirmView
  | ConsentView
  /** Signed in, and the app is for people who are assigned to it. */
  | { page: "no_access"; flowId: string; email: string; appName: string }
  /** Signed in, and what is asked for is an administrator's to grant. */
  | { page: "needs_administrator"; flowId: string; email: string; appName: string }
  /** `offerPasskey`: the person has none yet. */
  | { page: "done"; appName: string; deviceName: string | null; offerPasskey: boolean }
  | { page: "declined"; appName: string }
  | { page: "expired" }
  /** The code was decided or redeemed before. */
  | { page: "used" }
  | { page: "used_twice" }
  /** The same person took the claim over in another browser. */
  | { page: "elsewhere"; flowId: string }
  /** As `no_access` and `needs_administrator`, where a program asks. */
  | { page: "program_no_access" | "program_needs_administrator"; flowId: string; email: string; appName: string }
  /** Back to the program: by a form, or by a link with all in it. */
  | { page: "returning"; by: "form"; to: string; fields: Record<string, string> }
  | { page: "returning"; by: "link"; to: string }
  /** A program's request that was decided or took too long. */
  | { page: "sign_in_over" }
  /** A program's request that nobody can be sent back with. `code`: `AADSTS50011`. */
  | { page: "request_refused"; code: string; traceId: string }
  | {
      page: "sign_out";
      displayName: string | null;
      returnTo: string | null;
      state: string | null;
      clientId: string | null;
    }
  | { page: "signed_out" }
  /** `byRecovery`, `byPasskey`: the other ways that this person has. */
  | {
      page: "second_factor_app";
      flowId: string;
      byRecovery: boolean;
      byPasskey: boolean;
      problem: null | "wrong" | "used" | "too_many";
    }
  /** `sent`: a code is on its way; before that, the page has a button that sends it. */
  | ({ page: "second_factor_email"; sent: true; byPasskey: boolean } & MailedCode)
  | {
      page: "second_factor_email";
      sent: false;
      byPasskey: boolean;
      flowId: string;
      email: string;
      problem: null | "too_many" | "mail_failed" | "mail_refused";
    }
  | {
      page: "second_factor_passkey";
      flowId: string;
      /** As `sign_in` has them. */
      passkeyOptions: string;
      byApp: boolean;
      byEmail: boolean;
      byRecovery: boolean;
    }
  | { page: "second_factor_recovery"; flowId: string; problem: null | "wrong" | "too_many" }
  /** A second proof is needed and there is none yet. */
  | { page: "authenticator_needed"; flowId: string }
  /** `secret` in base32; `uri` holds it for the QR code and the app on the same phone. */
  | { page: "authenticator_set_up"; flowId: string; secret: string; uri: string; problem: null | "wrong" }
  /** Shown once; without a flow they were made on the account page. */
  | { page: "recovery_codes"; flowId: string | null; codes: string[] }
  | { page: "recovery_codes_hidden"; flowId: string }
  | { page: "authenticator"; enrolled: boolean }
  | { page: "my_recovery_codes"; left: number }
  /** Nobody is signed in, so there is no account to show. */
  | { page: "account_signed_out" }
  /** The sign-in is too long ago, or had one proof too few, for a change of what one signs in with. */
  | { page: "sign_in_again"; email: string }
  /** A link of a mail: "this wasn't me". `appName` of a device's sign-in, while it is known. */
  | { page: "not_me"; token: string; purpose: LinkPurpose; appName: string | null; at: number }
  | { page: "not_me_done"; purpose: LinkPurpose; appName: string | null }
  /** Used, expired, or never ours. */
  | { page: "dead_link" }
  | AccountView
  | ({ page: "my_password" } & ChosenPassword)
  /** `options`: what the script hands to the browser (WebAuthn's creation options as JSON). */
  | {
      page: "passkey_add";
      flowId: string;
      name: string;
      options: string;
      problem: null | "failed" | "taken" | "full" | "long";
    }
  | { page: "passkey"; credentialId: string; name: string; problem: null | "empty" | "long" }
  | { page: "inbox"; mails: { id: string; to: string; subject: string; at: number }[] }
  | { page: "mail"; to: string; subject: string; text: string; at: number }
  /** The form came from another page, another browser, or after too long. */
  | { page: "stale_form" }
  | { page: "not_found" }
  | { page: "too_many" }
  | { page: "failed"; traceId: string };

interface AskedEmail {
  /** Empty where the walk begins with this form. */
  flowId: string;
  email: string;
  problem: null | "invalid" | "too_many" | "mail_failed" | "mail_refused";
}

interface MailedCode {
  flowId: string;
  email: string;
  minutes: number;
  resent: boolean;
  /** The mail server did not take the mail at once. */
  slow: boolean;
  problem: null | "wrong" | "dead" | "too_many" | "mail_failed";
}

interface ChosenPassword {
  /** Empty where the password is changed on the account page. */
  flowId: string;
  email: string;
  problem: null | "short" | "long" | "common";
}

/** The name and what else the user flow asks for; each field says its own problem. */
export interface SignUpDetailsView {
  page: "sign_up_details";
  flowId: string;
  steps: number;
  /** An empty label is the page's own. */
  name: { label: string; value: string; problem: null | "empty" | "long" };
  questions: SignUpQuestion[];
  terms: { label: string; url: string | null; accepted: boolean; missing: boolean } | null;
  problem: null | "answers";
}

export interface SignUpQuestion {
  /** Of the attribute: a built-in one with an empty label is called in the page's language. */
  id: string;
  /** Of the field; option n of a `CheckboxMultiSelect` is `<name>.<n>`. */
  name: string;
  label: string;
  input: "TextBox" | "RadioSingleSelect" | "CheckboxMultiSelect" | "CheckboxSingleSelect" | "NumericTextBox";
  required: boolean;
  autocomplete: string;
  value: string;
  options: { value: string; label: string; chosen: boolean }[];
  problem: null | "empty" | "long" | "number" | "invalid";
}

export interface ConfirmView {
  page: "confirm";
  flowId: string;
  email: string;
  /** From the app's registration only. */
  appName: string;
  /** What the device says of itself; never in a title. */
  deviceName: string | null;
  devicePlatform: string | null;
  startedSecondsAgo: number;
  /** Address the device asked from. */
  fromIp: string;
  /** `this_computer`: both on loopback; `same_network`: same address; else `other_network`. */
  network: "this_computer" | "same_network" | "other_network";
  /** With its dash: `FSBF-ZMBK`. */
  userCode: string;
  /** `changed`: what was said yes to is not what is asked now. */
  problem: null | "changed";
  /** Of what the page shows; its form carries it. */
  digest: string;
  /** What it may do by an earlier yes, and what it may not yet; empty and everything at the first one. */
  already: PermissionLine[];
  fresh: PermissionLine[];
  /** For how long. */
  stays: { line: PermissionLine; already: boolean };
}

/** What a program asks that sent the person here with its own browser. */
export interface ConsentView
  extends Pick<ConfirmView, "flowId" | "email" | "appName" | "problem" | "digest" | "already" | "fresh" | "stays"> {
  page: "consent";
  /** A program on the person's computer, a web site, or an app with a scheme of its own. */
  leadsTo: "loopback" | "web" | "app";
  /** Of the web site. */
  host: string | null;
}

export interface AccountView {
  page: "account";
  displayName: string;
  email: string;
  hasPassword: boolean;
  passkeys: { credentialId: string; name: string; createdAt: number; lastUsedAt: number | null }[];
  /** False where browsers have none: on an IP address. */
  passkeysPossible: boolean;
  authenticator: { since: number } | null;
  /** Null: the person never had any. */
  recoveryCodesLeft: number | null;
}

/** What stands around every page, and the language that it is written in. */
export interface Chrome extends Language {
  tenantName: string;
  branding: { palettes: Palettes; logoUrl: string | null };
  /** For the one `<style>` element. */
  nonce: string;
  csrfToken: string;
}
