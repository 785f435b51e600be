import type { ConsentFacts, Refusal } from "../../directory/access-rules.ts";
import { guessGrade, normalizeUserCode, userCodeLength } from "../../directory/user-code.ts";
import type { DeviceGrant } from "../../storage/device-grant.ts";
import type { ApproveResult, ClaimResult, DecisionResult } from "../../storage/store.ts";
import { type Approver, type ConsentPrompt, decisionRecord, evaluateApproval, isOtherThanShown } from "../approval.ts";
import type { OAuthContext } from "../oauth-context.ts";

export type EnteredCode =
  | { outcome: "found"; grant: DeviceGrant }
  | { outcome: "ended"; why: "expired" | "used" | "used_twice"; grant: DeviceGrant }
  | { outcome: "unknown" };

/**
 * Looks up a typed code. Changes nothing: entering a code does not claim it.
 *
 * @param wrongGuesses of the whole tenant in the past day. Beyond a bound, only codes that are long enough for this
 *   number are accepted
 */
export async function enterCode(ctx: OAuthContext, typed: string, wrongGuesses = 0): Promise<EnteredCode> {
  const userCode = normalizeUserCode(typed);
  const grade = guessGrade(wrongGuesses);
  if (grade > 0) {
    const live = await ctx.store.grants.countLive(ctx.clock.now());
    if (userCode.length < userCodeLength(live, grade)) return { outcome: "unknown" };
  }
  const grant = userCode === "" ? undefined : await ctx.store.grants.findByUserCode(userCode);
  if (!grant) return { outcome: "unknown" };
  const why = endedBecause(grant, ctx.clock.now());
  return why ? { outcome: "ended", why, grant } : { outcome: "found", grant };
}

/** Why this grant can no longer be decided, or undefined if it can. */
export function endedBecause(grant: DeviceGrant, now: number): "expired" | "used" | "used_twice" | undefined {
  if (grant.status === "denied") return grant.denialReason === "two_users" ? "used_twice" : "used";
  if (grant.status === "approved" || grant.status === "redeemed") return "used";
  return grant.expiresAt <= now ? "expired" : undefined;
}

/** The access rule refused, and the grant does not change. */
export interface RefusedGrant {
  outcome: "refused";
  why: Refusal;
  grant: DeviceGrant;
}

/**
 * When consent is first shown after sign-in: this session and user claim the grant, or a second user's claim denies it.
 * A user whom the access rule refuses has no effect: their sign-in neither claims nor denies it.
 */
export async function claimGrant(
  ctx: OAuthContext,
  grant: DeviceGrant,
  approver: Approver,
  facts: ConsentFacts,
): Promise<ClaimResult | RefusedGrant> {
  const { refusal } = evaluateApproval(ctx, grant, approver, facts);
  if (refusal) return { outcome: "refused", why: refusal, grant };
  const now = ctx.clock.now();
  const audit = decisionRecord("device_grant.used_twice", grant, approver, now);
  return ctx.store.grants.claim(grant.id, { sessionId: approver.sessionId, userId: approver.user.id, now, audit });
}

export type ApprovalResult =
  | Exclude<ApproveResult, { outcome: "done" }>
  | { outcome: "done"; grant: DeviceGrant; prompt: ConsentPrompt }
  /** The approval would differ from what the page showed, so nothing is approved. */
  | { outcome: "changed"; grant: DeviceGrant; prompt: ConsentPrompt };

/**
 * Freezes the scopes as shown. `facts` were loaded by this request; the transaction that approves loads them again.
 * `shown` is the digest of the page that the user read. An operator has read none.
 */
export async function approveGrant(
  ctx: OAuthContext,
  grant: DeviceGrant,
  approver: Approver,
  facts: ConsentFacts,
  shown?: string,
): Promise<ApprovalResult> {
  const now = ctx.clock.now();
  const evaluated = evaluateApproval(ctx, grant, approver, facts);
  if (evaluated.refusal) return { outcome: "refused", why: evaluated.refusal, grant };
  const { prompt } = evaluated;
  if (isOtherThanShown(prompt, approver, shown)) return { outcome: "changed", grant, prompt };
  const result = await ctx.store.grants.approve(grant.id, {
    sessionId: approver.sessionId,
    userId: approver.user.id,
    approved: prompt.permissions.approved,
    reach: prompt.permissions.reach,
    methods: approver.methods,
    authTime: approver.authTime,
    decidedBy: approver.by,
    now,
    audit: decisionRecord("device_grant.approved", grant, approver, now),
  });
  return result.outcome === "done" ? { ...result, prompt } : result;
}

/** Only from the session that holds the claim. */
export function denyGrant(ctx: OAuthContext, grant: DeviceGrant, approver: Approver): Promise<DecisionResult> {
  const now = ctx.clock.now();
  const audit = decisionRecord("device_grant.denied", grant, approver, now);
  return ctx.store.grants.deny(grant.id, { sessionId: approver.sessionId, reason: "user", now, audit });
}

/** The operator denies without a claim. */
export function denyAsOperator(ctx: OAuthContext, grant: DeviceGrant): Promise<DecisionResult> {
  const now = ctx.clock.now();
  const audit = decisionRecord("device_grant.denied", grant, null, now);
  return ctx.store.grants.deny(grant.id, { sessionId: null, reason: "operator", now, audit });
}

/** The operator ends the time of a code that is not decided, to see what the device does then. */
export function expireAsOperator(ctx: OAuthContext, grant: DeviceGrant): Promise<DecisionResult> {
  const now = ctx.clock.now();
  return ctx.store.grants.expire(grant.id, {
    now,
    audit: decisionRecord("device_grant.expired", grant, null, now),
  });
}
