import type { Palettes } from "../branding/palette.ts";
import type { PermissionLine } from "../directory/permissions.ts";
import type { Language } from "../messages/languages.ts";
import type { LinkPurpose } from "../stores/link-contract.ts";

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
      /** Where it leads: to the question about a device, or to the person's own account. */
      intent: "device" | "account";
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
  /** Signed in, and the app is for people who are assigned to it. */
  | { page: "no_access"; flowId: string; email: string; appName: string }
  /** `offerPasskey`: the person has none yet. */
  | { page: "done"; appName: string; deviceName: string | null; offerPasskey: boolean }
  | { page: "declined"; appName: string }
  | { page: "expired" }
  /** The code was decided or redeemed before. */
  | { page: "used" }
  | { page: "used_twice" }
  /** The same person took the claim over in another browser. */
  | { page: "elsewhere"; flowId: string }
  | {
      page: "sign_out";
      displayName: string | null;
      returnTo: string | null;
      state: string | null;
      clientId: string | null;
    }
  | { page: "signed_out" }
  /** `byEmail`, `byRecovery`: the other ways that this person has. */
  | {
      page: "second_factor_app";
      flowId: string;
      byEmail: boolean;
      byRecovery: boolean;
      byPasskey: boolean;
      problem: null | "wrong" | "used" | "too_many";
    }
  /** `sent`: a code is on its way; before that, the page has a button that sends it. */
  | ({ page: "second_factor_email"; sent: true; byApp: boolean; byRecovery: boolean; byPasskey: boolean } & MailedCode)
  | {
      page: "second_factor_email";
      sent: false;
      byApp: boolean;
      byRecovery: boolean;
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

/**
 * Where each form goes and what it carries (all POST, `application/x-www-form-urlencoded`, each with `csrf`):
 *
 * | page | action | fields |
 * |---|---|---|
 * | enter_code | /device | user_code |
 * | continue_as | /device/continue | flow, answer = `continue` or `other` |
 * | sign_in | /sign-in | flow, email, password, keep = `yes`; its second button, or its only one, goes to /sign-in/code/send |
 * | sign_in | /sign-in/passkey | flow, keep, passkey (the browser's answer as JSON, put there by the script) |
 * | sign_in_code | /sign-in/code | flow, code; and a second form /sign-in/code/resend with flow |
 * | reset_email | /reset | flow, email |
 * | reset_code | /reset/code | flow, code; and a second form /reset/resend with flow |
 * | reset_password | /reset/password | flow, password |
 * | sign_up_email | /sign-up | flow, email |
 * | sign_up_code | /sign-up/code | flow, code; and a second form /sign-up/resend with flow |
 * | sign_up_password | /sign-up/password | flow, password |
 * | sign_up_details | /sign-up/details | flow, display_name, attribute.<n>, attribute.<n>.<option>, terms = `yes` |
 * | confirm | /confirm | flow, shown, decision = `yes` or `no`; "not you?" is a third button, decision = `other` |
 * | no_access | /device/continue | flow, answer = `other` |
 * | elsewhere | /confirm/take-over | flow |
 * | not_me | /not-me | token |
 * | sign_out | /sign-out | post_logout_redirect_uri, state, client_id |
 * | second_factor_app | /second-factor/app | flow, code |
 * | second_factor_email | /second-factor/email | flow, code; and /second-factor/email/send with flow |
 * | second_factor_recovery | /second-factor/recovery | flow, code |
 * | authenticator_needed | /second-factor/set-up/start | flow |
 * | authenticator_set_up | /second-factor/set-up | flow, code |
 * | recovery_codes, recovery_codes_hidden | /second-factor/codes | flow, answer = `saved` or `new` |
 * | authenticator | /me/authenticator | answer = `add` or `remove` |
 * | my_recovery_codes | /me/recovery-codes | |
 * | account_signed_out, sign_in_again | /me/sign-in-again | |
 * | account | /me/passkeys/new, /sign-out | |
 * | my_password | /me/password | password |
 * | passkey_add | /me/passkeys/add | flow, name, passkey |
 * | passkey | /me/passkeys/rename | id, name; and a second form /me/passkeys/remove with id |
 *
 * Links: not_me_done, dead_link → /reset, sign_in → /sign-up?flow=… and /reset?flow=…, sign_in_code, reset_*, sign_up_* → /sign-in?flow=…, ended pages → /device, inbox → /inbox/<id>,
 * account → /me/passkeys?id=…, /me/authenticator, /me/recovery-codes; done, passkey_* → /me.
 */
export const formActions = {
  enter_code: "/device",
  continue_as: "/device/continue",
  sign_in: "/sign-in",
  sign_in_passkey: "/sign-in/passkey",
  sign_in_send_code: "/sign-in/code/send",
  sign_in_code: "/sign-in/code",
  sign_in_resend: "/sign-in/code/resend",
  reset_email: "/reset",
  reset_code: "/reset/code",
  reset_resend: "/reset/resend",
  reset_password: "/reset/password",
  sign_up_email: "/sign-up",
  sign_up_code: "/sign-up/code",
  sign_up_resend: "/sign-up/resend",
  sign_up_password: "/sign-up/password",
  sign_up_details: "/sign-up/details",
  confirm: "/confirm",
  elsewhere: "/confirm/take-over",
  not_me: "/not-me",
  account: "/me",
  account_sign_in: "/me/sign-in-again",
  my_password: "/me/password",
  passkey: "/me/passkeys",
  passkey_new: "/me/passkeys/new",
  passkey_add: "/me/passkeys/add",
  passkey_rename: "/me/passkeys/rename",
  passkey_remove: "/me/passkeys/remove",
  sign_out: "/sign-out",
  second_factor_app: "/second-factor/app",
  second_factor_email: "/second-factor/email",
  second_factor_email_send: "/second-factor/email/send",
  second_factor_recovery: "/second-factor/recovery",
  second_factor_passkey: "/second-factor/passkey",
  authenticator_needed: "/second-factor/set-up/start",
  authenticator_set_up: "/second-factor/set-up",
  recovery_codes: "/second-factor/codes",
  authenticator: "/me/authenticator",
  my_recovery_codes: "/me/recovery-codes",
} as const;
