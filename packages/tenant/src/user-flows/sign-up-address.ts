import { randomInt, randomUUID } from "node:crypto";
import { normalizeEmail } from "../directory/entities.ts";
import type { MailOutcome } from "../mail/mail-queue.ts";
import { accountExistsMail, signUpCodeMail } from "../mail/messages.ts";
import type { View } from "../pages/view.ts";
import type { Flow } from "../stores/contract.ts";
import { deriveKey, hashSecret, keyedHash, newSecret } from "../tokens/seal.ts";
import { isEmailAddress } from "./email-address.ts";
import { PageProblem } from "./form.ts";
import { MAIL_CODE_ATTEMPTS, MAIL_CODE_MS } from "./limits.ts";
import { requireSignUpFlow, stepOf } from "./sign-up-steps.ts";
import { charge, networkOf } from "./throttle.ts";
import { type Answer, pathOf, type Visit } from "./visit.ts";

type AddressProblem = Extract<View, { page: "sign_up_email" }>["problem"];
type CodeProblem = Extract<View, { page: "sign_up_code" }>["problem"];

export async function showSignUpAddress(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  return addressPage(flow, flow.email ?? "", null);
}

/** Starts sign-up, or starts it again with another address. */
export async function takeSignUpAddress(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  const email = (visit.fields.get("email") ?? "").trim();
  if (!isEmailAddress(email)) return addressPage(flow, email.slice(0, 254), "invalid");
  const charged = await chargeMail(visit, email);
  if (!charged.allowed) return { ...addressPage(flow, email, "too_many"), retryAt: charged.retryAt };
  const { sessions } = visit.ctx.store;
  if (!(await sessions.setFlowEmail(flow.id, flow.sessionId, email, "sign_up")))
    throw new PageProblem({ page: "stale_form" });
  const mailed = await mailCode(visit, flow, email);
  if (mailed === "failed") return addressPage(flow, email, "mail_failed");
  if (mailed === "refused") return addressPage(flow, email, "mail_refused");
  return { to: pathOf("/sign-up/code", flow) };
}

export async function showSignUpCode(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  if (flow.email === null || stepOf(flow) !== "/sign-up/code") return { to: pathOf(stepOf(flow), flow) };
  return codePage(visit, flow, flow.email, null, visit.fields.has("resent"));
}

export async function takeSignUpCode(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  if (flow.email === null || stepOf(flow) !== "/sign-up/code") return { to: pathOf(stepOf(flow), flow) };
  const code = (visit.fields.get("code") ?? "").slice(0, 64).replace(/[\s-]/g, "");
  // Not eight digits: a slip of the keyboard that costs no attempt, because it could never have been right.
  if (!/^\d{8}$/.test(code)) return codePage(visit, flow, flow.email, "wrong", false);
  const used = await visit.ctx.store.mail.useCode({
    flowId: flow.id,
    sessionId: flow.sessionId,
    purpose: "sign_up",
    codeHash: codeHash(visit, flow, flow.email, code),
    maxAttempts: MAIL_CODE_ATTEMPTS,
    now: visit.now,
  });
  if (used === "ok") return { to: pathOf("/sign-up/password", flow) };
  return codePage(visit, flow, flow.email, used === "wrong" ? "wrong" : "dead", false);
}

export async function resendSignUpCode(visit: Visit): Promise<Answer> {
  const flow = await requireSignUpFlow(visit);
  if (flow.email === null || stepOf(flow) !== "/sign-up/code") return { to: pathOf(stepOf(flow), flow) };
  const paced = await charge(visit, [
    ["resendSoon", flow.id],
    ["resendLater", flow.id],
  ]);
  if (!paced.allowed) {
    return { ...(await codePage(visit, flow, flow.email, "too_many", false)), retryAt: paced.retryAt };
  }
  const charged = await chargeMail(visit, flow.email);
  if (!charged.allowed) {
    return { ...(await codePage(visit, flow, flow.email, "too_many", false)), retryAt: charged.retryAt };
  }
  const mailed = await mailCode(visit, flow, flow.email);
  if (mailed === "failed") return codePage(visit, flow, flow.email, "mail_failed", false);
  return { to: `${pathOf("/sign-up/code", flow)}&resent=1` };
}

function chargeMail(visit: Visit, email: string) {
  return charge(visit, [
    ["mailByIp", networkOf(visit.ip)],
    ["mailByAddress", hashSecret(normalizeEmail(email))],
  ]);
}

/**
 * Sends the code; `failed` when its mail could not even be kept. An address that has an account gets a mail saying so,
 * and its flow a code that nobody knows: the pages, the attempts counted and the work done are the same.
 */
async function mailCode(visit: Visit, flow: Flow, email: string): Promise<MailOutcome | "failed"> {
  const { ctx, now, locale } = visit;
  const mailId = randomUUID();
  const expiresAt = now + MAIL_CODE_MS;
  const taken = (await ctx.store.directory.findUserByEmail(normalizeEmail(email))) !== undefined;
  const code = randomInt(100_000_000).toString().padStart(8, "0");
  const kept = await ctx.store.mail.insertCode({
    id: randomUUID(),
    purpose: "sign_up",
    flowId: flow.id,
    emailNormalized: normalizeEmail(email),
    codeHash: codeHash(visit, flow, email, taken ? newSecret() : code),
    mailId,
    createdAt: now,
    expiresAt,
  });
  if (!kept) throw new PageProblem({ page: "stale_form" });
  const tenantName = ctx.config.name;
  const mail = taken
    ? accountExistsMail({ to: email, tenantName, locale })
    : signUpCodeMail({ to: email, tenantName, locale, code, minutes: MAIL_CODE_MS / 60_000 });
  try {
    return await ctx.mail.send(mail, { id: mailId, expiresAt });
  } catch (error) {
    ctx.log.error({ err: error }, "a mail could not be kept");
    return "failed";
  }
}

/** Eight digits are too few to be hashed bare; bound to flow and address, a code proves nothing anywhere else (ASVS 6.6.2). */
function codeHash(visit: Visit, flow: Flow, email: string, code: string): string {
  return keyedHash(deriveKey(visit.ctx.sealKey, "mail code"), `${flow.id}:${normalizeEmail(email)}:${code}`);
}

function addressPage(flow: Flow, email: string, problem: AddressProblem): { view: View } {
  return { view: { page: "sign_up_email", flowId: flow.id, email, problem } };
}

/** Who waits for a mail that will not come is told so, whatever was entered: refused, it leads back to the address. */
async function codePage(
  visit: Visit,
  flow: Flow,
  email: string,
  found: CodeProblem,
  resent: boolean,
): Promise<{ view: View }> {
  const state = await visit.ctx.store.outbox.stateOfCode(flow.id);
  if (state === "failed" && found !== "too_many") return addressPage(flow, email, "mail_refused");
  const problem = state === "expired" && found !== "too_many" ? "mail_failed" : found;
  const minutes = MAIL_CODE_MS / 60_000;
  return { view: { page: "sign_up_code", flowId: flow.id, email, minutes, resent, slow: state === "queued", problem } };
}
