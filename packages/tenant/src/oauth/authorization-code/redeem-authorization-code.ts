import { createHash } from "node:crypto";
import { hashSecret } from "../../kernel/seal.ts";
import type { AuthorizationRequest } from "../../storage/authorization-request.ts";
import type { IdentifiedClient } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { ProtocolError } from "../protocol-error.ts";
import { issueTokens } from "../tokens/issue-tokens.ts";

/** RFC 7636 §4.1. */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

/**
 * Exchanges a code for tokens, once (RFC 6749 §4.1.3, RFC 7636 §4.5). A client that cannot prove that the code is its
 * own changes nothing. A second valid use revokes what the first one got.
 */
export async function tokenByAuthorizationCode(
  ctx: OAuthContext,
  client: IdentifiedClient,
  form: Form,
  ip: string,
): Promise<Record<string, unknown>> {
  const codeHash = hashSecret(required(form, "code"));
  const redirectUri = required(form, "redirect_uri");
  const request = await ctx.store.authorizations.findByCode(codeHash);
  if (!request) throw new ProtocolError("code_unknown");
  if (request.clientId !== client.app.clientId) throw new ProtocolError("wrong_client");
  if (request.redirectUri !== redirectUri) throw new ProtocolError("redirect_differs");
  const codeChallenge = challengeOf(form.get("code_verifier"));
  if (codeChallenge !== request.codeChallenge) throw new ProtocolError("verifier_wrong");

  const { approved, userId } = request;
  const user = userId === null ? undefined : await ctx.store.directory.findUser(userId);
  if (!approved || !user) throw lost(request, ctx.clock.now());
  const { id: grantId, reach, methods, authTime, nonce } = request;
  const from = { client, user, grantId, scopes: approved, reach, methods, authTime, nonce };
  const withClientInfo = form.get("client_info") === "1";
  return issueTokens(ctx, { ...from, event: "authorization.redeemed", withClientInfo, ip }, async (input) => {
    const result = await ctx.store.authorizations.redeem({ ...input, codeHash, redirectUri, codeChallenge });
    if (result.outcome === "reused") throw new ProtocolError("code_used", { recorded: result.ended });
    if (result.outcome === "lost") throw lost(request, input.now);
    return result;
  });
}

/** Null without a verifier. If the request had no challenge, a verifier is wrong too (RFC 9700 §4.8.2). */
function challengeOf(verifier: string | undefined): string | null {
  if (verifier === undefined) return null;
  if (!VERIFIER.test(verifier)) throw new ProtocolError("verifier_wrong");
  return createHash("sha256").update(verifier).digest("base64url");
}

/** Expired, or its approval was withdrawn. */
function lost({ codeExpiresAt }: AuthorizationRequest, now: number): ProtocolError {
  return new ProtocolError(codeExpiresAt !== null && codeExpiresAt <= now ? "code_too_old" : "revoked");
}
