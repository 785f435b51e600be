import { randomInt, randomUUID } from "node:crypto";
import { normalizeEmail } from "../directory/entities.ts";
import type { MailOutcome } from "../mail/mail-queue.ts";
import { secondFactorCodeMail } from "../mail/messages.ts";
import type { View } from "../pages/view.ts";
import { deriveKey, hashSecret, keyedHash } from "../tokens/seal.ts";
import { passSecondFactor } from "./authentication.ts";
import { PageProblem } from "./form.ts";
import { MAIL_CODE_ATTEMPTS, MAIL_CODE_MS } from "./limits.ts";
import { type AtSecondFactor, atSecondFactor, OTP, recordFactor, toAnotherWay } from "./second-factor.ts";
import { charge, networkOf } from "./throttle.ts";
import { type Answer, pathOf, type Visit } from "./visit.ts";

type Problem = Extract<View, { page: "second_factor_email" }>["problem"];

/** Nothing is mailed by looking; the page has a button for it. */
export async function showEmailCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, (at) => {
    if (!at.ways.email) return toAnotherWay(at.flow);
    return emailPage(visit, at, null, { sent: wasSent(at), resent: visit.fields.has("resent") });
  });
}

/** The first code, or another one: not at once, and then ever less often. */
export async function sendEmailCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, async (at) => {
    const { flow, user, ways } = at;
    if (!ways.email) return toAnotherWay(flow);
    const sent = wasSent(at);
    const paced = sent
      ? await charge(visit, [
          ["resendSoon", flow.id],
          ["resendLater", flow.id],
        ])
      : ({ allowed: true } as const);
    if (!paced.allowed) return { ...(await emailPage(visit, at, "too_many", { sent })), retryAt: paced.retryAt };
    const charged = await charge(visit, [
      ["mailByIp", networkOf(visit.ip)],
      ["mailByAddress", hashSecret(user.emailNormalized)],
    ]);
    if (!charged.allowed) return { ...(await emailPage(visit, at, "too_many", { sent })), retryAt: charged.retryAt };
    if ((await mailCode(visit, at)) === "failed") return emailPage(visit, at, "mail_failed", { sent });
    return { to: `${pathOf("/second-factor/email", flow)}${sent ? "&resent=1" : ""}` };
  });
}

export async function takeEmailCode(visit: Visit): Promise<Answer> {
  return atSecondFactor(visit, async (at) => {
    const { flow, user, ways } = at;
    if (!ways.email) return toAnotherWay(flow);
    if (!wasSent(at)) return { to: pathOf("/second-factor/email", flow) };
    const code = (visit.fields.get("code") ?? "").slice(0, 64).replace(/[\s-]/g, "");
    // Not eight digits: a slip of the keyboard that costs no attempt, because it could never have been right.
    if (!/^\d{8}$/.test(code)) return emailPage(visit, at, "wrong", { sent: true });
    const used = await visit.ctx.store.mail.useCode({
      flowId: flow.id,
      sessionId: flow.sessionId,
      purpose: "second_factor",
      codeHash: codeHash(visit, at, code),
      maxAttempts: MAIL_CODE_ATTEMPTS,
      now: visit.now,
    });
    const event = used === "ok" ? "user.second_factor_passed" : "user.second_factor_failed";
    await recordFactor(visit, user, event, { flow, detail: { method: "email" } });
    if (used !== "ok") return emailPage(visit, at, used === "wrong" ? "wrong" : "dead", { sent: true });
    return passSecondFactor(visit, flow, OTP);
  });
}

/** A code was mailed to this person in this walk, and to no other. */
function wasSent({ flow, user }: AtSecondFactor): boolean {
  return flow.emailPurpose === "second_factor" && normalizeEmail(flow.email ?? "") === user.emailNormalized;
}

/** `failed` when the mail could not even be kept. */
async function mailCode(visit: Visit, at: AtSecondFactor): Promise<MailOutcome | "failed"> {
  const { ctx, now, locale } = visit;
  const { flow, user } = at;
  const code = randomInt(100_000_000).toString().padStart(8, "0");
  const mailId = randomUUID();
  const expiresAt = now + MAIL_CODE_MS;
  const kept =
    (await ctx.store.sessions.setFlowEmail(flow.id, flow.sessionId, user.email, "second_factor")) &&
    (await ctx.store.mail.insertCode({
      id: randomUUID(),
      purpose: "second_factor",
      flowId: flow.id,
      emailNormalized: user.emailNormalized,
      codeHash: codeHash(visit, at, code),
      mailId,
      createdAt: now,
      expiresAt,
    }));
  if (!kept) throw new PageProblem({ page: "stale_form" });
  const about = { to: user.email, tenantName: ctx.config.name, locale, code, minutes: MAIL_CODE_MS / 60_000 };
  try {
    return await ctx.mail.send(secondFactorCodeMail(about), { id: mailId, expiresAt });
  } catch (error) {
    ctx.log.error({ err: error }, "a mail could not be kept");
    return "failed";
  }
}

/** Bound to walk, person and purpose: a code proves nothing anywhere else (ASVS 6.6.2). */
function codeHash({ ctx }: Visit, { flow, user }: AtSecondFactor, code: string): string {
  return keyedHash(
    deriveKey(ctx.sealKey, "second factor code"),
    `${flow.id}:${user.id}:${user.emailNormalized}:${code}`,
  );
}

/** Who waits for a mail that will not come is told so, whatever was entered. */
async function emailPage(
  visit: Visit,
  { flow, user, ways }: AtSecondFactor,
  found: Problem,
  { sent, resent = false }: { sent: boolean; resent?: boolean },
): Promise<{ view: View }> {
  const state = sent ? await visit.ctx.store.outbox.stateOfCode(flow.id) : undefined;
  const lost = state === "failed" ? "mail_refused" : state === "expired" ? "mail_failed" : null;
  return {
    view: {
      page: "second_factor_email",
      flowId: flow.id,
      email: user.email,
      minutes: MAIL_CODE_MS / 60_000,
      sent: sent && lost !== "mail_refused",
      resent,
      slow: state === "queued",
      byApp: ways.app,
      byRecovery: ways.recovery,
      problem: found === "too_many" ? found : (lost ?? found),
    },
  };
}
