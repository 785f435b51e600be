import type { User } from "../../directory/entities.ts";
import {
  hasSecondFactor,
  isListedSignIn,
  type SignInMethod,
  showedStrongFactor,
} from "../../directory/sign-in-methods.ts";
import type { AuditEvent } from "../../storage/audit-events.ts";
import type { AuditRecord, Interaction } from "../../storage/store.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep, type Step, type StepFacts } from "../next-step.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { requestOptions } from "../passkeys/passkey-ceremony.ts";
import { factsOf, stepPage } from "../proceed.ts";
import type { Budget } from "../throttle.ts";

/** The second factors that this user can use in this interaction. */
export interface Ways {
  /** An authenticator app, even if the user flow does not list it, because the user chose it. */
  app: boolean;
  /**
   * A mailed code, if the user flow lists it and the first factor was not a mailed code. Never instead of an app or a
   * passkey: the mailbox can also reset the password (ASVS 6.4.3), so it would be enough on its own.
   */
  email: boolean;
  /** Instead of the app. */
  recovery: boolean;
  /**
   * Both factors at once. WebAuthn request options for the browser, or null. Like the app, even if the user flow does
   * not list it: otherwise a password alone could set up another second factor.
   */
  passkey: string | null;
}

export interface AtSecondFactor {
  user: User;
  ways: Ways;
}

/**
 * The guard of every second-factor page: the first factor was passed in this interaction, and nothing changed since.
 */
export async function atSecondFactor(
  request: InteractionRequest,
  page: (at: AtSecondFactor) => Answer | Promise<Answer>,
): Promise<Answer> {
  const user = await firstFactorOf(request);
  const ways = user && (await waysOf(request, user, request.interaction.firstFactor?.methods ?? []));
  const step = stepBetweenFactors(request, user, ways && { strongFactorDemanded: isStrong(ways) });
  return user && ways && step.name === "second_factor" ? page({ user, ways }) : stepPage(request, step);
}

/** Redirects to the user's second factor, or to the set-up of one. */
export async function getSecondFactor(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, ({ user, ways }) => {
    const secondFactorWays = hasWay(ways) ? "some" : "none";
    const step = stepBetweenFactors(request, user, { secondFactorWays, strongFactorDemanded: isStrong(ways) });
    if (step.name !== "second_factor") return stepPage(request, step);
    if (ways.app) return goTo(request, "/second-factor/app");
    return goTo(request, ways.email ? "/second-factor/email" : "/second-factor/passkey");
  });
}

/** The next step of this user, who passed the first factor here, or has since signed in with both. */
export function stepBetweenFactors(
  request: InteractionRequest,
  user: User | undefined,
  more: Partial<Pick<StepFacts, "secondFactorWays" | "strongFactorDemanded">> = {},
): Step {
  const { firstFactor } = request.interaction;
  const facts = factsOf(request, { secondFactorDemanded: true, ...more });
  const first = user && firstFactor ? { methods: firstFactor.methods, authTime: firstFactor.at } : null;
  if (user && signedInWithBoth(request, user, more.strongFactorDemanded)) return nextStep(facts);
  // Whether the resulting sign-in is recent enough is checked once it exists.
  return nextStep({ ...facts, signIn: first, signedInSince: null });
}

/** The script of the page asks for it. The browser's answer is a sign-in by passkey, which needs no second factor. */
export async function getPasskeyWay(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, ({ ways }) => {
    if (ways.passkey === null) return toAnotherWay(request);
    const others = { byApp: ways.app, byEmail: ways.email, byRecovery: ways.recovery };
    const { id: flowId } = request.interaction;
    return { view: { page: "second_factor_passkey", flowId, passkeyOptions: ways.passkey, ...others } };
  });
}

export function toAnotherWay(request: InteractionRequest): Answer {
  return goTo(request, "/second-factor");
}

/** The user who passed the first factor in this interaction. */
export async function firstFactorOf({ interaction, ctx }: InteractionRequest): Promise<User | undefined> {
  const { firstFactor } = interaction;
  const user = firstFactor === null ? undefined : await ctx.store.directory.findUser(firstFactor.userId);
  return user?.disabledAt === null ? user : undefined;
}

/**
 * As this user, and not before the first factor of this interaction: an older session does not replace the second
 * factor.
 */
export function signedInWithBoth(request: InteractionRequest, person: User, strongFactorDemanded = false): boolean {
  const { user, session, interaction, userFlow } = request;
  if (user?.id !== person.id || !session || !isListedSignIn(session.methods, userFlow)) return false;
  const { methods } = session;
  if (!(strongFactorDemanded ? showedStrongFactor(methods) : hasSecondFactor(methods, userFlow))) return false;
  return (session.authTime ?? 0) >= (interaction.firstFactor?.at ?? 0);
}

/** `methods`: of the first factor. */
async function waysOf(request: InteractionRequest, user: User, methods: readonly SignInMethod[]): Promise<Ways> {
  const { ctx, userFlow } = request;
  const { factors, passkeys } = ctx.store;
  const app = (await factors.totpOf(user.id)) !== undefined;
  const passkey = (await passkeys.listOf(user.id)).length > 0 ? requestOptions(request) : null;
  const mailed = userFlow.mfaMethods.includes("email_code") && !methods.includes("email_code");
  return {
    app,
    email: mailed && !app && passkey === null,
    recovery: app && (await factors.countRecoveryCodes(user.id)) > 0,
    passkey,
  };
}

/**
 * One factor alone never adds another if a second one can be required: with the password alone, an attacker could add
 * their own factor.
 *
 * @param methods of the first factor
 */
export async function owesAnotherWay(
  request: InteractionRequest,
  user: User,
  methods: readonly SignInMethod[],
): Promise<"strong" | "mailed" | null> {
  const ways = await waysOf(request, user, methods);
  if (isStrong(ways)) return "strong";
  return hasWay(ways) ? "mailed" : null;
}

/** The user has enrolled a factor that is stronger than their mailbox. */
const isStrong = ({ app, passkey }: Ways) => app || passkey !== null;
const hasWay = ({ app, email, passkey }: Ways) => app || email || passkey !== null;

/** An attempt counts for the interaction and for the user: another interaction does not give more attempts. */
export function attemptOf({ interaction }: InteractionRequest, { user }: AtSecondFactor): Budget[] {
  return [
    ["secondFactorByFlow", interaction.id],
    ["secondFactorByAccount", user.id],
    ["secondFactorByAccountAndDay", user.id],
  ];
}

export async function recordFactor(
  request: PageRequest & { interaction?: Interaction },
  user: User,
  event: AuditEvent,
  detail: AuditRecord["detail"] = {},
): Promise<void> {
  const checked = /^user\.second_factor_(passed|failed)$/.exec(event);
  if (checked) request.ctx.telemetry.signIn(String(detail.method), checked[1] === "passed" ? "success" : "failure");
  await request.ctx.store.audit.write({
    at: request.now,
    event,
    actor: "user",
    userId: user.id,
    clientId: null,
    grantId: request.interaction?.subject?.id ?? null,
    ip: request.ip,
    detail,
  });
}
