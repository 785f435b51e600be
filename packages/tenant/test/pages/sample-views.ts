import { DEFAULT_COLOUR } from "../../src/branding/branding.ts";
import { palettesOf } from "../../src/branding/palette.ts";
import { type Locale, languages } from "../../src/messages/languages.ts";
import type { Chrome, ConfirmView, View } from "../../src/pages/view.ts";

export interface Sample {
  /** Unique; names the picture. */
  name: string;
  view: View;
}

const branding = { palettes: palettesOf(DEFAULT_COLOUR), logoUrl: null };

export function chromeIn(locale: Locale): Chrome {
  const own = { tenantName: "Contoso", branding, nonce: "c2FtcGxlLW5vbmNl", csrfToken: "sample-csrf-token" };
  return { ...languages[locale], ...own };
}

export const chrome = chromeIn("en");

const flowId = "Yk3vS6s1nJr0dQZ2";
const email = "ada@contoso.example";
const longEmail = "a.very.long.mailbox.name.that.goes.on.and.on.without.any.end@department.subsidiary.contoso.example";

const confirm: ConfirmView = {
  page: "confirm",
  flowId,
  email,
  appName: "Contoso Player",
  deviceName: "Living-room TV",
  devicePlatform: "Android TV 14",
  startedSecondsAgo: 40,
  fromIp: "203.0.113.24",
  network: "same_network",
  userCode: "FSBF-ZMBK",
  problem: null,
  digest: "q3Zt0vYw1LkX8bNd",
  already: [],
  fresh: [{ kind: "name_and_email" }, { kind: "api", text: "Read your to-do lists" }],
  stays: { line: { kind: "offline", days: 90 }, already: false },
};
const more: Partial<ConfirmView> = {
  already: [{ kind: "name_and_email" }, { kind: "api", text: "Read your to-do lists" }],
  fresh: [{ kind: "api", text: "Read and change your to-do lists" }],
  stays: { line: { kind: "offline", days: 90 }, already: true },
};

const enterCode = { page: "enter_code", typed: "", fromLink: false, problem: null } as const;
const signIn = { page: "sign_in", flowId, email: "", signUpAllowed: true, problem: null } as const;
const signUpCode = {
  page: "sign_up_code",
  flowId,
  email,
  minutes: 10,
  resent: false,
  slow: false,
  problem: null,
} as const;
const at = Date.UTC(2026, 4, 12, 9, 30);

const notMe = {
  page: "not_me",
  token: "hJ2k0pVn7sQwX4tR9yB1mZc6LdF3gA8uEiOo5vNxTyS",
  purpose: "password_changed",
  appName: null,
  at,
} as const;

