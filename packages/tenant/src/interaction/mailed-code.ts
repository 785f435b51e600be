import { randomInt, randomUUID } from "node:crypto";
import { normalizeEmail } from "../directory/entities.ts";
import { deriveKey, hashSecret, keyedHash, newSecret } from "../kernel/seal.ts";
import type { OutgoingMail } from "../mail/mailer.ts";
import { type Addressed, senderOf } from "../mail/messages.ts";
import type { Flow, MailCodePurpose } from "../storage/store.ts";
import { PageProblem } from "./form.ts";
import { MAIL_CODE_ATTEMPTS, MAIL_CODE_MS } from "./limits.ts";
import type { Visit } from "./page-request.ts";
import { type Charge, charge, giveBack, networkOf } from "./throttle.ts";

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
  /** Or on its way: the queue goes on trying. */
  | { outcome: "sent" }
  | { outcome: "too_many"; retryAt: number }
  /** The mail could not even be kept; the person may ask again. */
  | { outcome: "mail_failed" }
  /** The address's mail server will never take it. */
  | { outcome: "mail_refused" };

/** What was wrong with a code, or with the mail that brings it. */
export type CodeProblem = null | "wrong" | "dead" | "too_many" | "mail_failed";

/** What a page shows that waits for a mailed code. */
export interface AwaitedCode {
  flowId: string;
  email: string;
  minutes: number;
  resent: boolean;
  /** The mail server did not take the mail at once. */
  slow: boolean;
  problem: CodeProblem;
}

/** Who waits for a mail that will not come is told so, whatever was entered: `refused`, it leads back to the address. */
export async function awaitedCode(
  visit: Visit,
  flow: Flow,
  email: string,
  found: CodeProblem | "mail_refused",
  resent = false,
): Promise<AwaitedCode | "refused"> {
  const state = await visit.ctx.store.outbox.stateOfCode(flow.id);
  if (found === "mail_refused" || (state === "failed" && found !== "too_many")) return "refused";
  const problem = state === "expired" && found !== "too_many" ? "mail_failed" : found;
  const minutes = MAIL_CODE_MS / 60_000;
  return { flowId: flow.id, email, minutes, resent, slow: state === "queued", problem };
}

/** Mails a code to an address and binds the flow to it; what was proven in this flow before is forgotten. */
export async function sendCode(visit: Visit, flow: Flow, email: string, kind: CodeKind): Promise<Sent> {
  const charged = await charge(visit, chargesOf(visit, email, kind));
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
  const charged = await charge(visit, chargesOf(visit, email, kind));
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
  if (used === "ok") await giveBack(visit, chargesOf(visit, email, kind));
  return used === "none" ? "dead" : used;
}

function chargesOf(visit: Visit, email: string, { purpose }: CodeKind): Charge[] {
  const whose = hashSecret(normalizeEmail(email));
  if (purpose === "second_factor") return [["secondFactorMail", whose]];
  return [
    ["mailByIp", networkOf(visit.ip)],
    ["mailByAddress", whose],
  ];
}

async function mailCode(visit: Visit, flow: Flow, email: string, kind: CodeKind): Promise<Sent> {
  const { ctx, now, locale } = visit;
  const mailId = randomUUID();
  const expiresAt = now + MAIL_CODE_MS;
  const code = randomInt(100_000_000).toString().padStart(8, "0");
  const sender = senderOf(ctx);
  const about = { to: email, sender, locale, code, minutes: MAIL_CODE_MS / 60_000 };
  const { mail, withCode } = await kind.write(visit, flow, about);
  const kept = await ctx.store.mail.insertCode({
    id: randomUUID(),
    purpose: kind.purpose,
    flowId: flow.id,
    emailNormalized: normalizeEmail(email),
    codeHash: codeHash(visit, flow, email, kind, withCode ? code : newSecret()),
    mailId,
    createdAt: now,
    expiresAt,
  });
  if (!kept) throw new PageProblem({ page: "stale_form" });
  try {
    const outcome = await ctx.mail.send(mail, { id: mailId, expiresAt });
    return { outcome: outcome === "refused" ? "mail_refused" : "sent" };
  } catch (error) {
    ctx.log.error({ err: error }, "a mail could not be kept");
    return { outcome: "mail_failed" };
  }
}

/** Eight digits are too few to be hashed bare; bound to purpose, flow and address, a code proves nothing anywhere else (ASVS 6.6.2). */
function codeHash(visit: Visit, flow: Flow, email: string, kind: CodeKind, code: string): string {
  const bound = `${kind.purpose}:${flow.id}:${normalizeEmail(email)}:${code}`;
  return keyedHash(deriveKey(visit.ctx.sealKey, "mail code"), bound);
}
