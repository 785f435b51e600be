import { DEFAULT_COLOUR } from "../../src/branding/branding.ts";
import { palettesOf } from "../../src/branding/palette.ts";
import { type Locale, languages } from "../../src/messages/languages.ts";
import type { Chrome, ConfirmView } from "../../src/pages/view.ts";
import { accountSamples, email, flowId, longEmail, type Sample } from "./sample-accounts.ts";

const branding = { palettes: palettesOf(DEFAULT_COLOUR), logoUrl: null };

export function chromeIn(locale: Locale): Chrome {
  const own = { tenantName: "Contoso", branding, nonce: "c2FtcGxlLW5vbmNl", csrfToken: "sample-csrf-token" };
  return { ...languages[locale], ...own };
}

export const chrome = chromeIn("en");

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
  permissions: [
    { kind: "name_and_email" },
    { kind: "api", text: "Read your to-do lists" },
    { kind: "offline", days: 90 },
  ],
};

const enterCode = { page: "enter_code", typed: "", fromLink: false, problem: null } as const;
const at = Date.UTC(2026, 4, 12, 9, 30);

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
  ...accountSamples,
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
      permissions: [
        { kind: "name_and_email" },
        {
          kind: "api",
          text: "Read, change and delete every to-do list that you made or that somebody else shared with you",
        },
        { kind: "offline", days: 90 },
      ],
    },
  },
  {
    name: "confirm-right-to-left",
    view: { ...confirm, appName: "مشغل كونتوسو", deviceName: "تلفزيون غرفة الجلوس", devicePlatform: null },
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
  { name: "stale-form", view: { page: "stale_form" } },
  { name: "not-found", view: { page: "not_found" } },
  { name: "too-many", view: { page: "too_many" } },
  { name: "failed", view: { page: "failed", traceId: "9f0c5a52-5f7e-4c0a-8d57-6a4e9d1b2c3f" } },
];
