import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { tokenByAuthorizationCode } from "./authorization-code/redeem-authorization-code.ts";
import { claimedClientId, findClient, identifyClient, requireGrant } from "./client-authentication.ts";
import { tokenByClientCredentials } from "./client-credentials/client-credentials-grant.ts";
import { DEVICE_CODE_GRANT, MSAL_DEVICE_CODE_GRANT } from "./device-authorization/known-polls.ts";
import { tokenByDeviceCode } from "./device-authorization/redeem-device-code.ts";
import { type Form, required } from "./form.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError } from "./protocol-error.ts";
import { tokenByRefreshToken } from "./refresh-token/redeem-refresh-token.ts";

export const TOKEN_PATH = "/:tenant/oauth2/v2.0/token";

/**
 * Token Endpoint (RFC 6749 §3.2): device codes (both spellings), authorization codes, refresh tokens, and client
 * credentials.
 */
export function token(app: FastifyInstance, ctx: OAuthContext): void {
  app.post(TOKEN_PATH, async (request, reply) => {
    const form = request.body as Form;
    reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
    const clientId = claimedClientId(request, form);
    // Read now, because a poll that waits forgets its form.
    const grantType = form.get("grant_type") ?? "";
    const isRegistered = async () => {
      const app = clientId === undefined ? undefined : await findClient(ctx, clientId);
      return app !== undefined && app.disabledAt === null;
    };
    const answer = await ctx.refusedRequests.watch({ ip: request.ip, clientId, isRegistered }, () =>
      tokens(ctx, { request, reply }, form),
    );
    ctx.telemetry.tokensIssued(nameOfGrant(grantType));
    return answer;
  });
}

const nameOfGrant = (grantType: string) => (grantType === DEVICE_CODE_GRANT ? MSAL_DEVICE_CODE_GRANT : grantType);

async function tokens(
  ctx: OAuthContext,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  form: Form,
): Promise<Record<string, unknown>> {
  const grantType = required(form, "grant_type");
  if (grantType === DEVICE_CODE_GRANT || grantType === MSAL_DEVICE_CODE_GRANT) {
    return tokenByDeviceCode(ctx, form, { standard: grantType === DEVICE_CODE_GRANT, request, reply });
  }
  if (grantType === "refresh_token") return tokenByRefreshToken(ctx, request, form);
  const client = await identifyClient(ctx, request, form);
  switch (grantType) {
    case "authorization_code":
      requireGrant(client.app, grantType);
      return tokenByAuthorizationCode(ctx, client, form, request.ip);
    case "client_credentials":
      requireGrant(client.app, grantType);
      return tokenByClientCredentials(ctx, client, form, request.ip);
    default:
      throw new ProtocolError("grant_unsupported");
  }
}