/** Every page in every state that the contract knows, and the texts that strain a layout. */
export const samples: Sample[] = [
  { name: "enter-code", view: enterCode },
  { name: "enter-code-from-link", view: { ...enterCode, typed: "fsbf-zmbk", fromLink: true } },
  { name: "enter-code-from-link-long", view: { ...enterCode, typed: "FSBFZM-BKWXR", fromLink: true } },
  { name: "enter-code-from-link-junk", view: { ...enterCode, typed: "CALL 555 0100 NOW", fromLink: true } },
  { name: "enter-code-empty", view: { ...enterCode, problem: "empty" } },
  { name: "enter-code-unknown", view: { ...enterCode, typed: "FSBF-ZMBX", problem: "unknown" } },
  { name: "enter-code-unknown-long", view: { ...enterCode, typed: "fsbfzm-bkwxr", problem: "unknown" } },
  { name: "enter-code-too-many", view: { ...enterCode, typed: "FSBF-ZMBX", problem: "too_many" } },
  { name: "continue-as", view: { page: "continue_as", flowId, email, displayName: "Ada" } },
  {
    name: "continue-as-long",
    view: {
      page: "continue_as",
      flowId,
      email: longEmail,
      displayName: "Adaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    },
  },
  { name: "sign-in", view: signIn },
  { name: "sign-in-closed", view: { ...signIn, signUpAllowed: false } },
  { name: "sign-in-wrong", view: { ...signIn, email, problem: "wrong" } },
  { name: "sign-in-empty", view: { ...signIn, problem: "empty" } },
  { name: "sign-in-empty-password", view: { ...signIn, email, problem: "empty" } },
  { name: "sign-in-too-many", view: { ...signIn, email: longEmail, problem: "too_many" } },
  { name: "sign-up-email", view: { page: "sign_up_email", flowId, email: "", problem: null } },
  { name: "sign-up-email-invalid", view: { page: "sign_up_email", flowId, email: "ada@", problem: "invalid" } },
  { name: "sign-up-email-too-many", view: { page: "sign_up_email", flowId, email, problem: "too_many" } },
  { name: "sign-up-email-mail-refused", view: { page: "sign_up_email", flowId, email, problem: "mail_refused" } },
  { name: "sign-up-email-mail-failed", view: { page: "sign_up_email", flowId, email, problem: "mail_failed" } },
  { name: "sign-up-code", view: signUpCode },
  { name: "sign-up-code-resent", view: { ...signUpCode, email: longEmail, resent: true } },
  { name: "sign-up-code-wrong", view: { ...signUpCode, minutes: 1, problem: "wrong" } },
  { name: "sign-up-code-dead", view: { ...signUpCode, problem: "dead" } },
  { name: "sign-up-code-too-many", view: { ...signUpCode, problem: "too_many" } },
  { name: "sign-up-code-mail-slow", view: { ...signUpCode, slow: true } },
  { name: "sign-up-code-mail-failed", view: { ...signUpCode, problem: "mail_failed" } },
  { name: "sign-up-password", view: { page: "sign_up_password", flowId, email, problem: null } },
  { name: "sign-up-password-short", view: { page: "sign_up_password", flowId, email, problem: "short" } },
  { name: "sign-up-password-long", view: { page: "sign_up_password", flowId, email: longEmail, problem: "long" } },
  { name: "sign-up-password-common", view: { page: "sign_up_password", flowId, email, problem: "common" } },
  { name: "sign-up-name", view: { page: "sign_up_name", flowId, displayName: "", problem: null } },
  { name: "sign-up-name-empty", view: { page: "sign_up_name", flowId, displayName: "", problem: "empty" } },
  { name: "sign-up-name-long", view: { page: "sign_up_name", flowId, displayName: "A".repeat(300), problem: "long" } },
  { name: "confirm", view: confirm },
  { name: "confirm-other-network", view: { ...confirm, network: "other_network", startedSecondsAgo: 125 } },
  {
    name: "confirm-this-computer",
    view: {
      ...confirm,
      appName: "ciam-client-app",
      deviceName: null,
      devicePlatform: null,
      network: "this_computer",
      fromIp: "127.0.0.1",
      startedSecondsAgo: 2,
    },
  },
  {
    name: "confirm-long",
    view: {
      ...confirm,
      email: longEmail,
      appName: "Contoso Enterprise Resource Planning Terminal-Application-for-Warehouses",
      deviceName: "MMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMMM",
      devicePlatform: null,
      network: "other_network",
      fromIp: "2001:db8:85a3:8d3:1319:8a2e:370:7348",
      userCode: "FSBFZM-BKWXR",
      startedSecondsAgo: 840,
      fresh: [
        { kind: "name_and_email" },
        {
          kind: "api",
          text: "Read, change and delete every to-do list that you made or that somebody else shared with you",
        },
      ],
    },
  },
  {
    name: "confirm-right-to-left",
    view: { ...confirm, appName: "مشغل كونتوسو", deviceName: "تلفزيون غرفة الجلوس", devicePlatform: null },
  },
  { name: "confirm-more", view: { ...confirm, ...more } },
  {
    name: "confirm-more-and-longer",
    view: { ...confirm, ...more, stays: { line: { kind: "offline", days: 90 }, already: false } },
  },
  { name: "confirm-nothing-new", view: { ...confirm, ...more, fresh: [], network: "other_network" } },
  {
    name: "confirm-for-an-hour",
    view: { ...confirm, stays: { line: { kind: "for_hours", hours: 1 }, already: true } },
  },
  { name: "confirm-changed", view: { ...confirm, ...more, problem: "changed" } },
  { name: "no-access", view: { page: "no_access", flowId, email, appName: "Contoso Player" } },
  {
    name: "no-access-long",
    view: {
      page: "no_access",
      flowId,
      email: longEmail,
      appName: "Contoso Enterprise Resource Planning Terminal-Application-for-Warehouses",
    },
  },
  { name: "done", view: { page: "done", appName: "Contoso Player", deviceName: "Living-room TV" } },
  { name: "done-unnamed", view: { page: "done", appName: "ciam-client-app", deviceName: null } },
  { name: "declined", view: { page: "declined", appName: "Contoso Player" } },
  { name: "expired", view: { page: "expired" } },
  { name: "used", view: { page: "used" } },
  { name: "used-twice", view: { page: "used_twice" } },
  { name: "elsewhere", view: { page: "elsewhere", flowId } },
  {
    name: "sign-out",
    view: {
      page: "sign_out",
      displayName: "Ada",
      returnTo: "https://app.contoso.example/bye",
      state: "a b&c",
      clientId: "3f6b8b2e-0d51-4a6c-9a57-3b1c2d4e5f60",
    },
  },
  {
    name: "sign-out-nobody",
    view: { page: "sign_out", displayName: null, returnTo: null, state: null, clientId: null },
  },
  { name: "signed-out", view: { page: "signed_out" } },
  { name: "not-me-device", view: { ...notMe, purpose: "new_device", appName: "Contoso Player" } },
  { name: "not-me-device-forgotten", view: { ...notMe, purpose: "new_device" } },
  { name: "not-me-password", view: notMe },
  { name: "not-me-passkey", view: { ...notMe, purpose: "passkey_added" } },
  { name: "not-me-authenticator", view: { ...notMe, purpose: "authenticator_added" } },
  { name: "not-me-recovery-code", view: { ...notMe, purpose: "recovery_code_used" } },
  { name: "not-me-done-device", view: { page: "not_me_done", purpose: "new_device", appName: "Contoso Player" } },
  { name: "not-me-done-passkey", view: { page: "not_me_done", purpose: "passkey_added", appName: null } },
  { name: "dead-link", view: { page: "dead_link" } },
  {
    name: "inbox",
    view: {
      page: "inbox",
      mails: [
        { id: "m2", to: email, subject: "Your code for Contoso", at },
        { id: "m1", to: longEmail, subject: "You already have an account at Contoso", at: at - 90_000 },
      ],
    },
  },
  { name: "inbox-empty", view: { page: "inbox", mails: [] } },
  {
    name: "mail",
    view: {
      page: "mail",
      to: email,
      subject: "Your code for Contoso",
      text: "Enter this code on the page that is open in your browser:\n\n48213907\n\nIt works for 10 minutes. If you did not ask for it, ignore this mail.\n",
      at,
    },
  },
  {
    name: "mail-with-link",
    view: {
      page: "mail",
      to: email,
      subject: "Your Contoso password was changed",
      text: `Your password was changed.\n\nThis wasn’t me:\nhttp://localhost:8444/not-me?token=${notMe.token}\n\nSee http://evil.example/ too.\n`,
      at,
    },
  },
  { name: "stale-form", view: { page: "stale_form" } },
  { name: "not-found", view: { page: "not_found" } },
  { name: "too-many", view: { page: "too_many" } },
  { name: "failed", view: { page: "failed", traceId: "9f0c5a52-5f7e-4c0a-8d57-6a4e9d1b2c3f" } },
];
