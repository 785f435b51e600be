import { consentsOf } from "../../directory/consented.ts";
import { AUTHORIZATION_CODE_SECONDS } from "../../directory/lifetimes.ts";
import { hashSecret, newSecret } from "../../kernel/seal.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { AuditRecord } from "../../storage/store.ts";
import { type Decider, type Described, groundOfYes, type Obstacle } from "../device-authorization/decisions.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { redirectKind } from "./redirect-uri.ts";

/** Nobody can decide on it any more, but for who did. */
export function isOver(request: AuthorizationRequest, sessionId: string | undefined, now: number): boolean {
  if (request.expiresAt <= now || request.status === "redeemed") return true;
  return request.status !== "pending" && request.sessionId !== sessionId;
}

/** The request wants a newer sign-in than this one (OpenID Connect Core §3.1.2.1: `prompt=login`, `max_age`). */
export function isSignInTooOld(
  { signedInSince }: Pick<AuthorizationRequest, "signedInSince">,
  authTime: number,
): boolean {
  return signedInSince !== null && authTime < signedInSince;
}

/**
 * All that is asked was said yes to before, and it is certain who asks: an https redirect is its owner's, while any
 * program on a computer can claim a loopback one or a scheme (RFC 8252 §8.6).
 */
export function needsNoQuestion(
  request: Pick<AuthorizationRequest, "redirectUri">,
  { permissions }: Described,
): boolean {
  const { already, fresh, stays } = permissions;
  return redirectKind(request.redirectUri) === "web" && already.length > 0 && fresh.length === 0 && stays.already;
}

export type Approval = { outcome: "done"; code: string } | { outcome: Obstacle | "sign_in_again" };

/** Yes: freezes the scopes as they are shown now, and makes the code (RFC 6749 §4.1.2). */
export async function approveAuthorization(
  ctx: OAuthContext,
  request: AuthorizationRequest,
  decider: Decider,
  shown: string | undefined,
): Promise<Approval> {
  const now = ctx.clock.now();
  if (isSignInTooOld(request, decider.authTime)) return { outcome: "sign_in_again" };
  const ground = await groundOfYes(ctx, request, decider, shown);
  if ("outcome" in ground) return ground;
  const { approved } = ground.permissions;
  const { sessionId, user, amr, authTime } = decider;
  const code = newSecret();
  const done = await ctx.store.authorizations.approve(request.id, {
    sessionId,
    userId: user.id,
    approved,
    consents: await consentsOf(ctx.store, request.clientId, user.id, approved),
    amr,
    authTime,
    codeHash: hashSecret(code),
    codeExpiresAt: now + AUTHORIZATION_CODE_SECONDS * 1000,
    now,
    audit: record("authorization.approved", request, decider, now),
  });
  return done ? { outcome: "done", code } : { outcome: "ended" };
}

/** No. False when it was decided otherwise; said twice it stays a no. */
export async function denyAuthorization(
  ctx: OAuthContext,
  request: AuthorizationRequest,
  decider: Decider,
): Promise<boolean> {
  const now = ctx.clock.now();
  if (request.status === "denied") return !isOver(request, decider.sessionId, now);
  const audit = record("authorization.denied", request, decider, now);
  return ctx.store.authorizations.deny(request.id, { sessionId: decider.sessionId, now, audit });
}

function record(event: string, request: AuthorizationRequest, { user, ip }: Decider, at: number): AuditRecord {
  return {
    at,
    event,
    actor: "user",
    userId: user.id,
    clientId: request.clientId,
    grantId: request.id,
    ip,
    detail: {},
  };
}
