import { hashSecret } from "../../kernel/seal.ts";
import type { DeviceGrant, PolledGrant } from "../../storage/device-grant.ts";
import type { IdentifiedClient } from "../client-authentication.ts";
import { type Form, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { ProtocolError } from "../protocol-error.ts";
import { issueTokens } from "../tokens/issue-tokens.ts";
import type { PollPace } from "./poll-pace.ts";

/**
 * One poll (RFC 8628 §3.4, §3.5). It reads one row and writes nothing, unless the grant is approved and the poll on time:
 * then it is redeemed, once.
 * `standard` is true for the URN grant type; MSAL's `device_code` gets Entra's spelling and never `slow_down`, which is fatal there.
 */
export async function tokenByDeviceCode(
  ctx: OAuthContext,
  pace: PollPace,
  client: IdentifiedClient,
  form: Form,
  { standard, ip }: { standard: boolean; ip: string },
): Promise<Record<string, unknown>> {
  const deviceCodeHash = hashSecret(required(form, "device_code"));
  const polled = await ctx.store.grants.poll(deviceCodeHash);
  if (!polled) throw new ProtocolError("bad_code", standard ? {} : { error: "bad_verification_code" });
  if (polled.clientId !== client.app.clientId) throw new ProtocolError("wrong_client");

  if (pace.note(deviceCodeHash, polled.expiresAt, standard) === "early") {
    throw new ProtocolError(standard ? "slow_down" : "pending");
  }
  const state = answerOf(polled, ctx.clock.now());
  if (state === "pending") throw new ProtocolError("pending");
  if (state !== "approved") {
    pace.forget(deviceCodeHash);
    throw declinedSpelling(state, standard);
  }
  const body = await redeem(ctx, client, deviceCodeHash, standard, form.get("client_info") === "1", ip);
  pace.forget(deviceCodeHash);
  return body;
}

type Answer = "pending" | "approved" | "declined" | "code_expired" | "code_redeemed";

/** Terminal states stand whatever the time; any other is over once the code has expired. */
function answerOf(grant: PolledGrant, now: number): Answer {
  if (grant.status === "denied") return "declined";
  if (grant.status === "redeemed") return "code_redeemed";
  if (grant.expiresAt <= now) return "code_expired";
  return grant.status === "approved" ? "approved" : "pending";
}

function declinedSpelling(state: Exclude<Answer, "pending" | "approved">, standard: boolean): ProtocolError {
  return new ProtocolError(state, state === "declined" && !standard ? { error: "authorization_declined" } : {});
}

async function redeem(
  ctx: OAuthContext,
  client: IdentifiedClient,
  deviceCodeHash: string,
  standard: boolean,
  withClientInfo: boolean,
  ip: string,
): Promise<Record<string, unknown>> {
  const grant = await ctx.store.grants.findByDeviceCodeHash(deviceCodeHash);
  const approved = grant?.approved;
  const user = grant?.userId ? await ctx.store.directory.findUser(grant.userId) : undefined;
  if (!grant || !approved || !user)
    throw new ProtocolError("declined", standard ? {} : { error: "authorization_declined" });

  const { id: grantId, reach, methods, authTime } = grant;
  const from = { client, user, grantId, scopes: approved, reach, methods, authTime };
  return issueTokens(ctx, { ...from, event: "device_grant.redeemed", withClientInfo, ip }, async (input) => {
    const result = await ctx.store.tokens.redeem({ ...input, deviceCodeHash });
    if (result.outcome === "lost") throw lostTo(result.grant, input.now, standard);
    return result;
  });
}

/** Another request, or time, was faster. */
function lostTo(grant: DeviceGrant | undefined, now: number, standard: boolean): ProtocolError {
  const state = grant ? answerOf(grant, now) : "code_redeemed";
  if (state === "pending" || state === "approved") return new ProtocolError("code_redeemed");
  return declinedSpelling(state, standard);
}
