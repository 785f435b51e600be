import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { View } from "../../ui/view.ts";
import type { InteractionRequest } from "../interaction.ts";
import type { Answer } from "../page-request.ts";
import { passSecondFactor } from "../proceed.ts";
import { consume, refund } from "../throttle.ts";
import {
  readRecoveryCode,
  readTotpCode,
  recoveryCodeHashes,
  stepOfCode,
  unsealTotpSecret,
} from "./authenticator-codes.ts";
import { type AtSecondFactor, atSecondFactor, attemptOf, recordFactor, toAnotherWay } from "./second-factor.ts";

type AppProblem = Extract<View, { page: "second_factor_app" }>["problem"];
type RecoveryProblem = Extract<View, { page: "second_factor_recovery" }>["problem"];

export async function getAppCode(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, (at) => (at.ways.app ? appPage(request, at, null) : toAnotherWay(request)));
}

export async function postAppCode(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, async (at) => {
    const { user } = at;
    const { factors } = request.ctx.store;
    const totp = await factors.totpOf(user.id);
    if (!totp) return toAnotherWay(request);
    const code = readTotpCode(request.fields.get("code") ?? "");
    // Not six digits: a typo that costs no attempt, because it could never be right.
    if (code === undefined) return appPage(request, at, "wrong");
    const budgets = attemptOf(request, at);
    const consumed = await consume(request, budgets);
    if (!consumed.allowed) return { ...appPage(request, at, "too_many"), retryAt: consumed.retryAt };

    const secret = unsealTotpSecret(request.ctx.sealKey, user.id, totp.secretSealed);
    const step = stepOfCode(secret, code, request.now);
    if (step === undefined || !(await factors.useTotpStep(totp, step))) {
      await recordFactor(request, user, "user.second_factor_failed", { method: "app" });
      return appPage(request, at, step === undefined ? "wrong" : "used");
    }
    await refund(request, budgets);
    await recordFactor(request, user, "user.second_factor_passed", { method: "app" });
    return passSecondFactor(request, user, "totp");
  });
}

export async function getRecovery(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, (at) => (at.ways.recovery ? recoveryPage(request, null) : toAnotherWay(request)));
}

export async function postRecovery(request: InteractionRequest): Promise<Answer> {
  return atSecondFactor(request, async (at) => {
    const { user } = at;
    if (!at.ways.recovery) return toAnotherWay(request);
    const code = readRecoveryCode(request.fields.get("code") ?? "");
    if (code === undefined) return recoveryPage(request, "wrong");
    const budgets = attemptOf(request, at);
    const consumed = await consume(request, budgets);
    if (!consumed.allowed) return { ...recoveryPage(request, "too_many"), retryAt: consumed.retryAt };

    const { ctx } = request;
    const used = await useRecoveryCode(request, user.id, code);
    if (!used) {
      await recordFactor(request, user, "user.second_factor_failed", { method: "recovery_code" });
      return recoveryPage(request, "wrong");
    }
    await refund(request, budgets);
    const detail = { method: "recovery_code", left: used.left };
    await recordFactor(request, user, "user.second_factor_passed", detail);
    await sendSecurityNotification(ctx, user, { kind: "recovery_code_used", left: used.left }, { ip: request.ip });
    return passSecondFactor(request, user, "recovery_code");
  });
}

async function useRecoveryCode({ ctx, now }: InteractionRequest, userId: string, code: string) {
  for (const hash of recoveryCodeHashes(ctx.sealKey, userId, code)) {
    const used = await ctx.store.factors.useRecoveryCode(userId, hash, now);
    if (used) return used;
  }
  return undefined;
}

function appPage({ interaction }: InteractionRequest, { ways }: AtSecondFactor, problem: AppProblem): { view: View } {
  const others = { byRecovery: ways.recovery, byPasskey: ways.passkey !== null };
  return { view: { page: "second_factor_app", flowId: interaction.id, ...others, problem } };
}

function recoveryPage({ interaction }: InteractionRequest, problem: RecoveryProblem): { view: View } {
  return { view: { page: "second_factor_recovery", flowId: interaction.id, problem } };
}
