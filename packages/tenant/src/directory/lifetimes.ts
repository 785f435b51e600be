/** Access and ID tokens live this long, in seconds. Below ten minutes MSAL would renew all the time. */
export const ACCESS_TOKEN_SECONDS = 3600;
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** How long sign-ins last. The tenant's settings (`tenant.lifetimes` in the file); whole numbers. */
export interface Lifetimes {
  /** Days after which a program's person signs in again, however often it renews (RFC 9700 §4.14.2). Default: 365. */
  signInDays: number;
  /** Days without a renewal after which a program's sign-in ends. Default: 90, as at Entra. */
  signInIdleDays: number;
  /** Hours after which a browser's person signs in again (ASVS 7.3.2). Default: 24. */
  sessionHours: number;
  /** Hours without a form sent, or a program's request, after which a browser is signed out (ASVS 7.3.1). Default: 8. */
  sessionIdleHours: number;
  /** The same two with "Keep me signed in", in days. Default: 30. */
  keptSessionDays: number;
  /** Default: 14. */
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

/** The most that each may be; the least is 1. */
export const LONGEST: Lifetimes = {
  signInDays: 3650,
  signInIdleDays: 365,
  sessionHours: 168,
  sessionIdleHours: 168,
  keptSessionDays: 365,
  keptSessionIdleDays: 365,
};

/** Undefined: there is no such lifetime. */
export function longest(name: string): number | undefined {
  return Object.entries(LONGEST).find(([known]) => known === name)?.[1];
}

/** The first member that is unknown, no whole number, or out of its bounds. */
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

/** End of a refresh token that is issued now: idle, but never past the sign-in's own end. */
export function endOfRefreshToken(lifetimes: Lifetimes, createdAt: number, now: number): number {
  return Math.min(now + lifetimes.signInIdleDays * DAY, endOfSignIn(lifetimes, createdAt));
}

/** Absolute end of a browser's session, and its end when it is not used again; in milliseconds since the epoch. */
export function endsOfSession(
  lifetimes: Lifetimes,
  { authTime, keepSignedIn, now }: { authTime: number; keepSignedIn: boolean; now: number },
): { expiresAt: number; idleExpiresAt: number } {
  const { sessionHours, sessionIdleHours, keptSessionDays, keptSessionIdleDays } = lifetimes;
  const expiresAt = authTime + (keepSignedIn ? keptSessionDays * DAY : sessionHours * HOUR);
  const idle = keepSignedIn ? keptSessionIdleDays * DAY : sessionIdleHours * HOUR;
  return { expiresAt, idleExpiresAt: Math.min(now + idle, expiresAt) };
}
/** A rotated refresh token is answered again with its successor for this long, in milliseconds (design: "Refresh"). */
export const REFRESH_GRACE = 30 * 1000;
/** Authorization codes live this long, in seconds (Entra: 600; RFC 6749 §4.1.2 allows ten minutes at most). */
export const AUTHORIZATION_CODE_SECONDS = 300;
/** device_code and user_code live this long, in seconds (Entra: 900). */
export const DEVICE_CODE_SECONDS = 900;
