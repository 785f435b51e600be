import type { User } from "../../directory/entities.ts";
import {
  hasSecondFactor,
  isListedSignIn,
  type SignInMethod,
  showedStrongFactor,
} from "../../directory/sign-in-methods.ts";
import type { AuditRecord, Interaction } from "../../storage/store.ts";
import { goTo, type InteractionRequest } from "../interaction.ts";
import { nextStep, type Step, type StepFacts } from "../next-step.ts";
import type { Answer, PageRequest } from "../page-request.ts";
import { requestOptions } from "../passkeys/passkey-ceremony.ts";
import { factsOf, stepPage } from "../proceed.ts";
import type { Budget } from "../throttle.ts";

/** How this person can prove who they are a second time, in this interaction. */
export interface Ways {
  /** An authenticator app; also where the user flow does not list it, for the person has chosen it. */
  app: boolean;
  /**
   * A mailed code, where the user flow lists it and a mailed code was not the first factor already. Never in the stead
   * of an app or a passkey: the mailbox also resets the password (ASVS 6.4.3), so it would be all that is needed.
   */
  email: boolean;
  /** In the app's stead. */
  recovery: boolean;
  /**
   * By itself it is both; what the browser is asked for (WebAuthn's request options), or null. Like the app, also where
   * the user flow does not list it: else a password alone could set up a second factor beside it.
   */
  passkey: string | null;
}

export interface AtSecondFactor {
  user: User;
  ways: Ways;
}

/** What every page of the second factor begins with: the first one was passed in this interaction, and nothing since. */
export async function atSecondFactor(
  request: InteractionRequest,
  page: (at: AtSecondFactor) => Answer | Promise<Answer>,
): Promise<Answer> {
  const user = await firstFactorOf(request);
  const ways = user && (await waysOf(request, user, request.interaction.firstFactor?.methods ?? []));
  const step = stepBetweenFactors(request, user, ways && { strongFactorDemanded: isStrong(ways) });
  return user && ways && step.name === "second_factor" ? page({ user, ways }) : stepPage(request, step);
}

/** Leads to the way that this person has, or to the set-up of one. */
export async function getSecondFactor(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, ({ user, ways }) => {
    const secondFactorWays = hasWay(ways) ? "some" : "none";
    const step = stepBetweenFactors(request, user, { secondFactorWays, strongFactorDemanded: isStrong(ways) });
    if (step.name !== "second_factor") return stepPage(request, step);
    if (ways.app) return goTo(request, "/second-factor/app");
    return goTo(request, ways.email ? "/second-factor/email" : "/second-factor/passkey");
  });
}

/** The next step of this person, who passed the first factor here, or has a session with both since. */
export function stepBetweenFactors(
  request: InteractionRequest,
  user: User | undefined,
  more: Partial<Pick<StepFacts, "secondFactorWays" | "strongFactorDemanded">> = {},
): Step {
  const { firstFactor } = request.interaction;
  const facts = factsOf(request, { secondFactorDemanded: true, ...more });
  const first = user && firstFactor ? { methods: firstFactor.methods, authTime: firstFactor.at } : null;
  if (user && signedInWithBoth(request, user, more.strongFactorDemanded)) return nextStep(facts);
  // Whether the sign-in that comes of it is new enough is asked once there is one.
  return nextStep({ ...facts, signIn: first, signedInSince: null });
}

/** The page's script asks for it; what the browser answers is a sign-in by passkey, which needs no second factor. */
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

/** Who passed the first factor in this interaction. */
export async function firstFactorOf({ interaction, ctx }: InteractionRequest): Promise<User | undefined> {
  const { firstFactor } = interaction;
  const user = firstFactor === null ? undefined : await ctx.store.directory.findUser(firstFactor.userId);
  return user?.disabledAt === null ? user : undefined;
}

/** As this person, no earlier than this interaction's first factor: a session from before does not spare the second. */
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
 * One factor alone never adds another where a second one can be asked for: with the password alone, a stranger would
 * have a factor of their own. `methods`: of the first factor.
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

/** The person has enrolled what proves more than their mailbox does. */
const isStrong = ({ app, passkey }: Ways) => app || passkey !== null;
const hasWay = ({ app, email, passkey }: Ways) => app || email || passkey !== null;

/** An attempt counts for the interaction and for the person: another interaction gives no more of them. */
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
  event: string,
  detail: AuditRecord["detail"] = {},
): Promise<void> {
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
