import { cleanDeviceText } from "../directory/device-text.ts";
import type { App, User } from "../directory/entities.ts";
import { hashSecret, newSecret } from "../kernel/seal.ts";
import type { DeviceGrant } from "../storage/device-grant.ts";
import type { Messages } from "../ui/i18n/en.ts";
import { defaultLocale, type Language, languages } from "../ui/i18n/languages.ts";
import { askedLocale } from "../ui/i18n/locale.ts";
import { takeNotice } from "./mail-budget.ts";
import type { OutgoingMail } from "./mailer.ts";
import { type MailContext, oneLine, type Paragraph, placeIn, renderMail, senderOf } from "./messages.ts";

/**
 * A change to an account that its owner is notified about, because someone else may have made it (ASVS 6.3.5, 6.3.7).
 */
export type SecurityNotification =
  /** A device was signed in with this approved grant. */
  | { kind: "new_device"; grant: DeviceGrant; appName: string }
  | { kind: "password_changed" }
  | { kind: "authenticator_added" }
  | { kind: "authenticator_removed" }
  | { kind: "passkey_added"; credentialId: string; name: string }
  | { kind: "passkey_removed"; name: string }
  | { kind: "recovery_codes_replaced" }
  | { kind: "recovery_code_used"; left: number }
  /** A used refresh token was used again, and the program's sign-in was ended. */
  | { kind: "refresh_token_reused"; app: Pick<App, "clientId" | "name"> }
  /** A refresh token was used twice within seconds, from two networks. The program is still signed in. */
  | { kind: "refresh_token_repeated"; app: Pick<App, "clientId" | "name">; before: string };

/** Lifetime of the link in a notification. */
const LINK_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Mails the notification, with a link for users to report that it was not them. Never throws: the change is made,
 * whether or not the mail is sent.
 *
 * @param about `ip`: of the browser that made the change; null for the operator
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
      ctx.log.warn({ notification: kind, user: user.id }, "a security notification was withheld: too many");
      return;
    }
    const now = ctx.clock.now();
    const token = newSecret();
    const expiresAt = now + LINK_MS;
    // Before the mail, so that no mail is sent with a broken link.
    await ctx.store.links.insert({
      tokenHash: hashSecret(token),
      purpose: kind,
      userId: user.id,
      subject: subjectOf(notification),
      mailedTo: user.emailNormalized,
      createdAt: now,
      expiresAt,
    });
    const link = { href: `${ctx.config.pagesOrigin}/not-me?token=${token}`, expiresAt };
    await ctx.mail.post(mailOf(ctx, user, { notification, at: now, ip, link }), { expiresAt });
  } catch (error) {
    ctx.log.warn({ err: error, notification: kind, user: user.id }, "a security notification could not be queued");
  }
}

/**
 * The mails about a program's sign-in. Passed to the token endpoint (`OAuthContext.notices`), which does not import
 * mail/.
 */
export function signInNotices(ctxOf: () => MailContext) {
  return {
    refreshTokenReused: (user: User, { app, ip }: { app: App; ip: string }) =>
      sendSecurityNotification(ctxOf(), user, { kind: "refresh_token_reused", app }, { ip }),
    refreshTokenRepeated: (user: User, { app, ip, before }: { app: App; ip: string; before: string }) =>
      sendSecurityNotification(ctxOf(), user, { kind: "refresh_token_repeated", app, before }, { ip }),
  };
}

/** Subject of the link; see `ActionLink`. */
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
 * The subject contains only our own text. The body quotes what the device says about itself, and the name of a passkey.
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
  // A name that could be mistaken for something else, such as an address, is omitted.
  const named = "text" in name && name.text !== null ? [texts.passkeyNamed(name.text)] : [];
  const first = "before" in notification ? [texts.fromBefore(placeIn(language, notification.before, ctx))] : [];
  const left = "left" in notification ? [texts.codesLeft(notification.left)] : [];
  const paragraphs: Paragraph[] = [
    eventOf(notification, tenant, texts),
    {
      lines: [
        texts.when(utc(happened.at)),
        ...whereFrom(happened, language, (from) => placeIn(language, from, ctx)),
        ...first,
        ...named,
        ...left,
      ],
    },
    texts.wasYou,
    device ? texts.wasNotYouDevice(utc(link.expiresAt)) : texts.wasNotYou(utc(link.expiresAt)),
    { link: link.href, label: texts.link },
    { aside: texts.why },
  ];
  const subject = texts.subject[notification.kind](tenant);
  return renderMail({ to: user.email, subject, paragraphs }, sender, language);
}

function eventOf(notification: SecurityNotification, tenant: string, texts: Texts): string {
  if ("app" in notification) return texts.programEvents[notification.kind](oneLine(notification.app.name), tenant);
  if (notification.kind === "new_device") return texts.deviceSignedIn(oneLine(notification.appName), tenant);
  return texts.events[notification.kind](tenant);
}

function whereFrom({ ip, notification }: Happened, { messages }: Language, place: (ip: string) => string): string[] {
  const texts = messages.mails.securityNotifications;
  if (notification.kind !== "new_device") return ip === null ? [] : [texts.from(place(ip))];
  const { deviceName, devicePlatform, initiatedIp, decidedBy } = notification.grant;
  const name = deviceName ?? devicePlatform;
  const platform = deviceName !== null && devicePlatform !== null ? devicePlatform : null;
  return [
    texts.deviceFrom(place(initiatedIp)),
    decidedBy === "operator" || ip === null ? texts.byOperator : texts.approvedFrom(place(ip)),
    ...(name === null ? [] : [texts.deviceSays(name)]),
    ...(platform === null ? [] : [texts.deviceSaysPlatform(platform)]),
  ];
}
