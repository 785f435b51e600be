import { randomBytes } from "node:crypto";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { issuerOf } from "../directory/tenant-config.ts";
import type { AdminContext } from "./admin-context.ts";

/** Seconds: long enough to apply a file, short enough that a copy is soon worth nothing. It cannot be revoked. */
export const OPERATOR_TOKEN_SECONDS = 600;

/** Value of `idtyp` (Entra: `user`, `app`) in the operator's tokens, and in no other. */
const OPERATOR = "operator";

export interface OperatorToken {
  token: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/**
 * A token of whoever owns the installation, for Graph alone. It has no `oid`, `sid`, `azp` and `scp`, which userinfo,
 * revocation and every guard insist on: nobody else takes it for a person's or a program's. The audit log has its `uti`.
 */
export async function issueOperatorToken(
  ctx: Pick<AdminContext, "config" | "clock" | "signingKeys" | "store">,
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
  // Typed (RFC 8725 §3.11), so that a verifier that knows access tokens only refuses it by its header.
  const token = await ctx.signingKeys.sign(claims, "operator+jwt");
  const about = { userId: null, clientId: null, grantId: null, ip: null, detail: { uti } };
  await ctx.store.audit.write({ at: now, event: "operator_token.issued", actor: "operator", ...about });
  return { token, expiresAt: exp * 1000 };
}

/** Whether these claims, verified for Graph, are of an operator's token. */
export function isOperatorToken(claims: Record<string, unknown>): boolean {
  return claims.idtyp === OPERATOR && claims.sub === OPERATOR && claims.oid === undefined && claims.sid === undefined;
}
