import { owesDetails, requiresSecondFactor } from "../directory/access-rules.ts";
import type { User } from "../directory/entities.ts";
import { firstFactorsOf, hasSecondFactor, type SignInMethod } from "../directory/sign-in-methods.ts";
import { claimGrant } from "../oauth/device-authorization/decisions.ts";
import { addressFor, factsAbout, goTo, type InteractionRequest } from "./interaction.ts";
import { nextStep, type Step, type StepFacts } from "./next-step.ts";
import { type Answer, PageProblem } from "./page-request.ts";
import { approverOf, signInAs } from "./session.ts";

/**
 * The facts of this request; `more` overrides them. Whether a second factor is owed is not among them: it is asked where
 * a form was sent (`proceed`), and again by whatever issues tokens.
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
    // On the code page the app is not known yet; its own user flow asks after the code.
    detailsMissing: !entersCode && user !== undefined && facts.user?.id === user.id && owesDetails(facts),
    subject: entersCode ? "enter_code" : (subject?.kind ?? null),
    addingAuthenticator: interaction.totpSecretSealed !== null,
    answered: false,
    ...more,
  };
}

/**
 * The person proved a first factor. Where a second one is asked for, the session stays as it is and the interaction
 * remembers who it is (ASVS 2.3.1); else they are signed in. An authenticator app is asked for at every sign-in, also
 * where nothing demands it.
 *
 * @param passed `user`: as read before what they showed was verified
 */
export async function passFirstFactor(
  request: InteractionRequest,
  passed: { user: User; method: SignInMethod; keepSignedIn?: boolean; isNew?: boolean },
): Promise<Answer> {
  const { user, method, keepSignedIn = false, isNew = false } = passed;
  const methods = [method];
  const demanded = requiresSecondFactor(await factsAbout(request, user, isNew), askedIn(request));
  const asked =
    !hasSecondFactor(methods, request.userFlow) && (demanded || (!isNew && (await hasAuthenticator(request, user.id))));
  // Asked here, not by its place in the list: no other reason to stop may sign anybody in before it.
  if (asked) {
    return askSecondFactor(request, user, { methods, at: request.now, keepSignedIn });
  }
  await signInAs(request, user, { methods, keepSignedIn });
  return proceed(request);
}

/** The person proved the second factor: they are signed in, and go on. */
export async function passSecondFactor(request: InteractionRequest, user: User, method: SignInMethod): Promise<Answer> {
  await signInWithBoth(request, user, method);
  return proceed(request);
}

/** The session that comes of it has both methods, the time of the first, and a new id (ASVS 7.2.4). */
export async function signInWithBoth(request: InteractionRequest, user: User, method: SignInMethod): Promise<void> {
  const { id, keepSignedIn, firstFactor } = request.interaction;
  if (!firstFactor) throw new PageProblem({ page: "stale_form" });
  const methods = [...firstFactor.methods, method];
  await signInAs(request, user, { methods, keepSignedIn, authTime: firstFactor.at, interactionId: id });
}

/** Leads a signed-in person who sent a form to their next step. */
export async function proceed(request: InteractionRequest): Promise<Answer> {
  return takeStep(request, await decideStep(request));
}

/** The next step by this browser's session, a second factor included. */
export async function decideStep(request: InteractionRequest, more: Partial<StepFacts> = {}): Promise<Step> {
  const { user } = request;
  const secondFactorDemanded =
    user !== undefined && requiresSecondFactor(await factsAbout(request, user), askedIn(request));
  return nextStep(factsOf(request, { secondFactorDemanded, ...more }));
}

/**
 * Does what a step needs, and leads to its page. A device's grant becomes this person's before the page says what it
 * asks; that page says too how it ended, and why it was refused.
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

/** Signed in already, by one factor: the session's own is the first of this interaction. */
export async function stepUp(request: InteractionRequest): Promise<Answer> {
  const { session, user } = request;
  if (!session || !user) return goTo(request, "/sign-in");
  const at = session.authTime ?? session.createdAt;
  const methods = firstFactorsOf(session.methods);
  return askSecondFactor(request, user, { methods, at, keepSignedIn: session.keepSignedIn });
}

/** The page of a step. */
export function stepPage(request: Pick<InteractionRequest, "interaction">, { name, path }: Step): { to: string } {
  return name === "account" || name === "enter_code" ? { to: path } : goTo(request, path);
}

const askedIn = ({ grant, authorization }: InteractionRequest) => (grant ?? authorization)?.requested;

async function hasAuthenticator({ ctx }: InteractionRequest, userId: string): Promise<boolean> {
  return (await ctx.store.factors.totpOf(userId)) !== undefined;
}

async function askSecondFactor(
  request: InteractionRequest,
  { id: userId, credentialsVersion }: User,
  by: { methods: SignInMethod[]; at: number; keepSignedIn: boolean },
): Promise<Answer> {
  const { id, sessionId } = request.interaction;
  const passed = { userId, credentialsVersion, ...by };
  if (!(await request.ctx.store.sessions.setFirstFactor(id, sessionId, passed))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return goTo(request, "/second-factor");
}
