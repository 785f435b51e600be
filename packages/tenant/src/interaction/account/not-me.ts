import { TAKE_BACK_MS } from "../../directory/account-rules.ts";
import { hashSecret } from "../../kernel/seal.ts";
import { emailTakenBackMail } from "../../mail/account-mails.ts";
import type { ActionLink, DisplacedUser, NewOutboxMail } from "../../storage/store.ts";
import type { Answer, PageRequest } from "../page-request.ts";

/** The URL contains the secret, so it is not sent as a referrer to any page, not even our own. */
export const referrerPolicy = "strict-origin";

export const deadLink: Answer = { view: { page: "dead_link" }, referrerPolicy };

/**
 * The page behind the link of a notification. It says what the button will do and changes nothing: mail scanners open
 * links, and browsers prefetch them.
 */
export async function getNotMe(request: PageRequest): Promise<Answer> {
  const token = tokenOf(request);
  const link = token && (await request.ctx.store.links.find(hashSecret(token), request.now));
  if (!link) return deadLink;
  const { purpose, createdAt, takesBack: address } = link;
  const view = {
    page: "not_me",
    token,
    purpose,
    appName: await appNameOf(request, link),
    address,
    at: createdAt,
  } as const;
  return { view, referrerPolicy };
}

/** Works once. The resulting page leads to a new password. */
export async function postNotMe(request: PageRequest): Promise<Answer> {
  const token = tokenOf(request);
  if (token === undefined) return deadLink;
  const { ctx, now, ip } = request;
  const { toDisplaced, send } = mailToDisplaced(request);
  const used = await ctx.store.links.use({ tokenHash: hashSecret(token), now, ip, toDisplaced });
  if (used.outcome !== "done") return deadLink;
  send();
  const { addressRestored: address, link } = used;
  const { purpose } = link;
  return { view: { page: "not_me_done", purpose, appName: await appNameOf(request, link), address }, referrerPolicy };
}

/**
 * The mail to the address that an account loses when its reader of an earlier one takes it back. The store writes it in
 * that transaction, which alone knows the address.
 */
export function mailToDisplaced({ ctx, now, ip }: PageRequest) {
  let mail: NewOutboxMail | undefined;
  return {
    toDisplaced(user: DisplacedUser): NewOutboxMail {
      mail = ctx.mail.prepare(emailTakenBackMail(ctx, { user, at: now, ip }), { expiresAt: now + TAKE_BACK_MS });
      return mail;
    },
    send: () => mail && ctx.mail.stored(mail),
  };
}

/** A token of the expected form. For anything else, undefined, without a query. */
export function tokenOf({ fields }: PageRequest): string | undefined {
  const token = fields.get("token") ?? "";
  return /^[\w-]{43}$/.test(token) ? token : undefined;
}

/** Null if the row of the device's sign-in or of the program was deleted. */
async function appNameOf({ ctx }: PageRequest, link: ActionLink): Promise<string | null> {
  const clientId = await clientIdOf(ctx, link);
  const app = clientId && (await ctx.store.directory.findApp(clientId));
  return app ? app.name : null;
}

async function clientIdOf(ctx: PageRequest["ctx"], { purpose, subject }: ActionLink): Promise<string | undefined> {
  switch (purpose) {
    case "new_device":
      return (await ctx.store.grants.findById(subject))?.clientId;
    case "refresh_token_reused":
    case "refresh_token_repeated":
      return subject;
  }
}
