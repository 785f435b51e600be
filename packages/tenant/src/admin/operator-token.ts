import { randomBytes } from "node:crypto";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { issuerOf } from "../directory/tenant-config.ts";
import type { OperatorContext } from "./admin-context.ts";

/** In seconds. Long enough to apply a file, short enough that a stolen copy soon expires. It cannot be revoked. */
export const OPERATOR_TOKEN_SECONDS = 600;

/** Value of `idtyp` (Entra: `user`, `app`) in the operator's tokens, and in no other. */
const OPERATOR = "operator";

export interface OperatorToken {
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/**
 * A token for Graph alone, for the owner of the data folder. It has no `oid`, `sid`, `azp` and `scp`, which UserInfo,
 * revocation and every guard require, so it cannot pass for a user's or app's token. The audit log records its `uti`.
 */
export async function issueOperatorToken(
  ctx: Pick<OperatorContext, "config" | "clock" | "signingKeys" | "store">,
): Promise<OperatorToken> {
  const now = ctx.clock.now();
  const issuedAt = Math.floor(now / 1000);
  const exp = issuedAt + OPERATOR_TOKEN_SECONDS;
  const uti = randomBytes(16).toString("base64url");
  const claims = {
    iss: issuerOf(ctx.config),
    aud: GRAPH_RESOURCE_ID,
    iat: issuedAt,
    nbf: issuedAt,
    exp,
    sub: OPERATOR,
    idtyp: OPERATOR,
    tid: ctx.config.tenantId,
    uti,
    ver: "2.0",
  };
  // Typed (RFC 8725 §3.11), so that a verifier that accepts only access tokens refuses it by its header.
  const token = await ctx.signingKeys.sign(claims, "operator+jwt");
  const about = { userId: null, clientId: null, grantId: null, ip: null, detail: { uti } };
  await ctx.store.audit.write({ at: now, event: "operator_token.issued", actor: "operator", ...about });
  return { token, expiresAt: exp * 1000 };
}

/** Whether these claims, already verified for Graph, belong to an operator's token. */
export function isOperatorToken(claims: Record<string, unknown>): boolean {
  return claims.idtyp === OPERATOR && claims.sub === OPERATOR && claims.oid === undefined && claims.sid === undefined;
}
