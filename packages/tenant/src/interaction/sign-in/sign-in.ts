import { normalizeEmail, type User } from "../../directory/entities.ts";
import { isEmailAddress } from "../../directory/identity.ts";
import { verifyPassword } from "../../directory/password.ts";
import { widestNetworkOf } from "../../kernel/ip-address.ts";
import { PASSWORD_LIMIT, passwordBudget } from "../../kernel/password-limit.ts";
import type { View } from "../../ui/view.ts";
import { type InteractionRequest, requireWay } from "../interaction.ts";
import { nextStep, type Step } from "../next-step.ts";
import type { Answer, Fields } from "../page-request.ts";
import { signInOptions } from "../passkeys/passkey-ceremony.ts";
import { factsOf, passFirstFactor, stepPage } from "../proceed.ts";
import { RECENT_SIGN_IN_MS } from "../session.ts";
import { recordSignIn } from "../sign-in-record.ts";
import { type Budget, byNetwork, consume, refund } from "../throttle.ts";

type SignInView = Extract<View, { page: "sign_in" }>;
type Problem = SignInView["problem"];

/** A user who is already signed in is asked only if the sign-in is too old for the request. */
export async function getSignIn(request: InteractionRequest): Promise<Answer> {
  const elsewhere = stepWithoutSignIn(request);
  if (elsewhere) return stepPage(request, elsewhere);
  // The same user signs in again.
  return signInPage(request, null, { email: request.interaction.email?.address ?? request.user?.email ?? "" });
}

/** The next step if the user's sign-in is sufficient; undefined if they must sign in. */
export function stepWithoutSignIn(request: InteractionRequest): Step | undefined {
  const facts = factsOf(request);
  const ofAccount = request.interaction.subject === null;
  const step = nextStep({
    ...facts,
    signedInSince: ofAccount ? request.now - RECENT_SIGN_IN_MS + 1 : facts.signedInSince,
    accountUnconfirmed: facts.subject === "device",
  });
  return step.path === "/sign-in" ? undefined : step;
}

/** Unknown address, wrong password, disabled account: the same answer, after the same work (ASVS 6.3.8). */
export async function postSignIn(request: InteractionRequest): Promise<Answer> {
  requireWay(request, "password");
  const email = (request.fields.get("email") ?? "").trim();
  const password = request.fields.get("password") ?? "";
  const keepSignedIn = keepAsked(request.fields);
  const again = (problem: Problem) => signInPage(request, problem, { email, keepSignedIn });
  if (email === "" || password === "") return again("empty");

  const budgets: Budget[] = [...byNetwork("passwordByIp", request.ip), passwordBudget(normalizeEmail(email))];
  const consumed = await consume(request, budgets);
  if (!consumed.allowed) return { ...again("too_many"), retryAt: consumed.retryAt };

  const { directory } = request.ctx.store;
  const user = isEmailAddress(email) ? await directory.findUserByEmail(normalizeEmail(email)) : undefined;
  const right = await verifyPassword(user?.passwordHash ?? null, password, widestNetworkOf(request.ip));
  const signedIn = right && user !== undefined && user.disabledAt === null;
  const recorded = recordSignIn(request, { user, signedIn, email, detail: { method: "password" } });
  // At the same time, so that on SQLite they wait for the disk once.
  await Promise.all(signedIn ? [recorded, refund(request, budgets)] : [recorded]);
  if (!signedIn) {
    // The last one of the window: the operator learns it once, however many are refused after it.
    if (consumed.counts.at(-1) === PASSWORD_LIMIT.count) reportLimit(request, user);
    return again("wrong");
  }
  return passFirstFactor(request, { user, method: "password", keepSignedIn });
}

/** What was typed is not repeated: it may be anything, even a password. */
function reportLimit({ ctx, app, ip }: InteractionRequest, user: User | undefined): void {
  const { count, windowMs } = PASSWORD_LIMIT;
  const whose = user?.email ?? "an email address that has no account";
  const message = `${count} wrong passwords for ${whose}. More are refused, right ones too, for up to ${windowMs / 60_000} minutes.`;
  const by = { actor: "user", clientId: app?.clientId ?? null, userId: user?.id ?? null, ip } as const;
  const about = { detail: user?.email ?? null, aadsts: null, recorded: false };
  ctx.reportRefusal({ why: "password_limit", message, ...about, ...by });
}

/** "Keep me signed in" is checked. */
export function keepAsked(fields: Fields): boolean {
  return fields.get("keep") === "yes";
}

/** `typed`: the input of the fields, if it differs from what the interaction remembers. */
export function signInPage(
  request: InteractionRequest,
  problem: Problem,
  typed: Partial<Pick<SignInView, "email" | "keepSignedIn">> = {},
): { view: View } {
  const { interaction, userFlow, ways, fields } = request;
  const { email = interaction.email?.address ?? "", keepSignedIn = interaction.keepSignedIn } = typed;
  return {
    view: {
      page: "sign_in",
      flowId: interaction.id,
      intent: interaction.subject?.kind ?? "account",
      email: email.slice(0, 254),
      methods: userFlow.methods,
      signUpAllowed: ways.signUp,
      keepSignedIn,
      keepDays: request.ctx.config.lifetimes.keptSessionDays,
      keepIdleDays: request.ctx.config.lifetimes.keptSessionIdleDays,
      passwordChanged: fields.has("changed"),
      passkeyOptions: signInOptions(request),
      problem,
    },
  };
}
