import type { User } from "../directory/entities.ts";
import { hashPassword } from "../directory/password.ts";
import { networksOf, widestNetworkOf } from "../kernel/ip-address.ts";
import { bucketOf, PASSWORD_LIMIT } from "../kernel/password-limit.ts";
import type { Interaction } from "../storage/store.ts";
import { type PageRequest, tooMany } from "./page-request.ts";

/**
 * Every throttle of the pages, by name (OWASP ASVS 6.1.1, 6.3.1, 6.6.3). Windows are fixed. An attempt is taken before
 * it is checked, and a success refunds only its own, so that an attacker's own codes buy no further guesses.
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
  /** Wrong user codes from one IP address (IPv6: one /64). */
  userCodeByIp: { count: 10, windowMs: 10 * MINUTE },
  /** Wrong user codes in one browser session. */
  userCodeBySession: { count: 10, windowMs: 10 * MINUTE },
  /** Wrong user codes of one signed-in user. */
  userCodeByUser: { count: 30, windowMs: DAY },
  /**
   * Wrong user codes of the whole tenant. When used up, entering a code requires a sign-in first. Counting continues,
   * and codes get longer with the count (`guessGrade`).
   */
  userCodeGlobal: { count: 1_000, windowMs: DAY },

  /** Wrong passwords for one email address, with or without an account. */
  passwordByAccount: PASSWORD_LIMIT,
  passwordByIp: { count: 50, windowMs: 15 * MINUTE },

  /**
   * Wrong authenticator or recovery codes, always after a first factor. Three of a million codes are valid at a time:
   * 50 attempts a day are a chance of one in 6,600.
   */
  secondFactorByFlow: { count: 5, windowMs: 15 * MINUTE },
  secondFactorByAccount: { count: 10, windowMs: 15 * MINUTE },
  secondFactorByAccountAndDay: { count: 50, windowMs: DAY },
  /** Passkeys that failed verification. */
  passkeyByIp: { count: 50, windowMs: 15 * MINUTE },

  /** Records of failed sign-ins in the audit log. Beyond these, each doubling is recorded with the count. */
  failureRecordsByAccount: { count: 20, windowMs: DAY },
  failureRecordsByIp: { count: 200, windowMs: DAY },

  /**
   * New passwords, each of which is hashed: per interaction (on the account page: per user) and per IP address. Four
   * seconds of one core.
   */
  newPasswordByFlow: { count: 10, windowMs: 15 * MINUTE },
  newPasswordByIp: { count: 100, windowMs: 15 * MINUTE },

  /** Changes of one kind that a user makes to their sign-in methods. Each sends a mail and writes an audit record. */
  accountChangeByUser: { count: 20, windowMs: HOUR },

  /** Mails with a code. A code that is used refunds its mail, so that an office can share its IP address. */
  mailByAddress: { count: 5, windowMs: HOUR },
  mailByIp: { count: 20, windowMs: HOUR },
  /** Mails after a first factor, counted separately: an attacker without one cannot use them up. */
  secondFactorMail: { count: 5, windowMs: HOUR },
  /** "Send a new code": rate-limited with growing delays. */
  resendSoon: { count: 1, windowMs: 30 * SECOND },
  resendLater: { count: 3, windowMs: 15 * MINUTE },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Never refused: the count decides on something else. */
const ONLY_COUNTED: ReadonlySet<LimitName> = new Set([
  "userCodeGlobal",
  "failureRecordsByAccount",
  "failureRecordsByIp",
]);

/** One budget and its key: `["passwordByIp", "192.0.2.7"]`. `times`: multiplier if the key covers more than one. */
export type Budget = readonly [limit: LimitName, whose: string, times?: number];

/** The budgets of the networks that contain an IP address. For IPv6: its /48, with a few times as many, and its /64. */
export function byNetwork(limit: Extract<LimitName, `${string}ByIp`>, ip: string): Budget[] {
  return networksOf(ip).map(({ name, times }) => [limit, name, times]);
}

/** `counts`: of each budget, with what was taken. */
export type Consumed = { allowed: true; counts: number[] } | { allowed: false; retryAt: number };

/** Takes one from each budget, or from none: a rejected attempt was never checked, so it costs nothing elsewhere. */
export function consume({ ctx, now }: Pick<PageRequest, "ctx" | "now">, budgets: readonly Budget[]): Promise<Consumed> {
  return ctx.store.throttle.takeAll(
    budgets.map(([limit, whose, times = 1]) => {
      const { count, windowMs } = limits[limit];
      const most = ONLY_COUNTED.has(limit) ? Number.MAX_SAFE_INTEGER : count * times;
      return { bucket: bucketOf(limit, whose), limit: { count: most, windowMs } };
    }),
    now,
  );
}

/** After a success: refunds what it took. Together, because on SQLite each one alone would wait for the disk. */
export async function refund(
  { ctx, now }: Pick<PageRequest, "ctx" | "now">,
  budgets: readonly Budget[],
): Promise<void> {
  await Promise.all(budgets.map(([limit, whose]) => ctx.store.throttle.giveBack(bucketOf(limit, whose), now)));
}

/**
 * Takes one change to a user's own account.
 *
 * @param kind the path of the form; using up one kind does not affect the others, which the user may need
 * @returns what it took, to be refunded if nothing was changed
 * @throws PageProblem if there were too many
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
 * The hash of a password that a user chose. Each choice costs a hash, whether or not it is used.
 *
 * @param by the interaction, or on the account page the user: its ID for the throttle, and its subject
 * @throws PageProblem if one of its throttles is used up
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
