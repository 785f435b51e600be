import { MFA, OTP } from "../../directory/authentication-methods.ts";
import type { User } from "../../directory/entities.ts";
import type { AuditRecord, Flow } from "../../storage/store.ts";
import { userFlowOf } from "../authentication.ts";
import { type Answer, arrivalOf, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { requestOptions } from "../passkeys/passkey-ceremony.ts";
import type { Charge } from "../throttle.ts";

/** How this person can prove who they are a second time, in this walk. */
export interface Ways {
  /** An authenticator app; also where the user flow does not list it, for the person has chosen it. */
  app: boolean;
  /**
   * A mailed code, where the user flow lists it and a mailed code was not the first factor already. Never in an app's
   * stead: the mailbox also resets the password (ASVS 6.4.3), so it would be all that is needed.
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
  flow: Flow;
  user: User;
  ways: Ways;
}

/** What every page of the second factor begins with: the first one was passed in this walk, and nothing since. */
export async function atSecondFactor(
  visit: Visit,
  step: (at: AtSecondFactor) => Answer | Promise<Answer>,
): Promise<Answer> {
  const flow = await requireFlow(visit);
  const user = await firstFactorOf(visit, flow);
  if (!user) return { to: pathOf("/sign-in", flow) };
  if (signedInWithBoth(visit, flow, user)) return { to: arrivalOf(flow) };
  return step({ flow, user, ways: await waysOf(visit, flow, user) });
}

/** Leads to the way that this person has; there is always one, since an app can be set up where nothing else is. */
export async function showSecondFactor(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, ({ flow, ways }) => {
    if (ways.app) return { to: pathOf("/second-factor/app", flow) };
    if (ways.email) return { to: pathOf("/second-factor/email", flow) };
    return { to: pathOf(ways.passkey === null ? "/second-factor/set-up" : "/second-factor/passkey", flow) };
  });
}

/** The page's script asks for it; what the browser answers is a sign-in by passkey, which needs no second factor. */
export async function showPasskeyWay(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, ({ flow, ways }) => {
    if (ways.passkey === null) return toAnotherWay(flow);
    const others = { byApp: ways.app, byEmail: ways.email, byRecovery: ways.recovery };
    return { view: { page: "second_factor_passkey", flowId: flow.id, passkeyOptions: ways.passkey, ...others } };
  });
}

export function toAnotherWay(flow: Flow): Answer {
  return { to: pathOf("/second-factor", flow) };
}

/** Who passed the first factor in this walk. */
export async function firstFactorOf(visit: Visit, flow: Flow): Promise<User | undefined> {
  const user = flow.userId === null ? undefined : await visit.ctx.store.directory.findUser(flow.userId);
  return user?.disabledAt === null ? user : undefined;
}

/** As this person, no earlier than this walk's first factor: a session from before does not spare the second. */
export function signedInWithBoth({ user, session }: Visit, flow: Flow, person: User): boolean {
  if (user?.id !== person.id || !session?.amr.includes(MFA)) return false;
  return (session.authTime ?? 0) >= (flow.firstFactorAt ?? 0);
}

export async function waysOf(visit: Visit, flow: Flow, user: User): Promise<Ways> {
  const { store } = visit.ctx;
  const { mfaMethods } = await userFlowOf(visit, flow);
  const app = (await store.factors.totpOf(user.id)) !== undefined;
  return {
    app,
    email: !app && mfaMethods.includes("email_code") && !flow.amr.includes(OTP),
    recovery: app && (await store.factors.countRecoveryCodes(user.id)) > 0,
    passkey: (await store.passkeys.listOf(user.id)).length > 0 ? requestOptions(visit, flow) : null,
  };
}

/**
 * One factor alone never adds another where a second one can be asked for: with the password alone, a stranger would
 * have a factor of their own.
 */
export async function owesAnotherWay(visit: Visit, flow: Flow, user: User): Promise<boolean> {
  const ways = await waysOf(visit, flow, user);
  return ways.app || ways.email || ways.passkey !== null;
}

/** An attempt counts for the walk and for the person: another walk gives no more of them. */
export function attemptOf({ flow, user }: AtSecondFactor): Charge[] {
  return [
    ["secondFactorByFlow", flow.id],
    ["secondFactorByAccount", user.id],
    ["secondFactorByAccountAndDay", user.id],
  ];
}

export async function recordFactor(
  visit: Visit,
  user: User,
  event: string,
  about: { flow?: Flow; detail?: AuditRecord["detail"] } = {},
): Promise<void> {
  await visit.ctx.store.audit.write({
    at: visit.now,
    event,
    actor: "user",
    userId: user.id,
    clientId: null,
    grantId: about.flow?.grantId ?? null,
    ip: visit.ip,
    detail: about.detail ?? {},
  });
}
