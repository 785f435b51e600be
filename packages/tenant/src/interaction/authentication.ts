import { MFA, PWD } from "../directory/authentication-methods.ts";
import type { App, User } from "../directory/entities.ts";
import { DEFAULT_USER_FLOW, type UserFlow } from "../directory/user-flow.ts";
import { demandsSecondFactor } from "../oauth/approval.ts";
import { claimGrant } from "../oauth/device-authorization/decisions.ts";
import type { Flow } from "../storage/store.ts";
import { approverOf } from "./approver.ts";
import { PageProblem } from "./form.ts";
import { type Answer, arrivalOf, pathOf, type Visit } from "./page-request.ts";
import { isKeptSignedIn, signInAs } from "./session.ts";

/**
 * A first factor was proven. The session stays as it is where a second one is owed; the walk remembers who it is
 * (ASVS 2.3.1), and only then does anybody get signed in. Whoever has an authenticator app is asked for it at every
 * sign-in, also where nothing requires it.
 */
export async function passFirstFactor(
  visit: Visit,
  flow: Flow,
  passed: { user: User; amr: string[]; keepSignedIn?: boolean },
): Promise<Answer> {
  const { user, amr, keepSignedIn = false } = passed;
  // As it was verified, or chosen at sign-up a moment ago.
  const password = amr.includes(PWD) && user.passwordHash !== null ? { passwordHash: user.passwordHash } : undefined;
  const asked = (await owesSecondFactor(visit, flow, user, amr)) || (await hasAppToAskFor(visit, user, amr));
  if (!asked) {
    await signInAs(visit, user, { amr, keepSignedIn, standsOn: password });
    return onward(visit, flow);
  }
  return askSecondFactor(visit, flow, { userId: user.id, amr, at: visit.now, keepSignedIn, ...password });
}

/** The second factor was proven: the person is signed in, and goes on where the walk leads. */
export async function passSecondFactor(visit: Visit, flow: Flow, method: string): Promise<Answer> {
  await signInWithBoth(visit, flow, method);
  return onward(visit, flow);
}

/** The session that comes of it has both methods, the time of the first, and a new id (ASVS 7.2.4). */
export async function signInWithBoth(visit: Visit, flow: Flow, method: string): Promise<User> {
  const user = flow.userId === null ? undefined : await visit.ctx.store.directory.findUser(flow.userId);
  if (!user || user.disabledAt !== null) throw new PageProblem({ page: "stale_form" });
  const amr = [...new Set([...flow.amr, method, MFA])];
  const { keepSignedIn, firstFactorAt } = flow;
  await signInAs(visit, user, {
    amr,
    keepSignedIn,
    authTime: firstFactorAt ?? visit.now,
    standsOn: { flowId: flow.id },
  });
  return user;
}

/**
 * Where a walk leads whose person is signed in: to the question of a device or a program, or to their account, by way of
 * the authenticator app that they came to add.
 */
export async function onward(visit: Visit, flow: Flow): Promise<Answer> {
  if (flow.intent === "device") return claimAndConfirm(visit, flow);
  if (flow.intent === "authorization") return askConsent(visit, flow);
  return { to: flow.totpSecretSealed === null ? "/me" : pathOf("/second-factor/set-up", flow) };
}

/** The grant becomes this person's, and the next page says what it asks, or how it ended; never before a second factor that it needs. */
export async function claimAndConfirm(visit: Visit, flow: Flow): Promise<Answer> {
  const approver = approverOf(visit);
  if (!approver) return { to: pathOf("/sign-in", flow) };
  if (flow.grantId === null) return { to: "/device" };
  if (await owesSecondFactor(visit, flow, approver.user, approver.amr)) return stepUp(visit, flow);
  await claimGrant(visit.ctx, flow.grantId, approver);
  return { to: pathOf("/confirm", flow) };
}

/** A program's question; never before a second factor that it needs. */
async function askConsent(visit: Visit, flow: Flow): Promise<Answer> {
  const approver = approverOf(visit);
  if (!approver) return { to: pathOf("/sign-in", flow) };
  if (await owesSecondFactor(visit, flow, approver.user, approver.amr)) return stepUp(visit, flow);
  return { to: arrivalOf(flow) };
}

/** Signed in already, by one factor: the session's own is the first of this walk. */
export async function stepUp(visit: Visit, flow: Flow): Promise<Answer> {
  const { session, user } = visit;
  if (!session || !user) return { to: pathOf("/sign-in", flow) };
  const at = session.authTime ?? session.createdAt;
  return askSecondFactor(visit, flow, {
    userId: user.id,
    amr: session.amr,
    at,
    keepSignedIn: isKeptSignedIn(session),
  });
}

/** The app that the walk is about; undefined for the account page. */
export async function appOf(visit: Visit, flow: Flow): Promise<App | undefined> {
  const clientId = await clientIdOf(visit, flow);
  return clientId === null ? undefined : visit.ctx.store.directory.findApp(clientId);
}

async function clientIdOf(visit: Visit, flow: Flow): Promise<string | null> {
  const { store } = visit.ctx;
  const asking = flow.intent === "authorization" ? store.authorizations.find : store.grants.findById;
  const grant = flow.grantId === null ? undefined : await asking(flow.grantId);
  return grant?.clientId ?? null;
}

/** The user flow of that app, or of the account page. */
export async function userFlowOf(visit: Visit, flow: Flow): Promise<UserFlow> {
  const app = await appOf(visit, flow);
  const own = app?.userFlowId ? await visit.ctx.store.directory.findUserFlow(app.userFlowId) : undefined;
  return own ?? DEFAULT_USER_FLOW;
}

async function owesSecondFactor(visit: Visit, flow: Flow, user: User, amr: string[]): Promise<boolean> {
  if (amr.includes(MFA)) return false;
  return demandsSecondFactor(visit.ctx, { clientId: await clientIdOf(visit, flow), userId: user.id });
}

async function hasAppToAskFor(visit: Visit, user: User, amr: string[]): Promise<boolean> {
  return !amr.includes(MFA) && (await visit.ctx.store.factors.totpOf(user.id)) !== undefined;
}

async function askSecondFactor(
  visit: Visit,
  flow: Flow,
  passed: { userId: string; amr: string[]; at: number; keepSignedIn: boolean; passwordHash?: string },
): Promise<Answer> {
  // The session may be newer than the flow that was read: signing in moves its flows.
  const sessionId = visit.session?.id ?? flow.sessionId;
  if (!(await visit.ctx.store.sessions.setFlowFirstFactor(flow.id, sessionId, passed))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return { to: pathOf("/second-factor", flow) };
}
