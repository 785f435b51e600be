import type { ConsentFacts, Refusal } from "../../directory/access-rules.ts";
import { AUTHORIZATION_CODE_SECONDS } from "../../directory/lifetimes.ts";
import { hashSecret, newSecret } from "../../kernel/seal.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import { type Approver, type ConsentPrompt, decisionRecord, evaluateApproval, isOtherThanShown } from "../approval.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { redirectKind } from "./redirect-uri.ts";

/** The request can no longer be decided, except by the session that did. */
export function isOver(request: AuthorizationRequest, sessionId: string | undefined, now: number): boolean {
  if (request.expiresAt <= now || request.status === "redeemed") return true;
  return request.status !== "pending" && request.sessionId !== sessionId;
}

/**
 * Whether no page is needed: the user has approved everything before, and the requester is certain. An https redirect
 * belongs to its owner, while any program on a computer can claim a loopback redirect or a scheme (RFC 8252 §8.6).
 */
export function needsNoQuestion(
  request: Pick<AuthorizationRequest, "redirectUri">,
  { permissions }: ConsentPrompt,
): boolean {
  const { already, fresh, byRenewal, stays } = permissions;
  const allSeen = already.length > 0 && fresh.length === 0 && byRenewal.length === 0 && stays.already;
  return redirectKind(request.redirectUri) === "web" && allSeen;
}

export type Approval =
  | { outcome: "done"; code: string }
  | { outcome: "ended" }
  /** The approval would differ from what the page showed. */
  | { outcome: "changed"; prompt: ConsentPrompt }
  | { outcome: "refused"; why: Refusal };

/**
 * Freezes the scopes as shown and creates the code (RFC 6749 §4.1.2).
 *
 * @param shown the digest of the page that the user read. `silent`: no page was shown, and scopes that were never shown
 *   are excluded
 */
export async function approveAuthorization(
  ctx: OAuthContext,
  request: AuthorizationRequest,
  approver: Approver,
  facts: ConsentFacts,
  { shown, silent = false }: { shown: string | undefined; silent?: boolean },
): Promise<Approval> {
  const now = ctx.clock.now();
  const evaluated = evaluateApproval(ctx, request, approver, facts, { silent });
  if (evaluated.refusal) return { outcome: "refused", why: evaluated.refusal };
  const { prompt } = evaluated;
  if (isOtherThanShown(prompt, approver, shown)) return { outcome: "changed", prompt };
  const { sessionId, user, methods, authTime } = approver;
  const code = newSecret();
  const result = await ctx.store.authorizations.approve(request.id, {
    sessionId,
    userId: user.id,
    approved: prompt.permissions.approved,
    reach: prompt.permissions.reach,
    methods,
    authTime,
    codeHash: hashSecret(code),
    codeExpiresAt: now + AUTHORIZATION_CODE_SECONDS * 1000,
    now,
    audit: decisionRecord("authorization.approved", request, approver, now),
  });
  return result.outcome === "done" ? { outcome: "done", code } : result;
}

/** False if it was decided otherwise. A second denial has no effect. */
export async function denyAuthorization(
  ctx: OAuthContext,
  request: AuthorizationRequest,
  approver: Approver,
): Promise<boolean> {
  const now = ctx.clock.now();
  if (request.status === "denied") return !isOver(request, approver.sessionId, now);
  const audit = decisionRecord("authorization.denied", request, approver, now);
  return ctx.store.authorizations.deny(request.id, { sessionId: approver.sessionId, now, audit });
}
