import type { User } from "../directory/entities.ts";
import { hashPassword } from "../directory/password.ts";
import { networksOf, widestNetworkOf } from "../kernel/ip-address.ts";
import type { Interaction } from "../storage/store.ts";
import { type PageRequest, tooMany } from "./page-request.ts";

/**
 * Every throttle of the pages, by name (OWASP ASVS 6.1.1, 6.3.1, 6.6.3). Windows are fixed; an attempt is
 * taken before it is judged, and a success gives back its own only, so that codes of one's own buy no new guesses.
 */
export interface Limit {
  count: number;
  windowMs: number;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const limits = {
  /** Wrong user codes from one address (IPv6: one /64). */
  userCodeByIp: { count: 10, windowMs: 10 * MINUTE },
  /** Wrong user codes in one browser session. */
  userCodeBySession: { count: 10, windowMs: 10 * MINUTE },
  /** Wrong user codes of one signed-in person. */
  userCodeByUser: { count: 30, windowMs: DAY },
  /**
   * Wrong user codes of the whole tenant. Once spent, entering a code needs sign-in first; wrong ones are counted on, and
   * codes get longer by their number (`guessGrade`).
   */
  userCodeGlobal: { count: 1_000, windowMs: DAY },

  /** Wrong passwords for one address, whether or not it has an account. */
  passwordByAccount: { count: 10, windowMs: 15 * MINUTE },
  passwordByIp: { count: 50, windowMs: 15 * MINUTE },

  /**
   * Wrong codes of an authenticator app or for recovery, all of them after a first factor. Three of a million codes are
   * right at a time: 50 a day are one in 6,600.
   */
  secondFactorByFlow: { count: 5, windowMs: 15 * MINUTE },
  secondFactorByAccount: { count: 10, windowMs: 15 * MINUTE },
  secondFactorByAccountAndDay: { count: 50, windowMs: DAY },
  /** Passkeys that did not pass. */
  passkeyByIp: { count: 50, windowMs: 15 * MINUTE },

  /** Records of failed sign-ins in the audit log; beyond them each doubling has one, with the number. */
  failureRecordsByAccount: { count: 20, windowMs: DAY },
  failureRecordsByIp: { count: 200, windowMs: DAY },

  /**
   * New passwords, hashed each time, in one interaction (an account's own page: of one person), and of one address: four
   * seconds of one core.
   */
  newPasswordByFlow: { count: 10, windowMs: 15 * MINUTE },
  newPasswordByIp: { count: 100, windowMs: 15 * MINUTE },

  /** Changes of one kind that a person makes to what they sign in with: each is a mail and an audit record. */
  accountChangeByUser: { count: 20, windowMs: HOUR },

  /** Mails with a code; one that was used gives its own back, so that an office may share its address. */
  mailByAddress: { count: 5, windowMs: HOUR },
  mailByIp: { count: 20, windowMs: HOUR },
  /** Those after a first factor, apart: without one no stranger uses them up. */
  secondFactorMail: { count: 5, windowMs: HOUR },
  /** "Send it again": not at once, and then ever less often. */
  resendSoon: { count: 1, windowMs: 30 * SECOND },
  resendLater: { count: 3, windowMs: 15 * MINUTE },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** One budget and whose it is: `["passwordByIp", "192.0.2.7"]`; `times` as many where it is wider than one of its kind. */
export type Budget = readonly [limit: LimitName, whose: string, times?: number];

/** The budgets of the networks that an address is of: of an IPv6 address its /48, with a few times as many, and its /64. */
export function byNetwork(limit: Extract<LimitName, `${string}ByIp`>, ip: string): Budget[] {
  return networksOf(ip).map(({ name, times }) => [limit, name, times]);
}

export type Consumed = { allowed: true } | { allowed: false; retryAt: number };

/** Takes one from each budget, or from none: what was refused was never judged, so it costs nothing elsewhere. */
export async function consume({ ctx, now }: PageRequest, budgets: readonly Budget[]): Promise<Consumed> {
  const { throttle } = ctx.store;
  for (const [index, [limit, whose, times = 1]] of budgets.entries()) {
    const { count, windowMs } = limits[limit];
    const result = await throttle.take(`${limit}:${whose}`, { count: count * times, windowMs }, now);
    if (result.allowed) continue;
    await refund({ ctx, now }, budgets.slice(0, index));
    return { allowed: false, retryAt: result.retryAt };
  }
  return { allowed: true };
}

/** Takes one without an end, and says how many were taken in the window. */
export async function count({ ctx, now }: PageRequest, [limit, whose]: Budget): Promise<number> {
  const unbounded = { ...limits[limit], count: Number.MAX_SAFE_INTEGER };
  return (await ctx.store.throttle.take(`${limit}:${whose}`, unbounded, now)).count;
}

/** After a success: what it took itself, and no more. */
export async function refund(
  { ctx, now }: Pick<PageRequest, "ctx" | "now">,
  budgets: readonly Budget[],
): Promise<void> {
  for (const [limit, whose] of budgets) await ctx.store.throttle.giveBack(`${limit}:${whose}`, now);
}

/**
 * Takes one change of a person's own account.
 *
 * @param kind the path of the form; one kind used up leaves the others, of which the person may be in need
 * @returns what it took, to be refunded where nothing was changed
 * @throws PageProblem when there were too many
 */
export async function takeAccountChange(
  request: PageRequest,
  { id }: Pick<User, "id">,
  kind: string,
): Promise<Budget[]> {
  const budget: Budget[] = [["accountChangeByUser", `${id} ${kind}`]];
  const consumed = await consume(request, budget);
  if (!consumed.allowed) throw tooMany(consumed.retryAt, null);
  return budget;
}

/**
 * The hash of a password that a person chose. Each choice costs a hash, whether or not it is ever used.
 *
 * @param by the interaction, or on the account page the person: which may choose no more often, and what it is about
 * @throws PageProblem when one of its throttles is used up
 */
export async function hashNewPassword(
  request: PageRequest,
  by: Pick<Interaction, "id" | "subject">,
  password: string,
): Promise<string> {
  const consumed = await consume(request, [["newPasswordByFlow", by.id], ...byNetwork("newPasswordByIp", request.ip)]);
  if (!consumed.allowed) throw tooMany(consumed.retryAt, by.subject);
  return hashPassword(password, widestNetworkOf(request.ip));
}
