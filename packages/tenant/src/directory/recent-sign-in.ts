/** Clocks of two nodes may differ by this, in milliseconds. */
const SKEW_MS = 60_000;

/**
 * Whether a sign-in is newer than `after`, and not of a time that is still to come. A tester's clock may have been ahead when it
 * was made: it would be recent for as long (docs/decisions/0035). The single rule for "recent". Times are milliseconds since
 * the epoch.
 *
 * @example
 * isRecent(authTime, { after: now - 600_000, now }); // signed in within the last ten minutes
 */
export function isRecent(authTime: number, { after, now }: { after: number; now: number }): boolean {
  return authTime > after && authTime <= now + SKEW_MS;
}
