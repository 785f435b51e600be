import { MFA } from "../../directory/authentication-methods.ts";
import { stepUp } from "../authentication.ts";
import { RECENT_SIGN_IN_MS } from "../limits.ts";
import { type Answer, pathOf, type Visit } from "../page-request.ts";
import { openFlow } from "../session.ts";

/** Whether the person showed who they are a moment ago. */
export function isRecentSignIn({ session, user, now }: Visit): boolean {
  return user !== undefined && now - (session?.authTime ?? 0) < RECENT_SIGN_IN_MS;
}

/**
 * Undefined where what the person signs in with may change now (ASVS 7.5.1): they signed in a moment ago, and showed
 * the authenticator app if there is one. Else the page that leads there.
 */
export async function requireRecentSignIn(visit: Visit): Promise<Answer | undefined> {
  const { ctx, session, user } = visit;
  if (!user) return { view: { page: "account_signed_out" } };
  const shown = session?.amr.includes(MFA) || (await ctx.store.factors.totpOf(user.id)) === undefined;
  return isRecentSignIn(visit) && shown ? undefined : { view: { page: "sign_in_again", email: user.email } };
}

/** Signs in to the account page, for the first time or anew; after a recent sign-in what is missing is the second factor. */
export async function signInToAccount(visit: Visit): Promise<Answer> {
  const recent = isRecentSignIn(visit);
  const flow = await openFlow(visit, null, "account");
  return recent ? stepUp(visit, flow) : { to: pathOf("/sign-in", flow) };
}
