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
      signUpAllowed: boolean;
      problem: null | "wrong" | "empty" | "too_many";
    }
  | {
      page: "sign_up_email";
      flowId: string;
      email: string;
      problem: null | "invalid" | "too_many" | "mail_failed" | "mail_refused";
    }
  | {
      page: "sign_up_code";
      flowId: string;
      email: string;
      minutes: number;
      resent: boolean;
      /** The mail server did not take the mail at once. */
      slow: boolean;
      problem: null | "wrong" | "dead" | "too_many" | "mail_failed";
    }
  | { page: "sign_up_password"; flowId: string; email: string; problem: null | "short" | "long" | "common" }
  | { page: "sign_up_name"; flowId: string; displayName: string; problem: null | "empty" | "long" }
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
  /** `byEmail`, `byRecovery`: the other ways that this person has. */
  | {
      page: "second_factor_app";
      flowId: string;
      byEmail: boolean;
      byRecovery: boolean;
      problem: null | "wrong" | "used" | "too_many";
    }
  /** `sent`: a code is on its way; before that, the page has a button that sends it. */
  | {
      page: "second_factor_email";
      flowId: string;
      email: string;
      minutes: number;
      sent: boolean;
      resent: boolean;
      /** The mail server did not take the mail at once. */
      slow: boolean;
      byApp: boolean;
      byRecovery: boolean;
      problem: null | "wrong" | "dead" | "too_many" | "mail_failed" | "mail_refused";
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
  | { page: "inbox"; mails: { id: string; to: string; subject: string; at: number }[] }
  | { page: "mail"; to: string; subject: string; text: string; at: number }
  /** The form came from another page, another browser, or after too long. */
  | { page: "stale_form" }
  | { page: "not_found" }
  | { page: "too_many" }
  | { page: "failed"; traceId: string };

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
 * | sign_in | /sign-in | flow, email, password |
 * | sign_up_email | /sign-up | flow, email |
 * | sign_up_code | /sign-up/code | flow, code; and a second form /sign-up/resend with flow |
 * | sign_up_password | /sign-up/password | flow, password |
 * | sign_up_name | /sign-up/name | flow, display_name |
 * | confirm | /confirm | flow, decision = `yes` or `no`; "not you?" is a third button, decision = `other` |
 * | elsewhere | /confirm/take-over | flow |
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
 *
 * Links: sign_in → /sign-up?flow=…, sign_up_* → /sign-in?flow=…, ended pages → /device, inbox → /inbox/<id>.
 */
export const formActions = {
  enter_code: "/device",
  continue_as: "/device/continue",
  sign_in: "/sign-in",
  sign_up_email: "/sign-up",
  sign_up_code: "/sign-up/code",
  sign_up_resend: "/sign-up/resend",
  sign_up_password: "/sign-up/password",
  sign_up_name: "/sign-up/name",
  confirm: "/confirm",
  elsewhere: "/confirm/take-over",
  sign_out: "/sign-out",
  second_factor_app: "/second-factor/app",
  second_factor_email: "/second-factor/email",
  second_factor_email_send: "/second-factor/email/send",
  second_factor_recovery: "/second-factor/recovery",
  authenticator_needed: "/second-factor/set-up/start",
  authenticator_set_up: "/second-factor/set-up",
  recovery_codes: "/second-factor/codes",
  authenticator: "/me/authenticator",
  my_recovery_codes: "/me/recovery-codes",
  account: "/me",
  account_sign_in: "/me/sign-in-again",
} as const;
