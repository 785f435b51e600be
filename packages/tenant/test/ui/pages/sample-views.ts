import { ADMINISTRATIVE_SCOPES, administrationOf } from "../../../src/directory/graph-scopes.ts";
import { DEFAULT_COLOUR } from "../../../src/ui/branding/branding.ts";
import { palettesOf } from "../../../src/ui/branding/palette.ts";
import type { Chrome } from "../../../src/ui/components/layout.ts";
import { type Locale, languages } from "../../../src/ui/i18n/languages.ts";
import type { DeviceConsentView } from "../../../src/ui/pages/device-consent.ts";
import { accountSamples, email, flowId, longEmail, type Sample } from "./sample-accounts.ts";
import { consoleAccessSamples } from "./sample-console-access.ts";
import { ownAccountSamples } from "./sample-own-account.ts";
import { ownPagesSamples } from "./sample-own-pages.ts";
import { programSamples } from "./sample-programs.ts";

const branding = { palettes: palettesOf(DEFAULT_COLOUR), logoUrl: null };

export function chromeIn(locale: Locale): Chrome {
  const own = { tenantName: "Contoso", branding, nonce: "c2FtcGxlLW5vbmNl", csrfToken: "sample-csrf-token" };
  const shownAddress = (ip: string) => (ip === "127.0.0.1" ? null : ip);
  return { ...languages[locale], ...own, shownAddress };
}

export const chrome = chromeIn("en");

const confirm: DeviceConsentView = {
  page: "device_consent",
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
  byRenewal: [],
  stays: { line: { kind: "offline", days: 90, maxDays: 365 }, already: false },
};
const more: Partial<DeviceConsentView> = {
  already: [{ kind: "name_and_email" }, { kind: "api", text: "Read your to-do lists" }],
  fresh: [{ kind: "api", text: "Read and change your to-do lists" }],
  stays: { line: { kind: "offline", days: 90, maxDays: 365 }, already: true },
};

const byRenewal: DeviceConsentView["byRenewal"] = [
  { kind: "account" },
  { kind: "api", text: "Read and change your calendar" },
];

const administrative: DeviceConsentView = {
  ...confirm,
  appName: "Doorcode command line",
  network: "this_computer",
  fresh: [
    { kind: "name_and_email" },
    { kind: "administration", of: "change_apps" },
    { kind: "administration", of: "change_access" },
    { kind: "administration", of: "change_people" },
  ],
};
const everyAdministration = [...administrationOf(ADMINISTRATIVE_SCOPES).keys()].map((of) => ({
  kind: "administration" as const,
  of,
}));

const enterCode = { page: "enter_code", typed: "", fromLink: false, problem: null } as const;
const appCode = { page: "second_factor_app", flowId, byRecovery: true, byPasskey: true, problem: null } as const;
const secondEmail = {
  page: "second_factor_email",
  flowId,
  email,
  minutes: 10,
  sent: true,
  resent: false,
  slow: false,
  byPasskey: false,
  problem: null,
} as const;
const beforeSecondEmail = {
  page: "second_factor_email",
  flowId,
  email,
  sent: false,
  byPasskey: false,
  problem: null,
} as const;
const passkeyWay = {
  page: "second_factor_passkey",
  flowId,
  passkeyOptions: JSON.stringify({ challenge: "c2FtcGxl", rpId: "contoso.example", userVerification: "required" }),
  byApp: true,
  byEmail: true,
  byRecovery: true,
} as const;
const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
const setUp = {
  page: "authenticator_set_up",
  flowId,
  secret,
  uri: `otpauth://totp/Contoso:ada%40contoso.example?issuer=Contoso&secret=${secret}&algorithm=SHA1&digits=6&period=30`,
  problem: null,
} as const;
const codes = ["7KQM-X2RD-WB9T", "ZC4H-8NPF-Y3VA", "QT6J-5GES-M2XK", "H9WB-RD7C-4FPZ", "3VYA-KX8M-T6NQ"];
const at = Date.UTC(2026, 4, 12, 9, 30);

