import type { Palettes } from "../branding/palette.ts";
import type { PermissionLine } from "../directory/permissions.ts";
import type { Language } from "../messages/languages.ts";

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
      email: string;
      /** Without "password" the form asks for the email only, and mails a code. */
      methods: ("password" | "email_code" | "passkey")[];
      signUpAllowed: boolean;
      keepSignedIn: boolean;
      /** By a reset, a moment ago. */
      passwordChanged: boolean;
      problem: null | "wrong" | "empty" | "invalid" | "too_many" | "mail_failed" | "mail_refused";
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
  | { page: "done"; appName: string; deviceName: string | null }
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
  | { page: "inbox"; mails: { id: string; to: string; subject: string; at: number }[] }
  | { page: "mail"; to: string; subject: string; text: string; at: number }
  /** The form came from another page, another browser, or after too long. */
  | { page: "stale_form" }
  | { page: "not_found" }
  | { page: "too_many" }
  | { page: "failed"; traceId: string };

interface AskedEmail {
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
  /** One line each. */
  permissions: PermissionLine[];
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
 * | sign_in_code | /sign-in/code | flow, code; and a second form /sign-in/code/resend with flow |
 * | reset_email | /reset | flow, email |
 * | reset_code | /reset/code | flow, code; and a second form /reset/resend with flow |
 * | reset_password | /reset/password | flow, password |
 * | sign_up_email | /sign-up | flow, email |
 * | sign_up_code | /sign-up/code | flow, code; and a second form /sign-up/resend with flow |
 * | sign_up_password | /sign-up/password | flow, password |
 * | sign_up_details | /sign-up/details | flow, display_name, attribute.<n>, attribute.<n>.<option>, terms = `yes` |
 * | confirm | /confirm | flow, decision = `yes` or `no`; "not you?" is a third button, decision = `other` |
 * | elsewhere | /confirm/take-over | flow |
 * | sign_out | /sign-out | post_logout_redirect_uri, state, client_id |
 *
 * Links: sign_in → /sign-up?flow=… and /reset?flow=…, sign_in_code, reset_*, sign_up_* → /sign-in?flow=…, ended pages → /device, inbox → /inbox/<id>.
 */
export const formActions = {
  enter_code: "/device",
  continue_as: "/device/continue",
  sign_in: "/sign-in",
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
  sign_out: "/sign-out",
} as const;
