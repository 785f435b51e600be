import { randomUUID } from "node:crypto";
import type { Refusal } from "../../directory/access-rules.ts";
import type { User } from "../../directory/entities.ts";
import { grantTypesOf } from "../../directory/grant-types.ts";
import { endOfRefreshToken } from "../../directory/lifetimes.ts";
import type { ScopeSet } from "../../directory/scopes.ts";
import type { SignInMethod } from "../../directory/sign-in-methods.ts";
import { deriveKey, hashSecret, newSecret, seal, unseal } from "../../kernel/seal.ts";
import type { AuditEvent } from "../../storage/audit-events.ts";
import type { AuditRecord, NewRefreshToken, NewTokenFamily } from "../../storage/store.ts";
import type { IdentifiedClient } from "../client-authentication.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { refusalError } from "../refusal-error.ts";
import { signTokens, tokenResponse } from "./sign-tokens.ts";

/** What the store receives for any redemption. */
export interface Redemption {
  clientId: string;
  family: NewTokenFamily;
  refreshToken: NewRefreshToken | null;
  now: number;
  audit: AuditRecord;
}

/**
 * Issues the tokens of an approval, once: signs them first, and returns them after `redeem` has created the sign-in in
 * its transaction. `redeem` throws if another request was first.
 *
 * @throws ProtocolError if the access rule refuses
 */
export async function issueTokens(
  ctx: OAuthContext,
  from: {
    client: IdentifiedClient;
    user: User;
    grantId: string;
    scopes: ScopeSet;
    /** What a renewal could add, as the page said. */
    reach: string[];
    methods: SignInMethod[];
    authTime: number | null;
    nonce?: string | null;
    event: AuditEvent;
    /** Who redeems it. Default: the client. */
    actor?: AuditRecord["actor"];
    withClientInfo: boolean;
    ip: string;
  },
  redeem: (input: Redemption) => Promise<{ outcome: "redeemed" } | { outcome: "refused"; why: Refusal }>,
): Promise<Record<string, unknown>> {
  const {
    client,
    user,
    grantId,
    scopes,
    reach,
    methods,
    nonce = null,
    event,
    actor = "client",
    withClientInfo,
    ip,
  } = from;
  const { app, by } = client;
  const { clientId } = app;
  const now = ctx.clock.now();
  const family: NewTokenFamily = {
    id: randomUUID(),
    userId: user.id,
    clientId,
    grantId,
    scopes,
    reach,
    methods,
    authTime: from.authTime ?? now,
    createdAt: now,
    expiresAt: endOfRefreshToken(ctx.config.lifetimes, now, now),
  };
  const tokens = await signTokens(ctx, { user, app, by, scopes, family, nonce });
  const renews = scopes.oidc.includes("offline_access") && grantTypesOf(app).includes("refresh_token");
  const refreshToken = renews ? newRefreshToken() : undefined;
  const result = await redeem({
    clientId,
    family,
    refreshToken: refreshToken ? { tokenHash: hashRefreshToken(refreshToken), expiresAt: family.expiresAt } : null,
    now,
    audit: {
      at: now,
      event,
      actor,
      userId: user.id,
      clientId,
      grantId,
      ip,
      detail: { family: family.id },
    },
  });
  if (result.outcome === "redeemed") {
    return tokenResponse({ tokens, refreshToken, scopes, user, tenantId: ctx.config.tenantId, withClientInfo });
  }
  throw refusalError(result.why, "redemption", { recorded: true });
}

/** A recognizable prefix, so that secret scanners can find leaked tokens. */
const PREFIX = "dcr_";

export function newRefreshToken(): string {
  return PREFIX + newSecret();
}

export const hashRefreshToken = hashSecret;

/**
 * Encrypts the next token with a key that only the holder of the current one has, so that the store alone cannot read
 * it.
 */
export function sealSuccessor(presented: string, next: string, familyId: string): string {
  return seal(deriveKey(presented, "refresh-successor"), next, familyId);
}

export function unsealSuccessor(presented: string, sealed: string, familyId: string): string {
  return unseal(deriveKey(presented, "refresh-successor"), sealed, familyId);
}
