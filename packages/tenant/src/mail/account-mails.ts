import type { User } from "../directory/entities.ts";
import { defaultLocale, type Language, languages } from "../ui/i18n/languages.ts";
import { askedLocale } from "../ui/i18n/locale.ts";
import type { OutgoingMail } from "./mailer.ts";
import { type MailContext, oneLine, placeIn, renderMail, type SenderContext, senderOf } from "./messages.ts";

interface Happened {
  /** As it was before. The mail goes to this address. */
  user: Pick<User, "email" | "locale">;
  /** Milliseconds since the epoch. */
  at: number;
  /** Of the browser. */
  ip: string;
}

/**
 * To the old address: the account has another one now, and the link takes it back. Sent every time: for its reader it can
 * be the only sign that someone else took the account. It does not say which address is the new one.
 */
export function emailChangedMail(
  ctx: Pick<MailContext, "config" | "branding">,
  { user, at, ip }: Happened,
  link: { token: string; expiresAt: number },
): OutgoingMail {
  const language = languageOf(user);
  const { utc } = language.messages.time;
  const { emailChanged, securityNotifications: shared } = language.messages.mails;
  const sender = senderOf(ctx);
  const tenant = oneLine(sender.name);
  const paragraphs = [
    emailChanged.changed(tenant),
    { lines: [shared.when(utc(at)), shared.from(placeIn(language, ip, ctx))] },
    shared.wasYou,
    emailChanged.wasNotYou(utc(link.expiresAt)),
    { link: `${ctx.config.pagesOrigin}/not-me/email?token=${link.token}`, label: shared.link },
    { aside: emailChanged.why },
  ];
  return renderMail({ to: user.email, subject: emailChanged.subject(tenant), paragraphs }, sender, language);
}

/**
 * To the address that an account loses: it has an earlier one again. There is no link, because the reader of an older
 * address wins; if they should not have, only the tenant's people can help.
 */
export function emailTakenBackMail(
  ctx: Pick<MailContext, "config" | "branding">,
  { user, at, ip }: Happened,
): OutgoingMail {
  const language = languageOf(user);
  const { emailTakenBack, securityNotifications: shared } = language.messages.mails;
  const sender = senderOf(ctx);
  const tenant = oneLine(sender.name);
  const lines = [shared.when(language.messages.time.utc(at)), shared.from(placeIn(language, ip, ctx))];
  const paragraphs = [
    emailTakenBack.back(tenant),
    { lines },
    emailTakenBack.wasNotYou(tenant),
    { aside: emailTakenBack.why },
  ];
  return renderMail({ to: user.email, subject: emailTakenBack.subject(tenant), paragraphs }, sender, language);
}

/**
 * To the address that an account loses because an administrator gave it another one. There is no link: the reader can only
 * ask the tenant's people. It does not say which address is the new one.
 */
export function emailReplacedMail(ctx: SenderContext, { user, at }: Omit<Happened, "ip">): OutgoingMail {
  const language = languageOf(user);
  const { emailReplaced, emailTakenBack, securityNotifications: shared } = language.messages.mails;
  const sender = senderOf(ctx);
  const tenant = oneLine(sender.name);
  const paragraphs = [
    emailReplaced.replaced(tenant),
    { lines: [shared.when(language.messages.time.utc(at))] },
    emailTakenBack.wasNotYou(tenant),
    { aside: emailTakenBack.why },
  ];
  return renderMail({ to: user.email, subject: emailReplaced.subject(tenant), paragraphs }, sender, language);
}

/** The account no longer exists. There is nothing to take back, so the mail has no link. */
export function accountDeletedMail(
  ctx: Pick<MailContext, "config" | "branding">,
  { user, at, ip }: Happened,
): OutgoingMail {
  const language = languageOf(user);
  const { accountDeleted, securityNotifications: shared } = language.messages.mails;
  const sender = senderOf(ctx);
  const tenant = oneLine(sender.name);
  const lines = [shared.when(language.messages.time.utc(at)), shared.from(placeIn(language, ip, ctx))];
  const paragraphs = [accountDeleted.deleted(tenant), { lines }, accountDeleted.again];
  return renderMail({ to: user.email, subject: accountDeleted.subject(tenant), paragraphs }, sender, language);
}

const languageOf = ({ locale }: Pick<User, "locale">): Language =>
  languages[askedLocale({ mkt: locale }) ?? defaultLocale];
