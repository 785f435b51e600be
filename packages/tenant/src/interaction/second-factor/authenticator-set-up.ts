import { OTP } from "../../directory/authentication-methods.ts";
import type { User } from "../../directory/entities.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { Flow } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import { isRecentSignIn, requireRecentSignIn } from "../account/recent-sign-in.ts";
import { onward, signInWithBoth } from "../authentication.ts";
import { choice, PageProblem } from "../form.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { hashRecoveryCode, newRecoveryCodes } from "./recovery-codes.ts";
import { firstFactorOf, owesAnotherWay, recordFactor, signedInWithBoth, toAnotherWay } from "./second-factor.ts";
import { newTotpSecret, readTotpCode, sealTotpSecret, stepOfCode, totpUri, unsealTotpSecret } from "./totp.ts";

interface SettingUp {
  flow: Flow;
  user: User;
  /** The sealed secret of the app that is there. */
  replaces: string | null;
}

/** What will be needed, and a button; or, once that was pressed, what the app has to scan. */
export async function showSetUp(visit: Visit): Promise<Answer> {
  return settingUp(visit, ({ flow, user }) => {
    if (flow.totpSecretSealed === null) return { view: { page: "authenticator_needed", flowId: flow.id } };
    return setUpPage(visit, flow, user, flow.totpSecretSealed, null);
  });
}

export async function startSetUp(visit: Visit): Promise<Answer> {
  return settingUp(visit, async ({ flow, user }) => {
    await putNewSecret(visit, flow, user);
    return { to: pathOf("/second-factor/set-up", flow) };
  });
}

/**
 * The first code proves that the app has the secret; with it the person is signed in. Tries are not counted: whoever
 * sees this page sees the secret.
 */
export async function takeSetUp(visit: Visit): Promise<Answer> {
  return settingUp(visit, async ({ flow, user, replaces }) => {
    const { totpSecretSealed } = flow;
    if (totpSecretSealed === null) return { to: pathOf("/second-factor/set-up", flow) };
    const code = readTotpCode(visit.fields.get("code") ?? "");
    const { ctx, now } = visit;
    const secret = unsealTotpSecret(ctx.sealKey, user.id, totpSecretSealed);
    const step = code === undefined ? undefined : stepOfCode(secret, code, now);
    if (step === undefined) return setUpPage(visit, flow, user, totpSecretSealed, "wrong");

    const codes = newRecoveryCodes();
    const enrolled = await ctx.store.factors.enrolTotp({
      flowId: flow.id,
      sessionId: flow.sessionId,
      userId: user.id,
      secretSealed: totpSecretSealed,
      replaces,
      step,
      recoveryCodeHashes: codes.map((each) => hashRecoveryCode(ctx.sealKey, user.id, each)),
      now,
    });
    // In another tab, this moment.
    if (!enrolled) return toAnotherWay(flow);
    await recordFactor(visit, user, "authenticator.added", { flow });
    await sendSecurityNotification(ctx, user, { kind: "authenticator_added" }, { ip: visit.ip });
    await signInWithBoth(visit, flow, OTP);
    return { view: { page: "recovery_codes", flowId: flow.id, codes } };
  });
}

/** After a reload: what was shown once is not shown again. */
export async function showCodesAgain(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const user = await firstFactorOf(visit, flow);
  if (!user || !signedInWithBoth(visit, flow, user)) return toAnotherWay(flow);
  return { view: { page: "recovery_codes_hidden", flowId: flow.id } };
}

/** "I have saved them" goes on; or a new set. */
export async function takeCodes(visit: Visit): Promise<Answer> {
  const flow = await requireFlow(visit);
  const user = await firstFactorOf(visit, flow);
  if (!user || !signedInWithBoth(visit, flow, user)) return toAnotherWay(flow);
  if (choice(visit.fields, "answer", ["saved", "new"]) === "saved") return onward(visit, flow);
  const refused = await requireRecentSignIn(visit);
  return refused ?? (await newCodes(visit, user, flow.id)) ?? onward(visit, flow);
}

/** The page with a new set; undefined when the authenticator app is gone, for which they would stand in. */
export async function newCodes(visit: Visit, user: User, flowId: string | null): Promise<Answer | undefined> {
  const { ctx } = visit;
  const codes = newRecoveryCodes();
  const hashes = codes.map((code) => hashRecoveryCode(ctx.sealKey, user.id, code));
  if (!(await ctx.store.factors.replaceRecoveryCodes(user.id, hashes, visit.now))) return undefined;
  await recordFactor(visit, user, "recovery_codes.replaced");
  await sendSecurityNotification(ctx, user, { kind: "recovery_codes_replaced" }, { ip: visit.ip });
  return { view: { page: "recovery_codes", flowId, codes } };
}

/** Sealed in the walk until its first code proves it. */
export async function putNewSecret(visit: Visit, flow: Flow, user: User): Promise<void> {
  const { sealKey, store } = visit.ctx;
  const sealed = sealTotpSecret(sealKey, user.id, newTotpSecret());
  const sessionId = visit.session?.id ?? flow.sessionId;
  if (!(await store.sessions.setFlowTotpSecret(flow.id, sessionId, user.id, sealed))) {
    throw new PageProblem({ page: "stale_form" });
  }
}

/** An app is set up on the way to a sign-in that has no other way, or after a recent sign-in with both factors. */
async function settingUp(visit: Visit, step: (at: SettingUp) => Answer | Promise<Answer>): Promise<Answer> {
  const flow = await requireFlow(visit);
  const user = await firstFactorOf(visit, flow);
  if (!user) return { to: pathOf("/sign-in", flow) };
  const at = { flow, user, replaces: (await visit.ctx.store.factors.totpOf(user.id))?.secretSealed ?? null };
  if (signedInWithBoth(visit, flow, user)) {
    return isRecentSignIn(visit) ? step(at) : { view: { page: "sign_in_again", email: user.email } };
  }
  return (await owesAnotherWay(visit, flow, user)) ? toAnotherWay(flow) : step(at);
}

function setUpPage(
  visit: Visit,
  flow: Flow,
  user: User,
  sealed: string,
  problem: Extract<View, { page: "authenticator_set_up" }>["problem"],
): { view: View } {
  const secret = unsealTotpSecret(visit.ctx.sealKey, user.id, sealed);
  const uri = totpUri(secret, { issuer: visit.ctx.config.name, account: user.email });
  return { view: { page: "authenticator_set_up", flowId: flow.id, secret, uri, problem } };
}
