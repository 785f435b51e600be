import { isEmailAddress } from "../../directory/identity.ts";
import { checkPassword, hashPassword, type PasswordProblem } from "../../directory/password.ts";
import { sendSecurityNotification } from "../../mail/security-notifications.ts";
import type { Flow } from "../../storage/store.ts";
import type { View } from "../../ui/view.ts";
import { accountCode } from "../account/account-code.ts";
import { freshCookie } from "../browser-cookie.ts";
import { awaitedCode, type CodeProblem, resendCode, sendCode, useCode } from "../mailed-code.ts";
import { type Answer, pathOf, requireFlow, type Visit } from "../page-request.ts";
import { openFlow } from "../session.ts";
import { requireWay } from "../sign-in/ways-in.ts";

type AddressProblem = Extract<View, { page: "reset_email" }>["problem"];

const resetCode = accountCode("reset");

export async function showReset(visit: Visit): Promise<Answer> {
  if (fromOutside(visit)) return { view: { page: "reset_email", flowId: "", email: "", problem: null } };
  const flow = await requireResetFlow(visit);
  return addressPage(flow, flow.email ?? "", null);
}

export async function takeReset(visit: Visit): Promise<Answer> {
  const flow = fromOutside(visit) ? await openFlow(visit, null, "account") : await requireResetFlow(visit);
  const email = (visit.fields.get("email") ?? "").trim();
  if (!isEmailAddress(email)) return addressPage(flow, email, "invalid");
  const sent = await sendCode(visit, flow, email, resetCode);
  if (sent.outcome === "too_many") return { ...addressPage(flow, email, "too_many"), retryAt: sent.retryAt };
  if (sent.outcome !== "sent") return addressPage(flow, email, sent.outcome);
  return { to: pathOf("/reset/code", flow) };
}

export async function showResetCode(visit: Visit): Promise<Answer> {
  const { flow, email, step } = await resetAt(visit);
  if (step !== "/reset/code") return { to: pathOf(step, flow) };
  return codePage(visit, flow, email, null, visit.fields.has("resent"));
}

export async function takeResetCode(visit: Visit): Promise<Answer> {
  const { flow, email, step } = await resetAt(visit);
  if (step !== "/reset/code") return { to: pathOf(step, flow) };
  const used = await useCode(visit, flow, email, resetCode);
  return used === "ok" ? { to: pathOf("/reset/password", flow) } : codePage(visit, flow, email, used);
}

export async function resendResetCode(visit: Visit): Promise<Answer> {
  const { flow, email, step } = await resetAt(visit);
  if (step !== "/reset/code") return { to: pathOf(step, flow) };
  const sent = await resendCode(visit, flow, email, resetCode);
  if (sent.outcome === "too_many")
    return { ...(await codePage(visit, flow, email, "too_many")), retryAt: sent.retryAt };
  if (sent.outcome !== "sent") return codePage(visit, flow, email, sent.outcome);
  return { to: `${pathOf("/reset/code", flow)}&resent=1` };
}

export async function showResetPassword(visit: Visit): Promise<Answer> {
  const { flow, email, step } = await resetAt(visit);
  return step === "/reset/password" ? passwordPage(flow, email, null) : { to: pathOf(step, flow) };
}

/**
 * The mailbox alone signs nobody in: with the new password the person goes through sign-in, and meets the second factor
 * they had before (ASVS 6.4.3).
 */
export async function takeResetPassword(visit: Visit): Promise<Answer> {
  const { flow, email, step } = await resetAt(visit);
  if (step !== "/reset/password") return { to: pathOf(step, flow) };
  const password = visit.fields.get("password") ?? "";
  const problem = await checkPassword(password, { email, tenantName: visit.ctx.config.name });
  if (problem) return passwordPage(flow, email, problem);
  const user = await visit.ctx.store.sessions.resetPassword({
    flowId: flow.id,
    sessionId: flow.sessionId,
    passwordHash: await hashPassword(password),
    now: visit.now,
    audit: {
      at: visit.now,
      event: "user.password_reset",
      actor: "user",
      clientId: null,
      grantId: flow.grantId,
      ip: visit.ip,
      detail: {},
    },
  });
  // Used in another tab, or the account was disabled meanwhile.
  if (!user) return { to: pathOf("/reset", flow) };
  await sendSecurityNotification(visit.ctx, user, { kind: "password_changed" }, { ip: visit.ip });
  return { to: `${pathOf("/sign-in", await flowAfter(visit, flow, user.id))}&changed=1` };
}

/** All sessions of the account ended. If this browser's was one of them, the walk goes on in a new one, of nobody. */
async function flowAfter(visit: Visit, flow: Flow, userId: string): Promise<Flow> {
  if (visit.user?.id !== userId) return flow;
  visit.cookie = freshCookie();
  visit.session = undefined;
  visit.user = undefined;
  return openFlow(visit, flow.grantId, flow.intent);
}

/** By the page's plain address, as mails and the page after "this wasn't me" have it: the walk begins with the form. */
function fromOutside({ fields }: Visit): boolean {
  return (fields.get("flow") ?? "") === "";
}

async function requireResetFlow(visit: Visit): Promise<Flow> {
  const flow = await requireFlow(visit);
  await requireWay(visit, flow, "password");
  return flow;
}

/** Where this reset stands; a page out of turn leads there (ASVS 2.3.1). */
async function resetAt(
  visit: Visit,
): Promise<{ flow: Flow; email: string; step: "/reset" | "/reset/code" | "/reset/password" }> {
  const flow = await requireResetFlow(visit);
  const { email, emailPurpose, emailVerifiedAt } = flow;
  if (email === null || emailPurpose !== "reset") return { flow, email: "", step: "/reset" };
  return { flow, email, step: emailVerifiedAt === null ? "/reset/code" : "/reset/password" };
}

function addressPage(flow: Flow, email: string, problem: AddressProblem): { view: View } {
  return { view: { page: "reset_email", flowId: flow.id, email: email.slice(0, 254), problem } };
}

async function codePage(
  visit: Visit,
  flow: Flow,
  email: string,
  problem: CodeProblem | "mail_refused",
  resent = false,
): Promise<{ view: View }> {
  const code = await awaitedCode(visit, flow, email, problem, resent);
  if (code === "refused") return addressPage(flow, email, "mail_refused");
  return { view: { page: "reset_code", ...code } };
}

function passwordPage(flow: Flow, email: string, problem: PasswordProblem | null): { view: View } {
  return { view: { page: "reset_password", flowId: flow.id, email, problem } };
}
