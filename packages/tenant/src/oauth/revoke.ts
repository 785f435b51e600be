import type { FastifyInstance } from "fastify";
import type { TokenFamily } from "../storage/store.ts";
import { authenticateClient } from "./client-authentication.ts";
import { type Form, required } from "./form.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError } from "./protocol-error.ts";
import { hashRefreshToken } from "./tokens/issue-tokens.ts";

/**
 * Token Revocation (RFC 7009). Either token ends the whole sign-in it belongs to: all its refresh tokens, and its
 * access tokens at every endpoint of the tenant. For an unknown or expired token, returns 200 and ends nothing (§2.2).
 * Another app's token is an error (§2.1).
 */
export function revoke(app: FastifyInstance, ctx: OAuthContext): void {
  app.post("/:tenant/oauth2/v2.0/revoke", async (request, reply) => {
    const form = request.body as Form;
    const client = await authenticateClient(ctx, request, form);
    const family = await familyOf(ctx, required(form, "token"));
    reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
    if (!family) return reply.send();
    if (family.clientId !== client.clientId) throw new ProtocolError("wrong_client");
    const now = ctx.clock.now();
    await ctx.store.tokens.revokeFamily(family.id, "client", now, {
      at: now,
      event: "sign_in.revoked",
      actor: "client",
      userId: family.userId,
      clientId: client.clientId,
      grantId: family.grantId,
      ip: request.ip,
      detail: { family: family.id },
    });
    return reply.send();
  });
}

/** `token_type_hint` is only a hint (§2.1): the form of the token shows what it is. */
async function familyOf(ctx: OAuthContext, token: string): Promise<TokenFamily | undefined> {
  const byRefreshToken = await ctx.store.tokens.findByRefreshToken(hashRefreshToken(token));
  if (byRefreshToken) return byRefreshToken.expiresAt > ctx.clock.now() ? byRefreshToken.family : undefined;
  // Old access tokens remain in logs and backups. An expired one gives access to nothing and cannot sign anyone out.
  const claims = await ctx.signingKeys.verify(token);
  // An ID token cannot be revoked: its audience is its client, and it gives access to nothing.
  if (!claims || typeof claims.sid !== "string" || "at_hash" in claims) return undefined;
  return ctx.store.tokens.findFamily(claims.sid);
}
