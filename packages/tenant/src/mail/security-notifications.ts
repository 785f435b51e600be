import type { User } from "../directory/entities.ts";
import { hashSecret, newSecret } from "../kernel/seal.ts";
import { defaultLocale, languages } from "../ui/i18n/languages.ts";
import { askedLocale } from "../ui/i18n/locale.ts";
import { senderOf } from "./layout.ts";
import type { MailContext } from "./mail-context.ts";
import { type Notice, type NoticeMail, noticeMail } from "./security-notification-mail.ts";

export type { Notice } from "./security-notification-mail.ts";

/** How long the link of a notice works. */
const LINK_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * Mails the notice, with a link by which the person can say that it was not them. Never throws: what it tells of has
 * happened, whether or not the mail goes out.
 */
export async function sendNotice(
  ctx: MailContext,
  user: User,
  notice: Notice,
  about: { ip: string | null },
): Promise<void> {
  try {
    const now = ctx.clock.now();
    const token = newSecret();
    const expiresAt = now + LINK_MS;
    const device = notice.kind === "new_device" ? await deviceOf(ctx, notice.grantId) : null;
    // Before the mail: no mail goes out with a link that does not work.
    await ctx.store.links.insert({
      tokenHash: hashSecret(token),
      purpose: notice.kind,
      userId: user.id,
      subject: subjectOf(notice),
      createdAt: now,
      expiresAt,
    });
    const language = languages[askedLocale({ mkt: user.locale }) ?? defaultLocale];
    const link = { href: `${ctx.config.pagesOrigin}/not-me?token=${token}`, expiresAt };
    const sender = senderOf(ctx);
    const mail = noticeMail({ to: user.email, sender, language, notice, at: now, ip: about.ip, device, link });
    await ctx.mail.post(mail, { expiresAt });
  } catch (error) {
    ctx.log.warn({ err: error, notice: notice.kind, user: user.id }, "a notice could not be kept for sending");
  }
}

/** What the link is about; see `ActionLink`. */
function subjectOf(notice: Notice): string {
  if (notice.kind === "new_device") return notice.grantId;
  return notice.kind === "passkey_added" ? notice.credentialId : "";
}

async function deviceOf(ctx: MailContext, grantId: string): Promise<NoticeMail["device"]> {
  const grant = await ctx.store.grants.findById(grantId);
  if (!grant) return null;
  const app = await ctx.store.directory.findApp(grant.clientId);
  return { appName: app?.name ?? grant.clientId, grant };
}
