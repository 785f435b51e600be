import { claimGrant } from "../device-grant/decisions.ts";
import type { App, User } from "../directory/entities.ts";
import { MFA, requiresMfa } from "../directory/mfa-requirement.ts";
import type { Flow } from "../stores/contract.ts";
import { deciderOf } from "./decider.ts";
import { PageProblem } from "./form.ts";
import { signInAs } from "./session.ts";
import { type Answer, pathOf, type Visit } from "./visit.ts";

/**
 * A first factor was proven. The session stays as it is where a second one is owed; the walk remembers who it is
 * (ASVS 2.3.1), and only then does anybody get signed in.
 */
export async function passFirstFactor(
  visit: Visit,
  flow: Flow,
  passed: { user: User; amr: string[]; keepSignedIn?: boolean },
): Promise<Answer> {
  const { user, amr, keepSignedIn = false } = passed;
  if (!(await owesSecondFactor(visit, flow, user, amr))) {
    await signInAs(visit, user, amr, keepSignedIn);
    return onward(visit, flow);
  }
  return askSecondFactor(visit, flow, user, amr, keepSignedIn);
}

/** The second factor was proven: the session that comes of it has both methods, and a new id (ASVS 7.2.4). */
export async function passSecondFactor(visit: Visit, flow: Flow, method: string): Promise<Answer> {
  const user = flow.userId === null ? undefined : await visit.ctx.store.directory.findUser(flow.userId);
  if (!user || user.disabledAt !== null) throw new PageProblem({ page: "stale_form" });
  await signInAs(visit, user, [...new Set([...flow.amr, method, MFA])], flow.keepSignedIn);
  return onward(visit, flow);
}

/** Where a walk leads whose person is signed in: their account's page, or the device's question. */
export async function onward(visit: Visit, flow: Flow): Promise<Answer> {
  if (flow.intent === "account") return { to: "/me" };
  return claimAndConfirm(visit, flow);
}

/** The grant becomes this person's, and the next page says what it asks, or how it ended; never before a second factor that it needs. */
export async function claimAndConfirm(visit: Visit, flow: Flow): Promise<Answer> {
  const decider = deciderOf(visit);
  if (!decider) return { to: pathOf("/sign-in", flow) };
  if (flow.grantId === null) return { to: "/device" };
  if (await owesSecondFactor(visit, flow, decider.user, decider.amr)) {
    return askSecondFactor(visit, flow, decider.user, decider.amr, false);
  }
  await claimGrant(visit.ctx, flow.grantId, decider);
  return { to: pathOf("/confirm", flow) };
}

/** The app that the walk is about; undefined for the account page. */
export async function appOf(visit: Visit, flow: Flow): Promise<App | undefined> {
  const { store } = visit.ctx;
  const grant = flow.grantId === null ? undefined : await store.grants.findById(flow.grantId);
  return grant && store.directory.findApp(grant.clientId);
}

async function owesSecondFactor(visit: Visit, flow: Flow, user: User, amr: string[]): Promise<boolean> {
  if (amr.includes(MFA)) return false;
  return requiresMfa(visit.ctx.store, await appOf(visit, flow), user.id);
}

async function askSecondFactor(
  visit: Visit,
  flow: Flow,
  user: User,
  amr: string[],
  keepSignedIn: boolean,
): Promise<Answer> {
  const passed = { userId: user.id, amr, at: visit.now, keepSignedIn };
  if (!(await visit.ctx.store.sessions.setFlowFirstFactor(flow.id, flow.sessionId, passed))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return { to: pathOf("/second-factor", flow) };
}
