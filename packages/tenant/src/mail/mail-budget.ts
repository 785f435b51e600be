import type { User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import type { MailContext } from "./messages.ts";

const HOUR = 60 * 60 * 1000;

/** Shares of the mails that the tenant sends in an hour; none uses up another's. */
export type MailShare = "mailByTenant" | "secondFactorMailByTenant" | "noticeByTenant";

/** How many mails go out. The shares of the tenant: `TenantLimits.mailsPerHour`. */
export const mailLimits = ({ limits }: Pick<TenantConfig, "limits">) => {
  const share = { count: limits.mailsPerHour, windowMs: HOUR };
  return {
    /** Codes that anybody can ask for. */
    mailByTenant: share,
    /** Codes as a second factor, which take a first one. */
    secondFactorMailByTenant: share,
    /** Security notifications of one kind to one person. They go out whatever other accounts have used up. */
    noticeByPersonAndKind: { count: 5, windowMs: HOUR },
    /** More of them, which the person has had five times already. */
    noticeByTenant: share,
    /** The same to one person, so that no account uses them up alone. */
    noticeByPerson: { count: 30, windowMs: HOUR },
  };
};

/**
 * Takes one mail of a share. What is withheld is counted on, and logged at the first one and whenever there are twice as
 * many, whichever node withholds it.
 */
export async function takeMail(
  ctx: Pick<MailContext, "config" | "store" | "clock" | "log">,
  share: MailShare,
): Promise<{ allowed: true } | { allowed: false; retryAt: number }> {
  const { count: limit, windowMs } = mailLimits(ctx.config)[share];
  const unbounded = { count: Number.MAX_SAFE_INTEGER, windowMs };
  const { count, retryAt } = await ctx.store.throttle.take(`${share}:tenant`, unbounded, ctx.clock.now());
  if (count <= limit) return { allowed: true };
  const withheld = count - limit;
  if (Number.isInteger(Math.log2(withheld))) {
    ctx.log.warn({ share, limit, withheld }, "the tenant's mails of this hour are used up, and more are withheld");
  }
  return { allowed: false, retryAt };
}

/**
 * Whether a security notification may go to this person. The first of each kind in an hour may, always: it may be all
 * that tells them of a takeover of their account.
 */
export async function takeNotice(
  ctx: Pick<MailContext, "config" | "store" | "clock" | "log">,
  { id }: Pick<User, "id">,
  kind: string,
): Promise<boolean> {
  const { throttle } = ctx.store;
  const now = ctx.clock.now();
  const { noticeByPerson, noticeByPersonAndKind } = mailLimits(ctx.config);
  const first = await throttle.take(`noticeByPersonAndKind:${id} ${kind}`, noticeByPersonAndKind, now);
  if (first.allowed) {
    await throttle.take("firstNotices:tenant", { count: Number.MAX_SAFE_INTEGER, windowMs: HOUR }, now);
    return true;
  }
  const own = await throttle.take(`noticeByPerson:${id}`, noticeByPerson, now);
  return own.allowed && (await takeMail(ctx, "noticeByTenant")).allowed;
}

/** What the metrics count. `firstNotices`: notifications outside every share. */
const COUNTED = ["mailByTenant", "secondFactorMailByTenant", "noticeByTenant", "firstNotices"] as const;

/** Mails of each share in the hour that runs, withheld ones too, for the metrics. */
export async function mailsTaken(
  ctx: Pick<MailContext, "store" | "clock">,
): Promise<{ share: string; taken: number }[]> {
  const now = ctx.clock.now();
  const taken = COUNTED.map(async (share) => ({
    share,
    taken: await ctx.store.throttle.peek(`${share}:tenant`, HOUR, now),
  }));
  return Promise.all(taken);
}
