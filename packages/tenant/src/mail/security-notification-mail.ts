import { cleanDeviceText } from "../directory/device-text.ts";
import { plainIp } from "../kernel/ip-address.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { Language } from "../ui/i18n/languages.ts";
import { letter, oneLine, type Paragraph, type Sender } from "./layout.ts";
import type { OutgoingMail } from "./mailer.ts";

/** What a person is told by mail, because it could be somebody else's doing (ASVS 6.3.5, 6.3.7). */
export type Notice =
  /** A device was signed in: the grant that was approved. */
  | { kind: "new_device"; grantId: string }
  | { kind: "password_changed" }
  | { kind: "authenticator_added" }
  | { kind: "authenticator_removed" }
  | { kind: "passkey_added"; credentialId: string; name: string }
  | { kind: "passkey_removed"; name: string }
  | { kind: "recovery_codes_replaced" }
  | { kind: "recovery_code_used"; left: number };

/** What a mail says beside its kind. */
export interface NoticeMail {
  to: string;
  sender: Sender;
  language: Language;
  notice: Notice;
  at: number;
  /** Of the browser in which it happened; null for the operator. */
  ip: string | null;
  /** Of `new_device`. */
  device: { appName: string; grant: DeviceGrant } | null;
  link: { href: string; expiresAt: number };
}

/**
 * The subject is ours alone. What the device says of itself, and the name that somebody gave a passkey, are quoted in the
 * body as their words.
 */
export function noticeMail(about: NoticeMail): OutgoingMail {
  const { to, language, notice, device, link } = about;
  const { securityNotifications: notices } = language.messages.mails;
  const { utc } = language.messages.time;
  const tenant = oneLine(about.sender.name);
  const told = device ? notices.deviceSignedIn(oneLine(device.appName), tenant) : notices.told[notice.kind](tenant);
  const name = "name" in notice ? cleanDeviceText(notice.name) : { text: null };
  // A name that could pass for something else, an address above all, is left out.
  const named = "text" in name && name.text !== null ? [notices.passkeyNamed(name.text)] : [];
  const left = "left" in notice ? [notices.codesLeft(notice.left)] : [];
  const paragraphs: Paragraph[] = [
    told,
    { lines: [notices.when(utc(about.at)), ...whereFrom(about), ...named, ...left] },
    notices.wasYou,
    device ? notices.wasNotYouDevice(utc(link.expiresAt)) : notices.wasNotYou(utc(link.expiresAt)),
    { link: link.href, label: notices.link },
    { aside: notices.why },
  ];
  return letter({ to, subject: notices.subject[notice.kind](tenant), paragraphs }, about.sender, language);
}

function whereFrom({ language, ip, device }: NoticeMail): string[] {
  const { securityNotifications: notices } = language.messages.mails;
  if (!device) return ip === null ? [] : [notices.from(plainIp(ip))];
  const { deviceName, devicePlatform, initiatedIp, decidedBy } = device.grant;
  const said = deviceName ?? devicePlatform;
  const with_ = deviceName !== null && devicePlatform !== null ? devicePlatform : null;
  return [
    notices.deviceFrom(plainIp(initiatedIp)),
    decidedBy === "operator" || ip === null ? notices.byOperator : notices.approvedFrom(plainIp(ip)),
    ...(said === null ? [] : [notices.deviceSays(said)]),
    ...(with_ === null ? [] : [notices.deviceSaysPlatform(with_)]),
  ];
}
