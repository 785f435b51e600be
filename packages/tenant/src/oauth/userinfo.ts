import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { profileClaims } from "./tokens/claims.ts";
import { tokenHolder } from "./tokens/token-holder.ts";

/** UserInfo Endpoint (OpenID Connect Core §5.3), for tokens of bare scopes; errors by RFC 6750 §3. */
export function userinfo(app: FastifyInstance, ctx: OAuthContext): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
    const header = request.headers.authorization;
    // RFC 6750 §3.1: whoever sent no bearer token at all is told the scheme and no error.
    if (header === undefined || !/^Bearer(?: |$)/i.test(header)) return refuse(reply, 401, "");
    const token = /^Bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(header)?.[1];
    const claims = token && (await ctx.signingKeys.verify(token, { audience: GRAPH_RESOURCE_ID }));
    if (!claims || typeof claims.oid !== "string" || typeof claims.sid !== "string") {
      return refuse(
        reply,
        401,
        'error="invalid_token", error_description="The token is malformed, expired or for another audience."',
      );
    }
    const scopes = String(claims.scp).split(" ");
    if (!scopes.includes("openid")) return refuse(reply, 403, 'error="insufficient_scope", scope="openid"');

    const holder = await tokenHolder(ctx, { oid: claims.oid, sid: claims.sid, azp: String(claims.azp) });
    if (holder.refusal !== undefined) {
      return refuse(reply, 401, 'error="invalid_token", error_description="The sign-in behind the token was revoked."');
    }
    const { user } = holder;
    return reply.send({
      // The ID token's sub for the same client (OpenID Connect Core §5.3.2).
      sub: claims.sub,
      ...(scopes.includes("profile") ? profileClaims(user) : {}),
      ...(scopes.includes("email") ? { email: user.email } : {}),
    });
  };
  app.get("/:tenant/openid/userinfo", answer);
  app.post("/:tenant/openid/userinfo", answer);
}

function refuse(reply: FastifyReply, status: number, challenge: string): FastifyReply {
  return reply
    .status(status)
    .header("www-authenticate", challenge === "" ? "Bearer" : `Bearer ${challenge}`)
    .send();
}
