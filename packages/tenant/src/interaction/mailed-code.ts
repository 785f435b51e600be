import { randomInt, randomUUID } from "node:crypto";
import { normalizeEmail } from "../directory/entities.ts";
import { deriveKey, hashSecret, keyedHash, newSecret } from "../kernel/seal.ts";
import { takeMail } from "../mail/mail-budget.ts";
import type { OutgoingMail } from "../mail/mailer.ts";
import { type Addressed, codeMail, noAccountMail, noPasswordMail, senderOf } from "../mail/messages.ts";
import type { MailCodePurpose } from "../storage/store.ts";
import type { View } from "../ui/view.ts";
import type { InteractionRequest } from "./interaction.ts";
import { type Answer, PageProblem } from "./page-request.ts";
import { type Budget, byNetwork, consume, refund } from "./throttle.ts";

/** Attempts at one mailed code. After that it is invalid. */
export const MAIL_CODE_ATTEMPTS = 5;
export const MAIL_CODE_MS = 10 * 60_000;

/** Purpose of a mailed code. */
export interface CodeKind {
  purpose: MailCodePurpose;
  /**
   * The mail for the address: a code, or why there is none. In that case the interaction gets a code that is never
   * sent, so that pages, counted attempts and work are the same whether or not the address has an account.
   */
  write(request: InteractionRequest, about: CodeMail): Promise<{ mail: OutgoingMail; withCode: boolean }>;
}

export interface CodeMail extends Addressed {
  code: string;
  minutes: number;
}

export type Sent =
  /** Sent, or on its way: the queue retries. */
  | { outcome: "sent" }
  | { outcome: "too_many"; retryAt: number }
  /** The mail could not be stored. The user may try again. */
  | { outcome: "mail_failed" }
  /** The mail server of the address will never accept it. */
  | { outcome: "mail_refused" };

/** The error with a code, or with its mail. */
export type CodeProblem = null | "wrong" | "dead" | "too_many" | "mail_failed";

/** What a page shows while it waits for a mailed code. */
export interface AwaitedCode {
  flowId: string;
  email: string;
  minutes: number;
  resent: boolean;
  /** The mail server did not accept the mail right away. */
  slow: boolean;
  problem: CodeProblem;
}

/** If the mail will never arrive, the page says so, regardless of the input. `refused` leads back to the address. */
export async function awaitedCode(
  request: InteractionRequest,
  email: string,
  found: CodeProblem | "mail_refused",
  resent = false,
): Promise<AwaitedCode | "refused"> {
  const state = await request.ctx.store.outbox.stateOfCode(request.interaction.id);
  if (found === "mail_refused" || (state === "failed" && found !== "too_many")) return "refused";
  const problem = state === "expired" && found !== "too_many" ? "mail_failed" : found;
  const minutes = MAIL_CODE_MS / 60_000;
  return { flowId: request.interaction.id, email, minutes, resent, slow: state === "queued", problem };
}

/**
 * A code for an existing account. Only the mail says that an address has no account, or that its account has a passkey
 * instead of a password: the mailbox alone must not add a weaker method.
 */
export function accountCode(purpose: "sign_in" | "reset"): CodeKind {
  return {
    purpose,
    async write({ ctx, ways }, about) {
      const user = await ctx.store.directory.findUserByEmail(normalizeEmail(about.to));
      const passkeys = await ctx.store.passkeys.listOf(user?.id ?? "");
      const byPasskeyAlone = purpose === "reset" && user?.passwordHash === null && passkeys.length > 0;
      if (user?.disabledAt === null && byPasskeyAlone) return { mail: noPasswordMail(about), withCode: false };
      if (user?.disabledAt === null) {
        return { mail: codeMail(purpose === "sign_in" ? "signIn" : "reset", about), withCode: true };
      }
      return { mail: noAccountMail({ ...about, mayCreate: ways.signUp && user === undefined }), withCode: false };
    },
  };
}

/** Mails a code to an address and binds the interaction to it. Earlier proofs in the interaction are discarded. */
export async function sendCode(request: InteractionRequest, email: string, kind: CodeKind): Promise<Sent> {
  const consumed = await takeCodeMail(request, email, kind);
  if (!consumed.allowed) return { outcome: "too_many", retryAt: consumed.retryAt };
  const { id, sessionId } = request.interaction;
  if (!(await request.ctx.store.sessions.setEmail(id, sessionId, email, kind.purpose))) {
    throw new PageProblem({ page: "stale_form" });
  }
  return mailCode(request, email, kind);
}

