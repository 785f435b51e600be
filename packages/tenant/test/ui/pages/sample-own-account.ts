import { OWN_ACTIVITY } from "../../../src/storage/audit-events.ts";
import type { OwnDevice } from "../../../src/ui/pages/own-devices.ts";
import type { ActivityLine } from "../../../src/ui/pages/own-profile.ts";
import { email, flowId, longEmail, type Sample } from "./sample-accounts.ts";

const at = Date.UTC(2026, 4, 12, 9, 30);
const DAY = 86_400_000;
const id = "7d4f2c1e-8a3b-4c5d-9e6f-0a1b2c3d4e5f";
const tv: OwnDevice = {
  id,
  appName: "Contoso TV",
  deviceName: "Living-room TV",
  devicePlatform: "Android TV 14",
  signedInFrom: "192.0.2.7",
  label: null,
  createdAt: at - 40 * DAY,
  lastUsedAt: at,
  lastUsedFrom: "192.0.2.7",
};
const printer: OwnDevice = {
  ...{ id, appName: "Print", deviceName: "evil.example", devicePlatform: null, signedInFrom: null },
  ...{ label: "Printer in the hall", createdAt: at - 3 * DAY, lastUsedAt: null, lastUsedFrom: null },
};
const long: OwnDevice = {
  ...tv,
  appName: "W".repeat(120),
  deviceName: "N".repeat(40),
  devicePlatform: "P".repeat(40),
  label: "L".repeat(50),
  signedInFrom: "2001:db8:1234:5678:9abc:def0:1234:5678",
  lastUsedFrom: "2001:db8:1234:5678::/64",
};
const lines = OWN_ACTIVITY.map(
  (event, index): ActivityLine => ({
    ...{
      at: at - index * DAY,
      event,
      ip: index % 5 === 4 ? null : "192.0.2.7",
      by: index % 7 === 6 ? ("operator" as const) : index % 7 === 5 ? ("administrator" as const) : ("user" as const),
    },
    appName: event.startsWith("device_grant") ? "Contoso TV" : null,
  }),
);
const address = { page: "my_email", flowId: "", current: email, email: "", problem: null } as const;
const code = {
  page: "my_email_code",
  flowId,
  email: "ada.lovelace@contoso.example",
  ...{ minutes: 10, resent: false, slow: false, problem: null },
} as const;

/** The pages behind the account page, in every state. */
export const ownAccountSamples: Sample[] = [
  {
    name: "not-me-device-address",
    view: { page: "not_me", token: "token", purpose: "new_device", appName: "Contoso Player", address: true, at },
  },
  { name: "my-devices", view: { page: "my_devices", devices: [tv, printer, { ...tv, deviceName: null }], next: null } },
  { name: "my-devices-many", view: { page: "my_devices", devices: Array(25).fill(long), next: `${at}.${id}` } },
  { name: "my-devices-none", view: { page: "my_devices", devices: [], next: null } },
  { name: "my-device", view: { page: "my_device", device: tv, typed: "", problem: null } },
  {
    name: "my-device-unnamed",
    view: { page: "my_device", device: printer, typed: "Printer in the hall", problem: null },
  },
  { name: "my-device-long", view: { page: "my_device", device: long, typed: "L".repeat(200), problem: "long" } },
  {
    name: "my-apps",
    view: {
      page: "my_apps",
      apps: [
        { clientId: id, name: "Contoso TV", signIns: 2 },
        { clientId: id, name: "Print", signIns: 1 },
        { clientId: id, name: "W".repeat(120), signIns: 0 },
      ],
    },
  },
  { name: "my-apps-none", view: { page: "my_apps", apps: [] } },
  {
    name: "my-app",
    view: {
      page: "my_app",
      clientId: id,
      appName: "Contoso TV",
      may: [{ kind: "name_and_email" }, { kind: "account" }, { kind: "api", text: "See and play your films" }],
      signIns: 2,
    },
  },
  { name: "my-app-nothing", view: { page: "my_app", clientId: id, appName: "W".repeat(120), may: [], signIns: 0 } },
  { name: "my-activity", view: { page: "my_activity", lines: lines.slice(0, 25), older: `${at}.1`, newest: true } },
  { name: "my-activity-older", view: { page: "my_activity", lines: lines.slice(25), older: null, newest: false } },
  { name: "my-activity-none", view: { page: "my_activity", lines: [], older: null, newest: true } },
  { name: "my-profile", view: { page: "my_profile", typed: "Ada Lovelace", email, problem: null } },
  { name: "my-profile-empty", view: { page: "my_profile", typed: "", email: longEmail, problem: "empty" } },
  { name: "my-profile-long", view: { page: "my_profile", typed: "A".repeat(300), email, problem: "long" } },
  { name: "my-email", view: { ...address } },
  { name: "my-email-invalid", view: { ...address, current: longEmail, email: "ada@", problem: "invalid" } },
  { name: "my-email-same", view: { ...address, email, problem: "same" } },
  { name: "my-email-taken", view: { ...address, email: longEmail, problem: "taken" } },
  { name: "my-email-too-many", view: { ...address, email, problem: "too_many" } },
  { name: "my-email-mail-failed", view: { ...address, email, problem: "mail_failed" } },
  { name: "my-email-mail-refused", view: { ...address, email, problem: "mail_refused" } },
  { name: "my-email-code", view: { ...code } },
  { name: "my-email-code-resent", view: { ...code, email: longEmail, resent: true } },
  { name: "my-email-code-mail-slow", view: { ...code, slow: true } },
  { name: "my-email-code-wrong", view: { ...code, problem: "wrong" } },
  { name: "my-email-code-dead", view: { ...code, problem: "dead" } },
  { name: "my-email-code-too-many", view: { ...code, problem: "too_many" } },
  { name: "my-email-code-mail-failed", view: { ...code, problem: "mail_failed" } },
  { name: "my-data", view: { page: "my_data" } },
  { name: "my-deletion", view: { page: "my_deletion", email, typed: "", problem: null } },
  { name: "my-deletion-wrong", view: { page: "my_deletion", email: longEmail, typed: "ada", problem: "wrong" } },
  { name: "my-deletion-administrator", view: { page: "my_deletion", email, typed: email, problem: "administrator" } },
  { name: "my-deletion-later", view: { page: "my_deletion_later", until: at } },
  { name: "account-deleted", view: { page: "account_deleted" } },
  { name: "not-my-email", view: { page: "not_my_email", token: "a".repeat(43), oldEmail: email, at } },
  { name: "not-my-email-long", view: { page: "not_my_email", token: "a".repeat(43), oldEmail: longEmail, at } },
  { name: "not-my-email-done", view: { page: "not_my_email_done" } },
  { name: "not-my-email-taken", view: { page: "not_my_email_taken", oldEmail: email } },
];
