import { randomInt, randomUUID } from "node:crypto";
import { normalizeEmail } from "../directory/entities.ts";
import type { OutgoingMail } from "../mail/mailer.ts";
import type { Addressed } from "../mail/messages.ts";
import type { Flow, MailCodePurpose } from "../stores/contract.ts";
import { deriveKey, hashSecret, keyedHash, newSecret } from "../tokens/seal.ts";
import { PageProblem } from "./form.ts";
import { MAIL_CODE_ATTEMPTS, MAIL_CODE_MS } from "./limits.ts";
import { charge, networkOf } from "./throttle.ts";
import type { Visit } from "./visit.ts";

/** What a code is mailed for. */
export interface CodeKind {
  purpose: MailCodePurpose;
  /**
   * What goes to the address: the code, or why there is none. Its flow then gets a code that nobody knows, so that the
   * pages, the attempts counted and the work done are the same whether or not the address has an account.
   */
  write(visit: Visit, flow: Flow, about: CodeMail): Promise<{ mail: OutgoingMail; withCode: boolean }>;
}

export interface CodeMail extends Addressed {
  code: string;
  minutes: number;
}

export type Sent =
  | { outcome: "sent" }
  | { outcome: "too_many"; retryAt: number }
  /** The mail did not go out; the person may ask again. */
  | { outcome: "mail_failed" };

/** Mails a code to an address and binds the flow to it; what was proven in this flow before is forgotten. */
export async function sendCode(visit: Visit, flow: Flow, email: string, kind: CodeKind): Promise<Sent> {
  const charged = await chargeMail(visit, email);
  if (!charged.allowed) return { outcome: "too_many", retryAt: charged.retryAt };
  const { sessions } = visit.ctx.store;
  if (!(await sessions.setFlowEmail(flow.id, flow.sessionId, email, kind.purpose))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return mailCode(visit, flow, email, kind);
}

/** "Send a new code": not at once, and then ever less often; the one before it ends. */
export async function resendCode(visit: Visit, flow: Flow, email: string, kind: CodeKind): Promise<Sent> {
  const paced = await charge(visit, [
    ["resendSoon", flow.id],
    ["resendLater", flow.id],
  ]);
  if (!paced.allowed) return { outcome: "too_many", retryAt: paced.retryAt };
  const charged = await chargeMail(visit, email);
  if (!charged.allowed) return { outcome: "too_many", retryAt: charged.retryAt };
  return mailCode(visit, flow, email, kind);
}

/** Uses the code that was typed. Every try at eight digits is counted before it is judged. */
export async function useCode(
  visit: Visit,
  flow: Flow,
  email: string,
  kind: CodeKind,
): Promise<"ok" | "wrong" | "dead"> {
  const code = (visit.fields.get("code") ?? "").slice(0, 64).replace(/[\s-]/g, "");
  // Not eight digits: a slip of the keyboard that costs no attempt, because it could never have been right.
  if (!/^\d{8}$/.test(code)) return "wrong";
  const used = await visit.ctx.store.mail.useCode({
    flowId: flow.id,
    sessionId: flow.sessionId,
    purpose: kind.purpose,
    codeHash: codeHash(visit, flow, email, kind, code),
    maxAttempts: MAIL_CODE_ATTEMPTS,
    now: visit.now,
  });
  return used === "none" ? "dead" : used;
}

function chargeMail(visit: Visit, email: string) {
  return charge(visit, [
    ["mailByIp", networkOf(visit.ip)],
    ["mailByAddress", hashSecret(normalizeEmail(email))],
  ]);
}

async function mailCode(visit: Visit, flow: Flow, email: string, kind: CodeKind): Promise<Sent> {
  const { ctx, now, locale } = visit;
  const code = randomInt(100_000_000).toString().padStart(8, "0");
  const about = { to: email, tenantName: ctx.config.name, locale, code, minutes: MAIL_CODE_MS / 60_000 };
  const { mail, withCode } = await kind.write(visit, flow, about);
  const kept = await ctx.store.mail.insertCode({
    id: randomUUID(),
    purpose: kind.purpose,
    flowId: flow.id,
    emailNormalized: normalizeEmail(email),
    codeHash: codeHash(visit, flow, email, kind, withCode ? code : newSecret()),
    mailId: null,
    createdAt: now,
    expiresAt: now + MAIL_CODE_MS,
  });
  if (!kept) throw new PageProblem({ page: "stale_form" });
  try {
    await ctx.mailer.send(mail);
    return { outcome: "sent" };
  } catch (error) {
    ctx.log.error({ err: error }, "mail could not be sent");
    return { outcome: "mail_failed" };
  }
}

/** Eight digits are too few to be hashed bare; bound to purpose, flow and address, a code proves nothing anywhere else (ASVS 6.6.2). */
function codeHash(visit: Visit, flow: Flow, email: string, kind: CodeKind, code: string): string {
  const bound = `${kind.purpose}:${flow.id}:${normalizeEmail(email)}:${code}`;
  return keyedHash(deriveKey(visit.ctx.sealKey, "mail code"), bound);
}
