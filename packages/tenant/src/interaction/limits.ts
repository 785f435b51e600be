/**
 * Every throttle of the pages, by name (OWASP ASVS 6.1.1, 6.3.1, 6.6.3). Windows are fixed; an attempt is charged before
 * it is judged, and a success gives back its own charge only, so that nobody buys new guesses with codes of their own.
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
  /** Wrong user codes of the whole tenant; `userCodeLength` counts on it. Once spent, entering a code needs sign-in first. */
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

  /** Mails with a code; one that was used gives its own back, so that an office may share its address. */
  mailByAddress: { count: 5, windowMs: HOUR },
  mailByIp: { count: 20, windowMs: HOUR },
  /** Those after a first factor, apart: nobody without one keeps them from their owner. */
  secondFactorMail: { count: 5, windowMs: HOUR },
  /** "Send it again": not at once, and then ever less often. */
  resendSoon: { count: 1, windowMs: 30 * SECOND },
  resendLater: { count: 3, windowMs: 15 * MINUTE },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Tries at one mailed code; then it is dead. */
export const MAIL_CODE_ATTEMPTS = 5;
export const MAIL_CODE_MS = 10 * MINUTE;

/** Absolute lifetimes, not prolonged by use (ASVS 7.3.2). */
export const SIGNED_IN_MS = DAY;
/** With "Keep me signed in on this browser". */
export const KEPT_SIGNED_IN_MS = 30 * DAY;
/** How long after a sign-in the person may change what they sign in with (ASVS 7.5.1). */
export const RECENT_SIGN_IN_MS = 10 * MINUTE;
export const ANONYMOUS_MS = HOUR;
export const FLOW_MS = 15 * MINUTE;
