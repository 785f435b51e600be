import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { consentedScopes, mayIssue, type Refusal } from "../directory/access-rules.ts";
import type { App, User } from "../directory/entities.ts";
import { isAdministrative } from "../directory/graph-scopes.ts";
import { GRAPH_RESOURCE_ID } from "../directory/scopes.ts";
import type { AccessStore, TokenFamily, TokenStore } from "../storage/store.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { profileClaims } from "./tokens/claims.ts";

/** UserInfo Endpoint (OpenID Connect Core §5.3), for tokens of bare scopes. Errors follow RFC 6750 §3. */
export function userinfo(app: FastifyInstance, ctx: OAuthContext): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
    const header = request.headers.authorization;
    // RFC 6750 §3.1: without any bearer token, the response names the scheme but no error.
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
    const { oid, sid, azp, scp } = claims;
    const holder = await tokenHolder(ctx, { oid, sid, azp: String(azp), scp: String(scp) });
    if (holder.refusal !== undefined) {
      return refuse(reply, 401, 'error="invalid_token", error_description="The sign-in behind the token was revoked."');
    }
    const { user, scopes } = holder;
    if (!scopes.has("openid")) return refuse(reply, 403, 'error="insufficient_scope", scope="openid"');
    return reply.send({
      // Must equal the ID token's sub for the same client (OpenID Connect Core §5.3.2).
      sub: claims.sub,
      ...(scopes.has("profile") ? profileClaims(user) : {}),
      ...(scopes.has("email") ? { email: user.email } : {}),
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

export type TokenHolder =
  | { user: User; app: App; family: TokenFamily; scopes: Set<string>; refusal: undefined }
  /** The user or the app is deleted or disabled, or the sign-in was revoked. */
  | { refusal: Refusal | "revoked" };

/** Whether a refusal ends a token that was already issued, or only prevents the next one. */
const endsTokens: Record<Refusal, boolean> = {
  user_unknown: true,
  user_disabled: true,
  app_unknown: true,
  app_disabled: true,
  grant_not_allowed: false,
  login_required: false,
  not_assigned: false,
  sign_in_method_required: false,
  second_factor_required: false,
  details_required: false,
  administrator_required: false,
  administration_not_allowed: false,
  scope_unavailable: false,
  consent_required: false,
};

/**
 * The current user of an access token for Microsoft Graph or UserInfo. The tenant itself is the API here, so a
 * withdrawal applies from the next request on, including a withdrawn consent.
 *
 * @param claims `oid`, `sid`, `azp` and `scp` of the verified token
 * @returns the user, and those scopes of the token that still have consent; consent to administrative scopes is never
 *   stored
 */
export async function tokenHolder(
  { store }: { store: { access: AccessStore; tokens: Pick<TokenStore, "findFamily"> } },
  { oid, sid, azp, scp }: { oid: string; sid: string; azp: string; scp: string },
): Promise<TokenHolder> {
  const [stored, family] = await Promise.all([
    store.access.facts({ clientId: azp, userId: oid, resourceId: GRAPH_RESOURCE_ID }),
    store.tokens.findFamily(sid),
  ]);
  if (!family || family.revokedAt !== null) return { refusal: "revoked" };
  const { methods, authTime } = family;
  const scopes = { oidc: [], resourceId: GRAPH_RESOURCE_ID, resourceScopes: [], isDefault: false, asked: [] };
  const use = { grantType: null, signedInSince: null, reach: null };
  const refusal = mayIssue({ ...stored, scopes, methods, authTime, ...use });
  if (refusal && endsTokens[refusal]) return { refusal };
  const { user, app } = stored;
  if (!user || !app) return { refusal: user ? "app_unknown" : "user_unknown" };
  const consented = consentedScopes(stored, GRAPH_RESOURCE_ID);
  const held = scp.split(" ").filter((scope) => isAdministrative(scope) || consented.includes(scope));
  return { user, app, family, scopes: new Set(held), refusal: undefined };
}
