import { requiresSecondFactor, type StoredFacts } from "./access-rules.ts";
import { isRecent } from "./recent-sign-in.ts";
import { hasSecondFactor, isListedSignIn, type SignInMethod, showedStrongFactor } from "./sign-in-methods.ts";

/** How long the reader of an old address can take back a change of it, in milliseconds. */
export const TAKE_BACK_MS = 7 * 24 * 60 * 60 * 1000;

/** Everything that decides whether a user may change their own account now. */
export interface OwnChangeFacts {
  /** Without an app: of the account page. */
  stored: Pick<StoredFacts, "app" | "user" | "userFlow" | "policies" | "groupIds" | "administratorHasFactor">;
  /** The sign-in of the browser that asks. `authTime` in milliseconds since the epoch. */
  signIn: { methods: readonly SignInMethod[]; authTime: number };
  /** The user has an authenticator app, or a passkey that works at this address. */
  hasStrongFactor: boolean;
  /** The sign-in must be newer than this, in milliseconds since the epoch. */
  signedInAfter: number;
  now: number;
  /** The change could take the account from its user: its address, its deletion, a copy of its data. */
  grave: boolean;
}

/** Why a user may not change their account now, in the order of `mayChangeAccount`. */
export type OwnChangeRefusal =
  /** The sign-in no longer meets what the user flow of the account page and the policies require. */
  | "policy"
  /** The sign-in is too old (ASVS 7.5.1). */
  | "too_old"
  /** The user has an authenticator app or a passkey, and did not use it. A mailed code does not replace either. */
  | "strong_factor"
  /**
   * The change is grave, and the user flow offers a mailed code as a second factor, which the user has not used: the
   * password alone must not be enough, as for adding a passkey.
   */
  | "mailed_factor";

/**
 * The single rule for what users change about themselves. It decides when the form arrives, and again in the transaction
 * that writes (docs/decisions/0033). Pure.
 */
export function mayChangeAccount(facts: OwnChangeFacts): OwnChangeRefusal | undefined {
  const { stored, signIn, hasStrongFactor, signedInAfter, now, grave } = facts;
  const { methods, authTime } = signIn;
  const { userFlow } = stored;
  const two = hasSecondFactor(methods, userFlow);
  if (!isListedSignIn(methods, userFlow)) return "policy";
  if (requiresSecondFactor(stored, undefined) && !two) return "policy";
  if (!isRecent(authTime, { after: signedInAfter, now })) return "too_old";
  if (hasStrongFactor) return showedStrongFactor(methods) ? undefined : "strong_factor";
  const mailed = userFlow.mfaMethods.includes("email_code") && !methods.includes("email_code");
  return grave && mailed && !two ? "mailed_factor" : undefined;
}
