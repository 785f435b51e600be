/** Lifetime of access tokens and ID tokens, in seconds. With less than ten minutes, MSAL would renew constantly. */
export const ACCESS_TOKEN_SECONDS = 3600;
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/**
 * How long sign-ins last: whole numbers, in the unit that each name ends with (`tenant.lifetimes` in the tenant file).
 */
export interface Lifetimes {
  /** Days after which a program's user must sign in again, even if it renews (RFC 9700 §4.14.2). Default: 365. */
  signInDays: number;
  /** Days without a renewal after which a program's sign-in ends. Default: 90, as on Entra. */
  signInIdleDays: number;
  /** Hours after which the user of a browser must sign in again (ASVS 7.3.2). Default: 24. */
  sessionHours: number;
  /**
   * Hours without activity after which a browser is signed out (ASVS 7.3.1): a form, or a request of a program.
   * Default: 8.
   */
  sessionIdleHours: number;
  /** Like `sessionHours`, with "Keep me signed in", in days. Default: 30. */
  keptSessionDays: number;
  /** Like `sessionIdleHours`, with "Keep me signed in", in days. Default: 14. */
  keptSessionIdleDays: number;
}

export const DEFAULT_LIFETIMES: Lifetimes = {
  signInDays: 365,
  signInIdleDays: 90,
  sessionHours: 24,
  sessionIdleHours: 8,
  keptSessionDays: 30,
  keptSessionIdleDays: 14,
};

/** The maximum of each lifetime. The minimum is 1. */
export const LONGEST: Lifetimes = {
  signInDays: 3650,
  signInIdleDays: 365,
  sessionHours: 168,
  sessionIdleHours: 168,
  keptSessionDays: 365,
  keptSessionIdleDays: 365,
};

/** Undefined if there is no such lifetime. */
export function longest(name: string): number | undefined {
  return Object.entries(LONGEST).find(([known]) => known === name)?.[1];
}

/** The first member that is unknown, not a whole number, or out of range. */
export function wrongLifetime(lifetimes: Partial<Lifetimes>): string | undefined {
  const wrong = Object.entries(lifetimes).find(([name, value]) => {
    const most = longest(name);
    return most === undefined || !Number.isInteger(value) || value < 1 || value > most;
  });
  return wrong?.[0];
}

/** Absolute end of a program's sign-in, in milliseconds since the epoch. */
export function endOfSignIn({ signInDays }: Lifetimes, createdAt: number): number {
  return createdAt + signInDays * DAY;
}

/** End of a refresh token that is issued now: the idle limit, but never later than the end of the sign-in. */
export function endOfRefreshToken(lifetimes: Lifetimes, createdAt: number, now: number): number {
  return Math.min(now + lifetimes.signInIdleDays * DAY, endOfSignIn(lifetimes, createdAt));
}

/** Absolute and idle end of a browser session, in milliseconds since the epoch. */
export function endsOfSession(
  lifetimes: Lifetimes,
  { authTime, keepSignedIn, now }: { authTime: number; keepSignedIn: boolean; now: number },
): { expiresAt: number; idleExpiresAt: number } {
  const { sessionHours, sessionIdleHours, keptSessionDays, keptSessionIdleDays } = lifetimes;
  const expiresAt = authTime + (keepSignedIn ? keptSessionDays * DAY : sessionHours * HOUR);
  const idle = keepSignedIn ? keptSessionIdleDays * DAY : sessionIdleHours * HOUR;
  return { expiresAt, idleExpiresAt: Math.min(now + idle, expiresAt) };
}
/**
 * How long a rotated refresh token still returns its successor, in milliseconds, while the successor is unused. A client
 * that lost the answer asks again. Longer than a database cluster needs to replace its primary, and the client to notice:
 * otherwise a failover would sign clients out.
 */
export const REFRESH_GRACE = 2 * 60 * 1000;
/** Lifetime of authorization codes, in seconds (Entra: 600; RFC 6749 §4.1.2 allows ten minutes at most). */
export const AUTHORIZATION_CODE_SECONDS = 300;
/** Lifetime of device_code and user_code, in seconds (Entra: 900). */
export const DEVICE_CODE_SECONDS = 900;
