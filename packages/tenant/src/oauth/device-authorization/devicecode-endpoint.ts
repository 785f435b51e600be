import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { cleanDeviceText } from "../../directory/device-text.ts";
import { DEVICE_CODE_SECONDS } from "../../directory/lifetimes.ts";
import { displayUserCode, newUserCode } from "../../directory/user-code.ts";
import { hashSecret, newSecret } from "../../kernel/seal.ts";
import type { Charge, NewGrant } from "../../storage/device-grant.ts";
import { authenticateClient, publicClientId, requireGrant } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { requestedScopes } from "../parse-scopes.ts";
import { NOT_CACHED, ProtocolError } from "../protocol-error.ts";
import { deviceCodeCharges, takeRequest, tooManyRequests } from "../request-limits.ts";
import { PendingCodes } from "./pending-codes.ts";
import { POLL_INTERVAL_SECONDS } from "./poll-pace.ts";

/** Maximum attempts to find an unused code. With 20^8 possible codes, a second attempt is already rare. */
const MAX_DRAWS = 8;

/** A request that may have a code. */
interface Accepted extends Pick<NewGrant, "clientId" | "requested" | "deviceName" | "devicePlatform"> {
  /** Of the user_code. */
  length: number;
  /** What is still to be taken, when the code is inserted. */
  charges: Charge[];
}

/** Device Authorization Endpoint (RFC 8628 §3.1, §3.2), in Entra's shape, plus `verification_uri_complete`. */
export function devicecode(app: FastifyInstance, ctx: OAuthContext): void {
  const pending = new PendingCodes(ctx);

  app.post("/:tenant/oauth2/v2.0/devicecode", async (request, reply) => {
    const form = request.body as Form;
    const { length, charges, ...accepted } =
      acceptAgain(ctx, pending, request, form) ?? (await accept(ctx, pending, request, form));
    const { deviceCode, userCode } = await newDeviceGrant(
      ctx,
      { ...accepted, initiatedIp: request.ip },
      length,
      charges,
    );
    pending.added(accepted.clientId);

    const shown = displayUserCode(userCode);
    const verificationUri = `${ctx.config.pagesOrigin}/device`;
    reply.headers(NOT_CACHED);
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

/**
 * A public client's request like one that was accepted before, without asking the store: the limit is charged when the
 * code is inserted. Undefined if anything has to be read or refused.
 */
function acceptAgain(
  ctx: OAuthContext,
  pending: PendingCodes,
  request: FastifyRequest,
  form: Form,
): Accepted | undefined {
  const [clientId, scope, { ip }] = [publicClientId(request, form), form.get("scope"), request];
  if (clientId === undefined || scope === undefined) return undefined;
  const known = ctx.store.acceptedScopes.find(clientId, scope);
  const length = known && pending.knownLength(clientId, ip);
  const texts = length === undefined ? undefined : deviceTexts(form);
  if (!known || length === undefined || !texts || "problem" in texts) return undefined;
  return { ...known, ...texts, length, charges: deviceCodeCharges(ctx, ip) };
}

/** @throws ProtocolError */
async function accept(
  ctx: OAuthContext,
  pending: PendingCodes,
  request: FastifyRequest,
  form: Form,
): Promise<Accepted> {
  const now = ctx.clock.now();
  const remember = ctx.store.acceptedScopes.read();
  const client = await authenticateClient(ctx, request, form);
  requireGrant(client, "device_code");
  // Before the scopes are looked up: the cost of a scope is bounded by how many there are.
  const retryAt = await takeRequest(ctx, "deviceCodeByIp", request, now);
  if (retryAt !== undefined) throw tooManyRequests(retryAt, now);
  const length = await pending.lengthOfNext(client.clientId, request.ip);
  const scope = required(form, "scope");
  const requested = await requestedScopes(ctx, client, scope, "device_code");
  const texts = deviceTexts(form);
  if ("problem" in texts) throw new ProtocolError("parameter_invalid", { detail: texts.problem });
  const { clientId } = client;
  if (publicClientId(request, form) !== undefined) remember(scope, { clientId, requested });
  return { clientId, requested, ...texts, length, charges: [] };
}

/**
 * Inserts the grant of a request that was accepted, with new codes.
 *
 * @param length of the user_code
 * @param charges what the request costs its network
 * @throws ProtocolError `too_many`
 */
export async function newDeviceGrant(
  ctx: OAuthContext,
  grant: Pick<NewGrant, "clientId" | "requested" | "deviceName" | "devicePlatform" | "initiatedIp">,
  length: number,
  charges: Charge[] = [],
): Promise<{ deviceCode: string; userCode: string }> {
  const now = ctx.clock.now();
  const deviceCode = newSecret();
  const row = {
    ...grant,
    id: randomUUID(),
    deviceCodeHash: hashSecret(deviceCode),
    createdAt: now,
    expiresAt: now + DEVICE_CODE_SECONDS * 1000,
  };
  let due = charges;
  for (let draw = 1; draw <= MAX_DRAWS; draw++) {
    const userCode = newUserCode(length);
    const inserted = await ctx.store.grants.insert({ ...row, userCode }, due);
    if (inserted.outcome === "inserted") return { deviceCode, userCode };
    if (inserted.outcome === "refused") {
      ctx.telemetry.limitReached("deviceCodeByIp");
      throw tooManyRequests(inserted.retryAt, now);
    }
    due = [];
  }
  throw new Error("could not find an unused user_code");
}

/** Entra translates `message` for `?mkt=`; a program knows nothing else about the user who will read it. */
function askedLanguage(request: FastifyRequest, form: Form): { uiLocales: string | null; mkt: string | null } {
  const query = new URLSearchParams(request.url.split("?").slice(1).join("?"));
  const asked = (name: string) => form.get(name) ?? query.get(name);
  return { uiLocales: asked("ui_locales"), mkt: asked("mkt") };
}

function deviceTexts(form: Form): Pick<NewGrant, "deviceName" | "devicePlatform"> | { problem: string } {
  const name = cleanDeviceText(form.get("device_name"));
  if ("problem" in name) return { problem: `'device_name': ${name.problem}` };
  const platform = cleanDeviceText(form.get("device_platform"));
  if ("problem" in platform) return { problem: `'device_platform': ${platform.problem}` };
  return { deviceName: name.text, devicePlatform: platform.text };
}
