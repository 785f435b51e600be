import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import { issuerOf } from "../directory/tenant-config.ts";
import { newSecret } from "../kernel/seal.ts";
import type { OperatorContext } from "./admin-context.ts";

/** In seconds. Long enough to apply a file, short enough that a stolen copy soon expires. It cannot be revoked. */
export const OPERATOR_TOKEN_SECONDS = 600;

/** The same of a token for the console's own requests, which are at once. */
const CONSOLE_TOKEN_SECONDS = 60;

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
 *
 * @param purpose `export`: to read the tenant as a file, so that Graph refuses changes with it
 */
export async function issueOperatorToken(
  ctx: Pick<OperatorContext, "config" | "clock" | "signingKeys" | "store">,
  purpose?: "export",
): Promise<OperatorToken> {
  const issued = await signed(ctx, OPERATOR_TOKEN_SECONDS, purpose && { may: "read" });
  return recorded(ctx, issued, purpose);
}

/**
 * A token for a request of the console to this tenant's Graph, which stays in this process. One that only reads is not
 * recorded: a page that is read must write nothing, and Graph refuses changes with it. Faults of testers spare both.
 */
export async function issueConsoleToken(
  ctx: Pick<OperatorContext, "config" | "clock" | "signingKeys" | "store">,
  may: "read" | "change",
): Promise<OperatorToken> {
  if (may === "read") return signed(ctx, CONSOLE_TOKEN_SECONDS, { may, console: true });
  return recorded(ctx, await signed(ctx, OPERATOR_TOKEN_SECONDS, { console: true }), "apply");
}

async function signed(
  ctx: Pick<OperatorContext, "config" | "clock" | "signingKeys">,
  seconds: number,
  more: { may?: "read"; console?: true } = {},
): Promise<OperatorToken & { uti: string }> {
  const issuedAt = Math.floor(ctx.clock.now() / 1000);
  const exp = issuedAt + seconds;
  const uti = newSecret(16);
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
    ...more,
  };
  // Typed (RFC 8725 §3.11), so that a verifier that accepts only access tokens refuses it by its header.
  const token = await ctx.signingKeys.sign(claims, "operator+jwt");
  return { token, expiresAt: exp * 1000, uti };
}

/** `purpose`: what the log can say of a token that is for one thing, with a tenant file. */
async function recorded(
  { store, clock }: Pick<OperatorContext, "store" | "clock">,
  { uti, ...issued }: OperatorToken & { uti: string },
  purpose?: "export" | "apply",
): Promise<OperatorToken> {
  const detail = { uti, ...(purpose && { purpose }) };
  const about = { userId: null, clientId: null, grantId: null, ip: null, detail };
  await store.audit.write({ at: clock.now(), event: "operator_token.issued", actor: "operator", ...about });
  return issued;
}

/** Whether these claims, already verified for Graph, belong to an operator's token. */
export function isOperatorToken(claims: Record<string, unknown>): boolean {
  return claims.idtyp === OPERATOR && claims.sub === OPERATOR && claims.oid === undefined && claims.sid === undefined;
}

/** Whether an operator's token is one that only reads: of the console, or of an export. */
export const onlyReads = (claims: Record<string, unknown>): boolean => claims.may === "read";

/** Whether these claims are of a token for the console's own requests. */
export const isConsoleToken = (claims: Record<string, unknown>): boolean => claims.console !== undefined;