/** "Send a new code": rate-limited with growing delays. The previous code becomes invalid. */
export async function resendCode(request: InteractionRequest, email: string, kind: CodeKind): Promise<Sent> {
  const paced = await consume(request, [
    ["resendSoon", request.interaction.id],
    ["resendLater", request.interaction.id],
  ]);
  if (!paced.allowed) return { outcome: "too_many", retryAt: paced.retryAt };
  const consumed = await takeCodeMail(request, email, kind);
  if (!consumed.allowed) return { outcome: "too_many", retryAt: consumed.retryAt };
  return mailCode(request, email, kind);
}

/** Continues once the mail is on its way. Otherwise `again` shows the page with the error, and when to try again. */
export async function afterSending(
  sent: Sent,
  onward: Answer,
  again: (problem: Exclude<Sent["outcome"], "sent">) => { view: View } | Promise<{ view: View }>,
): Promise<Answer> {
  if (sent.outcome === "sent") return onward;
  const page = await again(sent.outcome);
  return sent.outcome === "too_many" ? { ...page, retryAt: sent.retryAt } : page;
}

/** Uses the code. Every attempt at eight digits is counted before it is checked. */
export async function useCode(
  request: InteractionRequest,
  email: string,
  kind: CodeKind,
): Promise<"ok" | "wrong" | "dead"> {
  const code = (request.fields.get("code") ?? "").slice(0, 64).replace(/[\s-]/g, "");
  // Not eight digits: a typo that costs no attempt, because it could never be right.
  if (!/^\d{8}$/.test(code)) return "wrong";
  const used = await request.ctx.store.mail.useCode({
    interactionId: request.interaction.id,
    sessionId: request.interaction.sessionId,
    purpose: kind.purpose,
    codeHash: codeHash(request, email, kind, code),
    maxAttempts: MAIL_CODE_ATTEMPTS,
    now: request.now,
  });
  if (used === "ok") await refund(request, budgetsOf(request, email, kind));
  return used === "none" ? "dead" : used;
}

/** The budgets of address and network come first, so that one of them alone cannot use up the tenant's budget. */
async function takeCodeMail(request: InteractionRequest, email: string, kind: CodeKind): ReturnType<typeof takeMail> {
  const budgets = budgetsOf(request, email, kind);
  const consumed = await consume(request, budgets);
  if (!consumed.allowed) return consumed;
  const share = kind.purpose === "second_factor" ? "secondFactorMailByTenant" : "mailByTenant";
  const taken = await takeMail(request.ctx, share);
  if (!taken.allowed) await refund(request, budgets);
  return taken;
}

function budgetsOf(request: InteractionRequest, email: string, { purpose }: CodeKind): Budget[] {
  const whose = hashSecret(normalizeEmail(email));
  if (purpose === "second_factor") return [["secondFactorMail", whose]];
  return [...byNetwork("mailByIp", request.ip), ["mailByAddress", whose]];
}

async function mailCode(request: InteractionRequest, email: string, kind: CodeKind): Promise<Sent> {
  const { ctx, now, locale } = request;
  const mailId = randomUUID();
  const expiresAt = now + MAIL_CODE_MS;
  const code = randomInt(100_000_000).toString().padStart(8, "0");
  const sender = senderOf(ctx);
  const about = { to: email, sender, locale, code, minutes: MAIL_CODE_MS / 60_000 };
  const { mail, withCode } = await kind.write(request, about);
  const kept = await ctx.store.mail.insertCode({
    id: randomUUID(),
    purpose: kind.purpose,
    interactionId: request.interaction.id,
    emailNormalized: normalizeEmail(email),
    codeHash: codeHash(request, email, kind, withCode ? code : newSecret()),
    mailId,
    createdAt: now,
    expiresAt,
  });
  if (!kept) throw new PageProblem({ page: "stale_form" });
  try {
    const outcome = await ctx.mail.send(mail, { id: mailId, expiresAt });
    return { outcome: outcome === "refused" ? "mail_refused" : "sent" };
  } catch (error) {
    ctx.log.error({ err: error }, "a mail could not be stored");
    return { outcome: "mail_failed" };
  }
}

/**
 * Eight digits are too few for a plain hash. Bound to purpose, interaction and address, a code proves nothing elsewhere
 * (ASVS 6.6.2).
 */
function codeHash(request: InteractionRequest, email: string, kind: CodeKind, code: string): string {
  const bound = `${kind.purpose}:${request.interaction.id}:${normalizeEmail(email)}:${code}`;
  return keyedHash(deriveKey(request.ctx.sealKey, "mail code"), bound);
}
