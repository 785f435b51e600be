import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { JWTPayload } from "jose";
import { findClient } from "./client-authentication.ts";
import type { Form } from "./form.ts";
import type { OAuthContext } from "./oauth-context.ts";

/**
 * End Session Endpoint (OpenID Connect RP-Initiated Logout §2), GET or POST. It does not sign out by itself: it
 * redirects to the sign-out page on the pages origin, where the user confirms. A post_logout_redirect_uri is passed on
 * only if the app has registered exactly that URI. The hints do not select a user: a browser has one signed-in user,
 * and the page shows who it is.
 */
export function logout(app: FastifyInstance, ctx: OAuthContext): void {
  const lead = async (reply: FastifyReply, parameter: (name: string) => string | undefined) => {
    const hint = parameter("id_token_hint");
    const hinted = hint === undefined ? undefined : await ctx.signingKeys.verify(hint, { allowExpired: true });
    const named = parameter("client_id")?.toLowerCase();
    const clientId = hint === undefined ? named : audienceOf(hinted);
    // A hint that is not ours, or belongs to another client, does not allow any return address.
    const agreed = clientId !== undefined && (named === undefined || named === clientId);
    const client = agreed ? await findClient(ctx, clientId) : undefined;
    const returnTo = parameter("post_logout_redirect_uri");
    const target = new URL("/sign-out", ctx.config.pagesOrigin);
    if (client && returnTo !== undefined && client.postLogoutRedirectUris.includes(returnTo)) {
      target.searchParams.set("client_id", client.clientId);
      target.searchParams.set("post_logout_redirect_uri", returnTo);
      const state = parameter("state");
      if (state !== undefined && state.length <= 1000) target.searchParams.set("state", state);
    }
    const uiLocales = parameter("ui_locales");
    if (uiLocales !== undefined && uiLocales.length <= 200) target.searchParams.set("ui_locales", uiLocales);
    return reply.header("cache-control", "no-store").redirect(target.href, 303);
  };

  app.get(
    "/:tenant/oauth2/v2.0/logout",
    async (request: FastifyRequest<{ Querystring: Record<string, unknown> }>, reply) =>
      lead(reply, (name) => {
        const value = request.query[name];
        return typeof value === "string" && value !== "" ? value : undefined;
      }),
  );
  app.post("/:tenant/oauth2/v2.0/logout", async (request, reply) => {
    const form = (request.body as Form | undefined) ?? new Map<string, string>();
    return lead(reply, (name) => form.get(name));
  });
}

/** Of the two tokens that we sign for a client, only the ID token is a hint. */
function audienceOf(claims: JWTPayload | undefined): string | undefined {
  return typeof claims?.aud === "string" && claims.at_hash !== undefined ? claims.aud : undefined;
}
