import type { User } from "../directory/entities.ts";
import type { TenantConfig } from "../directory/tenant-config.ts";
import type { MailContext } from "./messages.ts";

const HOUR = 60 * 60 * 1000;

/** Shares of the mails that the tenant sends per hour. They do not affect each other. */
export type MailShare = "mailByTenant" | "secondFactorMailByTenant" | "noticeByTenant";

/** How many mails are sent. `TenantLimits.mailsPerHour` has the shares of the tenant. */
export const mailLimits = ({ limits }: Pick<TenantConfig, "limits">) => {
  const share = { count: limits.mailsPerHour, windowMs: HOUR };
  return {
    /** Codes that anyone can request. */
    mailByTenant: share,
    /** Codes as a second factor, which require a first one. */
    secondFactorMailByTenant: share,
    /** Security notifications of one kind to one user. They are sent even if other accounts have used up the budget. */
    noticeByPersonAndKind: { count: 5, windowMs: HOUR },
    /** Further ones of the same kind, after five to the same user. */
    noticeByTenant: share,
    /** The same for one user, so that no account uses up the budget alone. */
    noticeByPerson: { count: 30, windowMs: HOUR },
  };
};

/**
 * Takes one mail from a share. Withheld mails are counted too, and logged at the first one and each time their number
 * doubles, across all nodes.
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
    ctx.log.warn(
      { share, limit, withheld },
      "the tenant's mails for this hour are used up; further mails are withheld",
    );
  }
  return { allowed: false, retryAt };
}

/**
 * Whether a security notification may be sent to this user. The first of each kind per hour always may: it can be the
 * user's only sign of an account takeover.
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

/** Shares that the metrics count. `firstNotices`: notifications outside all shares. */
const COUNTED = ["mailByTenant", "secondFactorMailByTenant", "noticeByTenant", "firstNotices"] as const;

/** Mails of each share in the current hour, including withheld ones, for the metrics. */
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
