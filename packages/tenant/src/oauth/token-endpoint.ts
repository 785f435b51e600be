import type { FastifyInstance, FastifyRequest } from "fastify";
import { tokenByAuthorizationCode } from "./authorization-code/redeem-authorization-code.ts";
import { claimedClientId, findClient, identifyClient, requireGrant } from "./client-authentication.ts";
import { tokenByClientCredentials } from "./client-credentials/client-credentials-grant.ts";
import { PollPace } from "./device-authorization/poll-pace.ts";
import { tokenByDeviceCode } from "./device-authorization/redeem-device-code.ts";
import { type Form, required } from "./form.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError } from "./protocol-error.ts";
import { tokenByRefreshToken } from "./refresh-token/redeem-refresh-token.ts";
import { RefusedRequests } from "./request-limits.ts";

/** RFC 8628 §3.4. */
export const DEVICE_CODE_GRANT = "urn:ietf:params:oauth:grant-type:device_code";
/** What MSAL sends for the same. */
const MSAL_DEVICE_CODE_GRANT = "device_code";

/** Token Endpoint (RFC 6749 §3.2): device codes under both spellings, authorization codes, refresh tokens, and apps on their own. */
export function token(app: FastifyInstance, ctx: OAuthContext): void {
  const pace = new PollPace(ctx.clock);
  const refused = new RefusedRequests(ctx.config, ctx.clock);

  app.post("/:tenant/oauth2/v2.0/token", async (request, reply) => {
    const form = request.body as Form;
    reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
    const clientId = claimedClientId(request, form);
    const isRegistered = async () => {
      const app = clientId === undefined ? undefined : await findClient(ctx, clientId);
      return app !== undefined && app.disabledAt === null;
    };
    return refused.watch({ ip: request.ip, clientId, isRegistered }, () => tokens(ctx, pace, request, form));
  });
}

async function tokens(
  ctx: OAuthContext,
  pace: PollPace,
  request: FastifyRequest,
  form: Form,
): Promise<Record<string, unknown>> {
  const grantType = required(form, "grant_type");
  const client = await identifyClient(ctx, request, form);
  switch (grantType) {
    case DEVICE_CODE_GRANT:
    case MSAL_DEVICE_CODE_GRANT:
      requireGrant(client.app, "device_code");
      return tokenByDeviceCode(ctx, pace, client, form, {
        standard: grantType === DEVICE_CODE_GRANT,
        ip: request.ip,
      });
    case "authorization_code":
      requireGrant(client.app, grantType);
      return tokenByAuthorizationCode(ctx, client, form, request.ip);
    case "refresh_token":
      requireGrant(client.app, grantType);
      return tokenByRefreshToken(ctx, client, form, request.ip);
    case "client_credentials":
      requireGrant(client.app, grantType);
      return tokenByClientCredentials(ctx, client, form, request.ip);
    default:
      throw new ProtocolError("grant_unsupported");
  }
}
