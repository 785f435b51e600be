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
      /** Where it leads: to the question about a device, or to the person's own account. */
      intent: "device" | "account";
      email: string;
      signUpAllowed: boolean;
      /** What the script hands to the browser (WebAuthn's request options as JSON); null: no passkeys here. */
      passkeyOptions: string | null;
      problem: null | "wrong" | "empty" | "passkey" | "too_many";
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
  | AccountView
  /** Nobody is signed in, so there is no account to show. */
  | { page: "account_signed_out" }
  /** The sign-in is too long ago for a change of what one signs in with. */
  | { page: "sign_in_again"; email: string }
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
 * | sign_in | /sign-in | flow, email, password |
 * | sign_in | /sign-in/passkey | flow, passkey (the browser's answer as JSON, put there by the script) |
 * | sign_up_email | /sign-up | flow, email |
 * | sign_up_code | /sign-up/code | flow, code; and a second form /sign-up/resend with flow |
 * | sign_up_password | /sign-up/password | flow, password |
 * | sign_up_name | /sign-up/name | flow, display_name |
 * | confirm | /confirm | flow, decision = `yes` or `no`; "not you?" is a third button, decision = `other` |
 * | elsewhere | /confirm/take-over | flow |
 * | sign_out | /sign-out | post_logout_redirect_uri, state, client_id |
 * | account_signed_out, sign_in_again | /me/sign-in-again | |
 * | account | /me/passkeys/new, /sign-out | |
 * | passkey_add | /me/passkeys/add | flow, name, passkey |
 * | passkey | /me/passkeys/rename | id, name; and a second form /me/passkeys/remove with id |
 *
 * Links: sign_in → /sign-up?flow=…, sign_up_* → /sign-in?flow=…, ended pages → /device, inbox → /inbox/<id>,
 * account → /me/passkeys?id=…, /me/authenticator, /me/recovery-codes; done, passkey_* → /me.
 */
export const formActions = {
  enter_code: "/device",
  continue_as: "/device/continue",
  sign_in: "/sign-in",
  sign_in_passkey: "/sign-in/passkey",
  sign_up_email: "/sign-up",
  sign_up_code: "/sign-up/code",
  sign_up_resend: "/sign-up/resend",
  sign_up_password: "/sign-up/password",
  sign_up_name: "/sign-up/name",
  confirm: "/confirm",
  elsewhere: "/confirm/take-over",
  account: "/me",
  account_sign_in: "/me/sign-in-again",
  passkey: "/me/passkeys",
  passkey_new: "/me/passkeys/new",
  passkey_add: "/me/passkeys/add",
  passkey_rename: "/me/passkeys/rename",
  passkey_remove: "/me/passkeys/remove",
  sign_out: "/sign-out",
} as const;