const notMe = {
  page: "not_me",
  address: false,
  token: "hJ2k0pVn7sQwX4tR9yB1mZc6LdF3gA8uEiOo5vNxTyS",
  purpose: "password_changed",
  appName: null,
  at,
} as const;

/** Every page in every state, and texts that strain a layout. */
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
  ...accountSamples,
  { name: "device-consent", view: confirm },
  { name: "device-consent-other-network", view: { ...confirm, network: "other_network", startedSecondsAgo: 125 } },
  {
    name: "device-consent-this-computer",
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
    name: "device-consent-long",
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
          text: "Read, change, and delete every to-do list that you made or that someone else shared with you",
        },
      ],
    },
  },
  {
    name: "device-consent-long-administration",
    view: {
      ...administrative,
      email: longEmail,
      appName: "Contoso Enterprise Resource Planning Terminal-Application-for-Warehouses",
      network: "other_network",
      userCode: "FSBFZM-BKWXR",
      problem: "changed",
    },
  },
  {
    name: "device-consent-right-to-left",
    view: { ...confirm, appName: "مشغل كونتوسو", deviceName: "تلفزيون غرفة الجلوس", devicePlatform: null },
  },
  { name: "device-consent-by-renewal", view: { ...confirm, byRenewal } },
  { name: "device-consent-more", view: { ...confirm, ...more } },
  { name: "device-consent-more-by-renewal", view: { ...confirm, ...more, fresh: [], byRenewal } },
  {
    name: "device-consent-more-and-longer",
    view: { ...confirm, ...more, stays: { line: { kind: "offline", days: 90, maxDays: 365 }, already: false } },
  },
  { name: "device-consent-nothing-new", view: { ...confirm, ...more, fresh: [], network: "other_network" } },
  {
    name: "device-consent-for-an-hour",
    view: { ...confirm, stays: { line: { kind: "for_hours", hours: 1 }, already: true } },
  },
  { name: "device-consent-changed", view: { ...confirm, ...more, problem: "changed" } },
  { name: "device-consent-administration", view: administrative },
  {
    name: "device-consent-administration-all",
    view: { ...administrative, ...more, network: "other_network", fresh: everyAdministration },
  },
  {
    name: "needs-administrator",
    view: { page: "needs_administrator", flowId, email, appName: "Doorcode command line" },
  },
  {
    name: "needs-administrator-long",
    view: {
      page: "needs_administrator",
      flowId,
      email: longEmail,
      appName: "Contoso Enterprise Resource Planning Terminal-Application-for-Warehouses",
    },
  },
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
  {
    name: "done",
    view: {
      page: "done",
      appName: "Contoso Player",
      deviceName: "Living-room TV",
      signedIn: false,
      offerPasskey: false,
    },
  },
  {
    name: "done-passkey",
    view: { page: "done", appName: "Contoso Player", deviceName: "Living-room TV", signedIn: true, offerPasskey: true },
  },
  {
    name: "done-unnamed",
    view: { page: "done", appName: "ciam-client-app", deviceName: null, signedIn: true, offerPasskey: false },
  },
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
    name: "sign-out-signed-out",
    view: { page: "sign_out", displayName: null, returnTo: null, state: null, clientId: null },
  },
  { name: "signed-out", view: { page: "signed_out" } },
  { name: "second-factor-app", view: appCode },
  { name: "second-factor-app-only", view: { ...appCode, byRecovery: false, byPasskey: false } },
  { name: "second-factor-app-wrong", view: { ...appCode, problem: "wrong" } },
  { name: "second-factor-app-used", view: { ...appCode, problem: "used" } },
  { name: "second-factor-app-too-many", view: { ...appCode, problem: "too_many" } },
  { name: "second-factor-email-before", view: beforeSecondEmail },
  { name: "second-factor-email-before-too-many", view: { ...beforeSecondEmail, problem: "too_many" } },
  {
    name: "second-factor-email-before-mail-refused",
    view: { ...beforeSecondEmail, byPasskey: true, problem: "mail_refused" },
  },
  { name: "second-factor-email", view: secondEmail },
  {
    name: "second-factor-email-resent",
    view: { ...secondEmail, email: longEmail, resent: true, byPasskey: true },
  },
  { name: "second-factor-email-wrong", view: { ...secondEmail, problem: "wrong" } },
  { name: "second-factor-email-dead", view: { ...secondEmail, problem: "dead" } },
  { name: "second-factor-email-slow", view: { ...secondEmail, slow: true } },
  { name: "second-factor-email-mail-failed", view: { ...secondEmail, problem: "mail_failed" } },
  { name: "second-factor-passkey", view: passkeyWay },
  { name: "second-factor-passkey-only", view: { ...passkeyWay, byApp: false, byEmail: false, byRecovery: false } },
  { name: "second-factor-recovery", view: { page: "second_factor_recovery", flowId, problem: null } },
  { name: "second-factor-recovery-wrong", view: { page: "second_factor_recovery", flowId, problem: "wrong" } },
  { name: "second-factor-recovery-too-many", view: { page: "second_factor_recovery", flowId, problem: "too_many" } },
  { name: "authenticator-needed", view: { page: "authenticator_needed", flowId } },
  { name: "authenticator-set-up", view: setUp },
  { name: "authenticator-set-up-wrong", view: { ...setUp, problem: "wrong" } },
  {
    name: "authenticator-set-up-long",
    view: { ...setUp, uri: setUp.uri.replaceAll("Contoso", "%D9%83".repeat(40)).replace("ada", "a".repeat(60)) },
  },
  { name: "recovery-codes", view: { page: "recovery_codes", flowId, codes: [...codes, ...codes] } },
  { name: "recovery-codes-of-account", view: { page: "recovery_codes", flowId: null, codes } },
  { name: "recovery-codes-hidden", view: { page: "recovery_codes_hidden", flowId } },
  { name: "authenticator", view: { page: "authenticator", enrolled: true } },
  { name: "authenticator-none", view: { page: "authenticator", enrolled: false } },
  { name: "my-recovery-codes", view: { page: "my_recovery_codes", left: 9 } },
  { name: "my-recovery-codes-last", view: { page: "my_recovery_codes", left: 1 } },
  { name: "not-me-device", view: { ...notMe, purpose: "new_device", appName: "Contoso Player", address: false } },
  { name: "not-me-device-forgotten", view: { ...notMe, purpose: "new_device" } },
  { name: "not-me-password", view: notMe },
  { name: "not-me-passkey", view: { ...notMe, purpose: "passkey_added" } },
  { name: "not-me-authenticator", view: { ...notMe, purpose: "authenticator_added" } },
  { name: "not-me-recovery-code", view: { ...notMe, purpose: "recovery_code_used" } },
  { name: "not-me-token-reused", view: { ...notMe, purpose: "refresh_token_reused", appName: "Contoso Player" } },
  { name: "not-me-token-repeated", view: { ...notMe, purpose: "refresh_token_repeated" } },
  {
    name: "not-me-done-device",
    view: { page: "not_me_done", purpose: "new_device", appName: "Contoso Player", address: false },
  },
  {
    name: "not-me-done-passkey",
    view: { page: "not_me_done", purpose: "passkey_added", appName: null, address: true },
  },
  { name: "dead-link", view: { page: "dead_link" } },
  ...ownPagesSamples,
  ...ownAccountSamples,
  ...programSamples,
  ...consoleAccessSamples,
  { name: "stale-form", view: { page: "stale_form" } },
  { name: "too-large", view: { page: "too_large", limit: 16_384 } },
  { name: "not-found", view: { page: "not_found" } },
  { name: "too-many", view: { page: "too_many", device: false } },
  { name: "too-many-device", view: { page: "too_many", device: true } },
  { name: "failed", view: { page: "failed", traceId: "9f0c5a52-5f7e-4c0a-8d57-6a4e9d1b2c3f" } },
];
