import type { User } from "./entities.ts";
import { isRecent } from "./recent-sign-in.ts";
import { type SignInMethod, showedStrongFactor } from "./sign-in-methods.ts";

const MINUTE = 60_000;

/** How long after a sign-in an administrator may open pages of the console, in milliseconds. */
export const CONSOLE_SIGN_IN_MS = 60 * MINUTE;
/** Longer, so that a form that was opened in time can still be sent, and nothing typed is lost. */
export const CONSOLE_CHANGE_MS = CONSOLE_SIGN_IN_MS + 15 * MINUTE;

/** What decides whether a browser may use the console of a served tenant. Times are milliseconds since the epoch. */
export interface ConsoleFacts {
  user: Pick<User, "administrator" | "disabledAt">;
  methods: readonly SignInMethod[];
  authTime: number;
  /** The sign-in must be newer. */
  signedInAfter: number;
  now: number;
}

/** Why a user may not use the console now, in the order of `mayUseConsole`. */
export type ConsoleRefusal =
  /** The account is no administrator, as for Microsoft Graph. */
  | "not_administrator"
  /** The sign-in had no authenticator app and no passkey. A mailed code does not replace either. */
  | "second_factor"
  /** The sign-in is too old. */
  | "too_old";

/**
 * The single rule for the console of a served tenant. It decides for each page, and again in the transaction of each
 * change, so that a right withdrawn in between stops the change (docs/decisions/0034). Pure.
 */
export function mayUseConsole({
  user,
  methods,
  authTime,
  signedInAfter,
  now,
}: ConsoleFacts): ConsoleRefusal | undefined {
  if (!user.administrator || user.disabledAt !== null) return "not_administrator";
  if (!showedStrongFactor(methods)) return "second_factor";
  return isRecent(authTime, { after: signedInAfter, now }) ? undefined : "too_old";
}
