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
  /** Signed in, and the app is for people who are assigned to it. */
  | { page: "no_access"; flowId: string; email: string; appName: string }
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
  /** A link of a mail: "this wasn't me". `appName` of a device's sign-in, while it is known. */
  | { page: "not_me"; token: string; purpose: LinkPurpose; appName: string | null; at: number }
  | { page: "not_me_done"; purpose: LinkPurpose; appName: string | null }
  /** Used, expired, or never ours. */
  | { page: "dead_link" }
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
 * | confirm | /confirm | flow, shown, decision = `yes` or `no`; "not you?" is a third button, decision = `other` |
 * | no_access | /device/continue | flow, answer = `other` |
 * | elsewhere | /confirm/take-over | flow |
 * | not_me | /not-me | token |
 * | sign_out | /sign-out | post_logout_redirect_uri, state, client_id |
 *
 * Links: not_me_done, dead_link → /reset, sign_in → /sign-up?flow=…, sign_up_* → /sign-in?flow=…, ended pages → /device, inbox → /inbox/<id>.
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
  not_me: "/not-me",
  sign_out: "/sign-out",
} as const;
