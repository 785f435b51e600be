import { type ConsentFacts, owesDetails, requiresSecondFactor } from "../directory/access-rules.ts";
import type { User } from "../directory/entities.ts";
import { firstFactorsOf, hasSecondFactor, type SignInMethod } from "../directory/sign-in-methods.ts";
import { claimGrant } from "../oauth/device-authorization/decisions.ts";
import { addressFor, factsAbout, goTo, type InteractionRequest } from "./interaction.ts";
import { nextStep, type Step, type StepFacts } from "./next-step.ts";
import { type Answer, PageProblem } from "./page-request.ts";
import { approverOf, signInAs } from "./session.ts";

/**
 * The facts of this request; `more` overrides them. They do not include whether a second factor is required: that is
 * checked when a form is sent (`proceed`), and again when tokens are issued.
 */
export function factsOf(request: InteractionRequest, more: Partial<StepFacts> = {}): StepFacts {
  const { interaction, ways, session, user, authorization, userFlow, facts } = request;
  const { subject, email } = interaction;
  const entersCode = subject?.kind === "device" && subject.id === null;
  const entry = more.entry ?? "sign_in";
  const mailed = entry !== "sign_in" && addressFor(interaction, entry) !== undefined;
  return {
    entry,
    address: !mailed ? "missing" : email?.verifiedAt === null ? "unproven" : "proven",
    passwordMissing: ways.password && interaction.newPasswordHash === null,
    signIn: session && user ? { methods: session.methods, authTime: session.authTime ?? session.createdAt } : null,
    takes: userFlow,
    signedInSince: authorization?.signedInSince ?? null,
    accountUnconfirmed: false,
    secondFactorDemanded: false,
    strongFactorDemanded: false,
    secondFactorWays: "unknown",
    // On the code page the app is unknown. Its user flow is checked after the code.
    detailsMissing: !entersCode && user !== undefined && facts.user?.id === user.id && owesDetails(facts),
    subject: entersCode ? "enter_code" : (subject?.kind ?? null),
    addingAuthenticator: interaction.totpSecretSealed !== null,
    answered: false,
    ...more,
  };
}

/**
 * The user proved a first factor. If a second one is required, the session remains unchanged and the interaction
 * remembers the user (ASVS 2.3.1). Otherwise they are signed in. An authenticator app is asked for at every sign-in,
 * even if nothing requires it.
 *
 * @param passed `user`: as read before the factor was verified
 */
export async function passFirstFactor(
  request: InteractionRequest,
  passed: { user: User; method: SignInMethod; keepSignedIn?: boolean; isNew?: boolean },
): Promise<Answer> {
  const { user, method, keepSignedIn = false, isNew = false } = passed;
  const methods = [method];
  const demanded = demandsSecondFactor(request, await factsAbout(request, user, isNew));
  const asked =
    !hasSecondFactor(methods, request.userFlow) && (demanded || (!isNew && (await hasAuthenticator(request, user.id))));
  // Checked here, not by its place in the list: no earlier reason to stop may sign the user in before it.
  if (asked) {
    return askSecondFactor(request, user, { methods, at: request.now, keepSignedIn });
  }
  await signInAs(request, user, { methods, keepSignedIn });
  return proceed(request);
}

/** The user proved the second factor: they are signed in, and continue. */
export async function passSecondFactor(request: InteractionRequest, user: User, method: SignInMethod): Promise<Answer> {
  await signInWithBoth(request, user, method);
  return proceed(request);
}

/** The resulting session has both methods, the time of the first, and a new ID (ASVS 7.2.4). */
export async function signInWithBoth(request: InteractionRequest, user: User, method: SignInMethod): Promise<void> {
  const { id, keepSignedIn, firstFactor } = request.interaction;
  if (!firstFactor) throw new PageProblem({ page: "stale_form" });
  const methods = [...firstFactor.methods, method];
  await signInAs(request, user, { methods, keepSignedIn, authTime: firstFactor.at, interactionId: id });
}

/** Redirects a signed-in user who sent a form to their next step. */
export async function proceed(request: InteractionRequest): Promise<Answer> {
  return takeStep(request, await decideStep(request));
}

/** The next step for the session of this browser, including a second factor. */
export async function decideStep(request: InteractionRequest, more: Partial<StepFacts> = {}): Promise<Step> {
  const { user } = request;
  const secondFactorDemanded = user !== undefined && demandsSecondFactor(request, await factsAbout(request, user));
  return nextStep(factsOf(request, { secondFactorDemanded, ...more }));
}

/**
 * Does what a step requires, and redirects to its page. A device's grant is claimed for this user before the page shows
 * the request. The same page says how it ended, and why it was refused.
 */
export async function takeStep(request: InteractionRequest, step: Step): Promise<Answer> {
  if (step.name === "second_factor") return stepUp(request);
  const approver = approverOf(request);
  const { grant } = request;
  if (step.name === "device_consent" && approver && grant) {
    await claimGrant(request.ctx, grant, approver, await factsAbout(request, approver.user));
  }
  return stepPage(request, step);
}

/** Already signed in with one factor: the session's factor is the first of this interaction. */
export async function stepUp(request: InteractionRequest): Promise<{ to: string }> {
  const { session, user } = request;
  if (!session || !user) return goTo(request, "/sign-in");
  const at = session.authTime ?? session.createdAt;
  const methods = firstFactorsOf(session.methods);
  return askSecondFactor(request, user, { methods, at, keepSignedIn: session.keepSignedIn });
}

/** The page of a step. */
export function stepPage(request: Pick<InteractionRequest, "interaction">, { name, path }: Step): { to: string } {
  const isOver = name === "account" || name === "console" || name === "enter_code";
  return isOver ? { to: path } : goTo(request, path);
}

/** The console demands one of every administrator, whatever the tenant demands elsewhere. */
const demandsSecondFactor = ({ interaction, grant, authorization }: InteractionRequest, facts: ConsentFacts): boolean =>
  interaction.subject?.kind === "console" || requiresSecondFactor(facts, (grant ?? authorization)?.requested);

async function hasAuthenticator({ ctx }: InteractionRequest, userId: string): Promise<boolean> {
  return (await ctx.store.factors.totpOf(userId)) !== undefined;
}

async function askSecondFactor(
  request: InteractionRequest,
  { id: userId, credentialsVersion }: User,
  by: { methods: SignInMethod[]; at: number; keepSignedIn: boolean },
): Promise<{ to: string }> {
  const { id, sessionId } = request.interaction;
  const passed = { userId, credentialsVersion, ...by };
  if (!(await request.ctx.store.sessions.setFirstFactor(id, sessionId, passed))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return goTo(request, "/second-factor");
}
