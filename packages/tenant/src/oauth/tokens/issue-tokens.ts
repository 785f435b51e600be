import { randomUUID } from "node:crypto";
import type { User } from "../../directory/entities.ts";
import { REFRESH_TOKEN_LIFETIME } from "../../directory/lifetimes.ts";
import type { ScopeSet } from "../../directory/scopes.ts";
import type { AuditRecord, NewRefreshToken, NewTokenFamily, Refusal } from "../../storage/store.ts";
import type { ProvenClient } from "../client-authentication.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { ProtocolError } from "../protocol-error.ts";
import { secondFactorRequired } from "../second-factor-required.ts";
import { hashRefreshToken, newRefreshToken } from "./refresh-token.ts";
import { signTokens, tokenResponse } from "./sign-tokens.ts";

/** What a redemption in the store is handed, whatever it redeems. */
export interface Redemption {
  clientId: string;
  family: NewTokenFamily;
  refreshToken: NewRefreshToken | null;
  now: number;
  audit: AuditRecord;
}

/**
 * Tokens of a yes that nobody has redeemed: signed first, given out once `redeem` has made the sign-in in its one
 * transaction. `redeem` throws where it was another that did.
 * @throws ProtocolError where what the yes stood on is gone
 */
export async function newSignIn(
  ctx: OAuthContext,
  from: {
    client: ProvenClient;
    user: User;
    grantId: string;
    scopes: ScopeSet;
    amr: string[];
    authTime: number | null;
    nonce?: string | null;
    event: string;
    withClientInfo: boolean;
    ip: string;
  },
  redeem: (input: Redemption) => Promise<{ outcome: "redeemed" } | { outcome: "refused"; why: Refusal }>,
): Promise<Record<string, unknown>> {
  const { client, user, grantId, scopes, amr, nonce = null, event, withClientInfo, ip } = from;
  const { app, by } = client;
  const { clientId } = app;
  const now = ctx.clock.now();
  const family: NewTokenFamily = {
    id: randomUUID(),
    userId: user.id,
    clientId,
    grantId,
    scopes,
    amr,
    authTime: from.authTime ?? now,
    createdAt: now,
    expiresAt: now + REFRESH_TOKEN_LIFETIME,
  };
  const tokens = await signTokens(ctx, { user, app, by, scopes, family, nonce });
  const refreshToken = scopes.oidc.includes("offline_access") ? newRefreshToken() : undefined;
  const result = await redeem({
    clientId,
    family,
    refreshToken: refreshToken ? { tokenHash: hashRefreshToken(refreshToken), expiresAt: family.expiresAt } : null,
    now,
    audit: {
      at: now,
      event,
      actor: "client",
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
  if (result.why === "mfa") throw secondFactorRequired();
  const name = {
    user: "user_disabled",
    app: "revoked",
    assignment: "not_assigned",
    administrator: "administrator_needed",
    scope: "revoked",
  } as const;
  throw new ProtocolError(name[result.why]);
}
