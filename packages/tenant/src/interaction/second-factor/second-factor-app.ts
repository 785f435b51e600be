import { OTP } from "../../directory/authentication-methods.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { View } from "../../ui/view.ts";
import { passSecondFactor } from "../authentication.ts";
import type { Answer, Visit } from "../page-request.ts";
import { charge, giveBack } from "../throttle.ts";
import { hashRecoveryCode, readRecoveryCode } from "./recovery-codes.ts";
import { type AtSecondFactor, atSecondFactor, attemptOf, recordFactor, toAnotherWay } from "./second-factor.ts";
import { readTotpCode, stepOfCode, unsealTotpSecret } from "./totp.ts";

type AppProblem = Extract<View, { page: "second_factor_app" }>["problem"];
type RecoveryProblem = Extract<View, { page: "second_factor_recovery" }>["problem"];

export async function showAppCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, (at) => (at.ways.app ? appPage(at, null) : toAnotherWay(at.flow)));
}

export async function takeAppCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, async (at) => {
    const { flow, user } = at;
    const { factors } = visit.ctx.store;
    const totp = await factors.totpOf(user.id);
    if (!totp) return toAnotherWay(flow);
    const code = readTotpCode(visit.fields.get("code") ?? "");
    // Not six digits: a slip of the keyboard that costs no attempt, because it could never have been right.
    if (code === undefined) return appPage(at, "wrong");
    const charges = attemptOf(at);
    const charged = await charge(visit, charges);
    if (!charged.allowed) return { ...appPage(at, "too_many"), retryAt: charged.retryAt };

    const secret = unsealTotpSecret(visit.ctx.sealKey, user.id, totp.secretSealed);
    const step = stepOfCode(secret, code, visit.now);
    if (step === undefined || !(await factors.useTotpStep(totp, step))) {
      await recordFactor(visit, user, "user.second_factor_failed", { flow, detail: { method: "app" } });
      return appPage(at, step === undefined ? "wrong" : "used");
    }
    await giveBack(visit, charges);
    await recordFactor(visit, user, "user.second_factor_passed", { flow, detail: { method: "app" } });
    return passSecondFactor(visit, flow, OTP);
  });
}

export async function showRecovery(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, (at) => (at.ways.recovery ? recoveryPage(at, null) : toAnotherWay(at.flow)));
}

export async function takeRecovery(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, async (at) => {
    const { flow, user } = at;
    if (!at.ways.recovery) return toAnotherWay(flow);
    const code = readRecoveryCode(visit.fields.get("code") ?? "");
    if (code === undefined) return recoveryPage(at, "wrong");
    const charges = attemptOf(at);
    const charged = await charge(visit, charges);
    if (!charged.allowed) return { ...recoveryPage(at, "too_many"), retryAt: charged.retryAt };

    const { ctx } = visit;
    const hash = hashRecoveryCode(ctx.sealKey, user.id, code);
    const used = await ctx.store.factors.useRecoveryCode(user.id, hash, visit.now);
    if (!used) {
      await recordFactor(visit, user, "user.second_factor_failed", { flow, detail: { method: "recovery_code" } });
      return recoveryPage(at, "wrong");
    }
    await giveBack(visit, charges);
    const detail = { method: "recovery_code", left: used.left };
    await recordFactor(visit, user, "user.second_factor_passed", { flow, detail });
    await sendSecurityNotification(ctx, user, { kind: "recovery_code_used", left: used.left }, { ip: visit.ip });
    return passSecondFactor(visit, flow, OTP);
  });
}

function appPage({ flow, ways }: AtSecondFactor, problem: AppProblem): { view: View } {
  const others = { byRecovery: ways.recovery, byPasskey: ways.passkey !== null };
  return { view: { page: "second_factor_app", flowId: flow.id, ...others, problem } };
}

function recoveryPage({ flow }: AtSecondFactor, problem: RecoveryProblem): { view: View } {
  return { view: { page: "second_factor_recovery", flowId: flow.id, problem } };
}
