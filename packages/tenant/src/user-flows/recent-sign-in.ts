import { RECENT_SIGN_IN_MS } from "./limits.ts";
import { openFlow } from "./session.ts";
import { type Answer, pathOf, type Visit } from "./visit.ts";

/** Whether the person showed who they are a moment ago, so that what they sign in with may change (ASVS 7.5.1). */
export function isRecentSignIn({ session, user, now }: Visit): boolean {
  return user !== undefined && now - (session?.authTime ?? 0) < RECENT_SIGN_IN_MS;
}

/** Undefined after a recent sign-in; else the page that leads to a new one. */
export async function requireRecentSignIn(visit: Visit): Promise<Answer | undefined> {
  if (!visit.user) return { view: { page: "account_signed_out" } };
  return isRecentSignIn(visit) ? undefined : { view: { page: "sign_in_again", email: visit.user.email } };
}

/** Signs in to the account page, for the first time or anew. */
export async function signInToAccount(visit: Visit): Promise<Answer> {
  return { to: pathOf("/sign-in", await openFlow(visit, null, "account")) };
}
