import { requiresSecondFactor } from "../../directory/access-rules.ts";
import { hasSecondFactor, isListedSignIn, showedStrongFactor } from "../../directory/sign-in-methods.ts";
import { loadFacts } from "../../oauth/approval.ts";
import { type Answer, type PageRequest, refuse } from "../page-request.ts";
import { relyingPartyOf } from "../passkeys/passkey-ceremony.ts";
import { isRecentSignIn } from "../session.ts";

/**
 * Undefined if this session may see and use the account page: its methods and second factor meet what the user flow and
 * the policies require now, regardless of when the user signed in. Otherwise the page that leads there.
 */
export async function requireAccountSession(request: PageRequest): Promise<Answer | undefined> {
  const { ctx, session, user } = request;
  if (!session || !user) return { view: { page: "account_signed_out" } };
  const facts = await loadFacts(ctx, undefined, user.id);
  const { methods } = session;
  const listed = isListedSignIn(methods, facts.userFlow);
  const shown = !requiresSecondFactor(facts, undefined) || hasSecondFactor(methods, facts.userFlow);
  return listed && shown ? undefined : refuse({ view: { page: "sign_in_again", email: user.email, why: "policy" } });
}

/**
 * Undefined if the user may change their sign-in methods now (ASVS 7.5.1): they signed in recently, and used the
 * authenticator app or a passkey if they have one. A mailed code does not replace either.
 */
export async function requireRecentSignIn(request: PageRequest): Promise<Answer | undefined> {
  const { session, user } = request;
  const refused = await requireAccountSession(request);
  if (refused || !session || !user) return refused;
  const shown = showedStrongFactor(session.methods) || !(await hasStrongFactor(request, user.id));
  const again = { page: "sign_in_again", email: user.email, why: "change" } as const;
  return isRecentSignIn(request) && shown ? undefined : refuse({ view: again });
}

/** An authenticator app, or a passkey that works at this address. */
export async function hasStrongFactor({ ctx }: PageRequest, userId: string): Promise<boolean> {
  const { factors, passkeys } = ctx.store;
  if ((await factors.totpOf(userId)) !== undefined) return true;
  return relyingPartyOf(ctx.config) !== undefined && (await passkeys.listOf(userId)).length > 0;
}
