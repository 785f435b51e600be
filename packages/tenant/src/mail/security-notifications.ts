import { cleanDeviceText } from "../directory/device-text.ts";
import type { App, User } from "../directory/entities.ts";
import { plainIp } from "../kernel/ip-address.ts";
import { hashSecret, newSecret } from "../kernel/seal.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { Messages } from "../ui/i18n/en.ts";
import { defaultLocale, type Language, languages } from "../ui/i18n/languages.ts";
import { askedLocale } from "../ui/i18n/locale.ts";
import { takeNotice } from "./mail-budget.ts";
import type { OutgoingMail } from "./mailer.ts";
import { type MailContext, oneLine, type Paragraph, renderMail, senderOf } from "./messages.ts";

/** A change of an account that its owner gets a mail about, because somebody else may have made it (ASVS 6.3.5, 6.3.7). */
export type SecurityNotification =
  /** A device was signed in: the grant that was approved. */
  | { kind: "new_device"; grant: DeviceGrant; appName: string }
  | { kind: "password_changed" }
  | { kind: "authenticator_added" }
  | { kind: "authenticator_removed" }
  | { kind: "passkey_added"; credentialId: string; name: string }
  | { kind: "passkey_removed"; name: string }
  | { kind: "recovery_codes_replaced" }
  | { kind: "recovery_code_used"; left: number }
  /** A used refresh token came again, and the program's sign-in was ended. */
  | { kind: "refresh_token_reused"; app: Pick<App, "clientId" | "name"> }
  /** A refresh token came twice within seconds, from two networks; the program is still signed in. */
  | { kind: "refresh_token_repeated"; app: Pick<App, "clientId" | "name">; before: string };

/** How long the link of a notification works. */
const LINK_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Mails the notification, with a link by which the person can say that it was not them. Never throws: the change is
 * made, whether or not the mail goes out. `ip`: of the browser in which it happened; null for the operator.
 */
export async function sendSecurityNotification(
  ctx: MailContext,
  user: User,
  notification: SecurityNotification,
  { ip }: { ip: string | null },
): Promise<void> {
  const { kind } = notification;
  try {
    if (!(await takeNotice(ctx, user, kind))) {
      ctx.log.warn({ notification: kind, user: user.id }, "a security notification was withheld: there were too many");
      return;
    }
    const now = ctx.clock.now();
    const token = newSecret();
    const expiresAt = now + LINK_MS;
    // Before the mail, so that no mail goes out with a link that does not work.
    await ctx.store.links.insert({
      tokenHash: hashSecret(token),
      purpose: kind,
      userId: user.id,
      subject: subjectOf(notification),
      createdAt: now,
      expiresAt,
    });
    const link = { href: `${ctx.config.pagesOrigin}/not-me?token=${token}`, expiresAt };
    await ctx.mail.post(mailOf(ctx, user, { notification, at: now, ip, link }), { expiresAt });
  } catch (error) {
    ctx.log.warn({ err: error, notification: kind, user: user.id }, "a security notification could not be queued");
  }
}

/** The mails about a program's sign-in, for the token endpoint (`OAuthContext.notices`), which knows nothing of mail. */
export function signInNotices(ctxOf: () => MailContext) {
  return {
    refreshTokenReused: (user: User, { app, ip }: { app: App; ip: string }) =>
      sendSecurityNotification(ctxOf(), user, { kind: "refresh_token_reused", app }, { ip }),
    refreshTokenRepeated: (user: User, { app, ip, before }: { app: App; ip: string; before: string }) =>
      sendSecurityNotification(ctxOf(), user, { kind: "refresh_token_repeated", app, before }, { ip }),
  };
}

/** What the link is about; see `ActionLink`. */
function subjectOf(notification: SecurityNotification): string {
  if (notification.kind === "new_device") return notification.grant.id;
  if ("app" in notification) return notification.app.clientId;
  return notification.kind === "passkey_added" ? notification.credentialId : "";
}

type Texts = Messages["mails"]["securityNotifications"];

interface Happened {
  notification: SecurityNotification;
  at: number;
  ip: string | null;
  link: { href: string; expiresAt: number };
}

/**
 * The subject is ours alone. What the device says of itself, and the name that somebody gave a passkey, are quoted in
 * the body as their words.
 */
function mailOf(ctx: MailContext, user: User, happened: Happened): OutgoingMail {
  const { notification, link } = happened;
  const device = notification.kind === "new_device" ? notification : null;
  const sender = senderOf(ctx);
  const language = languages[askedLocale({ mkt: user.locale }) ?? defaultLocale];
  const texts = language.messages.mails.securityNotifications;
  const { utc } = language.messages.time;
  const tenant = oneLine(sender.name);
  const name = "name" in notification ? cleanDeviceText(notification.name) : { text: null };
  // A name that could pass for something else, an address above all, is left out.
  const named = "text" in name && name.text !== null ? [texts.passkeyNamed(name.text)] : [];
  const first = "before" in notification ? [texts.fromBefore(plainIp(notification.before))] : [];
  const left = "left" in notification ? [texts.codesLeft(notification.left)] : [];
  const paragraphs: Paragraph[] = [
    toldOf(notification, tenant, texts),
    {
      lines: [texts.when(utc(happened.at)), ...whereFrom(happened, language), ...first, ...named, ...left],
    },
    texts.wasYou,
    device ? texts.wasNotYouDevice(utc(link.expiresAt)) : texts.wasNotYou(utc(link.expiresAt)),
    { link: link.href, label: texts.link },
    { aside: texts.why },
  ];
  const subject = texts.subject[notification.kind](tenant);
  return renderMail({ to: user.email, subject, paragraphs }, sender, language);
}

function toldOf(notification: SecurityNotification, tenant: string, texts: Texts): string {
  if ("app" in notification) return texts.toldOfProgram[notification.kind](oneLine(notification.app.name), tenant);
  if (notification.kind === "new_device") return texts.deviceSignedIn(oneLine(notification.appName), tenant);
  return texts.told[notification.kind](tenant);
}

function whereFrom({ ip, notification }: Happened, { messages }: Language): string[] {
  const texts = messages.mails.securityNotifications;
  if (notification.kind !== "new_device") return ip === null ? [] : [texts.from(plainIp(ip))];
  const { deviceName, devicePlatform, initiatedIp, decidedBy } = notification.grant;
  const name = deviceName ?? devicePlatform;
  const platform = deviceName !== null && devicePlatform !== null ? devicePlatform : null;
  return [
    texts.deviceFrom(plainIp(initiatedIp)),
    decidedBy === "operator" || ip === null ? texts.byOperator : texts.approvedFrom(plainIp(ip)),
    ...(name === null ? [] : [texts.deviceSays(name)]),
    ...(platform === null ? [] : [texts.deviceSaysPlatform(platform)]),
  ];
}
