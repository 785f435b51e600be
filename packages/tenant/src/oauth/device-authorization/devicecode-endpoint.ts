import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { cleanDeviceText } from "../../directory/device-text.ts";
import { DEVICE_CODE_SECONDS } from "../../directory/lifetimes.ts";
import { displayUserCode, newUserCode } from "../../directory/user-code.ts";
import { hashSecret, newSecret } from "../../kernel/seal.ts";
import { authenticateClient, requireGrant } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { requestedScopes } from "../parse-scopes.ts";
import { ProtocolError } from "../protocol-error.ts";
import { takeRequest, tooManyRequests } from "../request-limits.ts";
import { PendingCodes } from "./pending-codes.ts";
import { POLL_INTERVAL_SECONDS } from "./poll-pace.ts";

/** Maximum attempts to find an unused code. With 20^8 possible codes, a second attempt is already rare. */
const MAX_DRAWS = 8;

/** Device Authorization Endpoint (RFC 8628 §3.1, §3.2), in Entra's shape, plus `verification_uri_complete`. */
export function devicecode(app: FastifyInstance, ctx: OAuthContext): void {
  const pending = new PendingCodes(ctx);

  app.post("/:tenant/oauth2/v2.0/devicecode", async (request, reply) => {
    const form = request.body as Form;
    const now = ctx.clock.now();
    const client = await authenticateClient(ctx, request, form);
    requireGrant(client, "device_code");
    // Before the scopes are looked up: the cost of a scope is bounded by how many there are.
    const retryAt = await takeRequest(ctx, "deviceCodeByIp", request, now);
    if (retryAt !== undefined) throw tooManyRequests(retryAt, now);
    const length = await pending.lengthOfNext(client.clientId, request.ip);
    const requested = await requestedScopes(ctx, client, required(form, "scope"), "device_code");

    const deviceCode = newSecret();
    const grant = {
      id: randomUUID(),
      deviceCodeHash: hashSecret(deviceCode),
      clientId: client.clientId,
      requested,
      deviceName: deviceText(form, "device_name"),
      devicePlatform: deviceText(form, "device_platform"),
      initiatedIp: request.ip,
      createdAt: now,
      expiresAt: now + DEVICE_CODE_SECONDS * 1000,
    };
    let userCode = newUserCode(length);
    for (let draw = 1; !(await ctx.store.grants.insert({ ...grant, userCode })); draw++) {
      if (draw === MAX_DRAWS) throw new Error("could not find an unused user_code");
      userCode = newUserCode(length);
    }
    pending.added(client.clientId);

    const shown = displayUserCode(userCode);
    const verificationUri = `${ctx.config.pagesOrigin}/device`;
    reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
    return {
      user_code: shown,
      device_code: deviceCode,
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${shown}`,
      expires_in: DEVICE_CODE_SECONDS,
      interval: POLL_INTERVAL_SECONDS,
      message: ctx.texts.deviceMessage(askedLanguage(request, form), { verificationUri, userCode: shown }),
    };
  });
}

/** Entra translates `message` for `?mkt=`; a program knows nothing else about the user who will read it. */
function askedLanguage(request: FastifyRequest, form: Form): { uiLocales: string | null; mkt: string | null } {
  const query = new URLSearchParams(request.url.split("?").slice(1).join("?"));
  const asked = (name: string) => form.get(name) ?? query.get(name);
  return { uiLocales: asked("ui_locales"), mkt: asked("mkt") };
}

function deviceText(form: Form, name: string): string | null {
  const cleaned = cleanDeviceText(form.get(name));
  if ("problem" in cleaned) throw new ProtocolError("parameter_invalid", { detail: `'${name}': ${cleaned.problem}` });
  return cleaned.text;
}
