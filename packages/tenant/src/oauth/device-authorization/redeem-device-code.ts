import type { FastifyReply, FastifyRequest } from "fastify";
import { hashSecret } from "../../kernel/seal.ts";
import type { AuditEvent } from "../../storage/audit-events.ts";
import type { DeviceGrant, PolledGrant } from "../../storage/device-grant.ts";
import type { AuditRecord } from "../../storage/store.ts";
import { type IdentifiedClient, identifyAgain, identifyClient, requireGrant } from "../client-authentication.ts";
import { type Form, forget, required } from "../form.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { ProtocolError } from "../protocol-error.ts";
import { issueTokens } from "../tokens/issue-tokens.ts";
import { heldBefore, noteHeld } from "./held-polls.ts";
import { answerFromMemory, type PublicPoll, publicPoll } from "./known-polls.ts";
import { preferredWait } from "./prefer-wait.ts";

interface Exchange {
  /** True for the URN grant type. */
  standard: boolean;
  request: FastifyRequest;
  reply: FastifyReply;
}

/**
 * Handles one poll (RFC 8628 §3.4, §3.5). It reads one row, or none if its grant is known to wait, and writes nothing,
 * unless the grant is approved and the poll on time: then it redeems the grant, once. MSAL's `device_code` gets Entra's
 * spelling and never `slow_down`, which is fatal there.
 *
 * With `Prefer: wait=N` (RFC 7240 §4.3) a poll that is on time is held instead of answered with "pending". It counts as
 * one poll, at its start: the interval passes while it is held, so the next poll may follow a held one at once. An early
 * poll is never held.
 */
export async function tokenByDeviceCode(
  ctx: OAuthContext,
  form: Form,
  exchange: Exchange,
): Promise<Record<string, unknown>> {
  const { standard, request, reply } = exchange;
  const pace = ctx.pollPace;
  const applied = heldBefore(request.raw);
  if (applied !== undefined) preferenceApplied(reply, applied);
  const seconds = applied === undefined ? preferredWait(request.headers.prefer) : 0;
  const poll = publicPoll(form, request.headers.authorization);
  const known = poll && seconds === 0 && applied === undefined ? answerFromMemory(ctx, poll) : undefined;
  if (known) throw new ProtocolError(known);
  const { client, deviceCodeHash, polled } = await readPoll(ctx, request, form, poll);
  if (!polled) throw new ProtocolError("bad_code", standard ? {} : { error: "bad_verification_code" });
  if (polled.clientId !== client.app.clientId) throw new ProtocolError("wrong_client");

  if (applied === undefined && pace.note(deviceCodeHash, polled.expiresAt, standard) === "early") {
    throw new ProtocolError(standard ? "slow_down" : "pending");
  }
  const withClientInfo = form.get("client_info") === "1";
  let state = answerOf(polled, ctx.clock.now());
  let redeemer = client;
  if (state === "pending" && seconds > 0) {
    const after = await held(ctx, { client, deviceCodeHash, polled, seconds, form }, exchange);
    [redeemer, state] = [after.client, after.state];
  }
  if (state === "pending") throw new ProtocolError("pending");
  if (state !== "approved") {
    pace.forget(deviceCodeHash);
    throw declinedSpelling(state, standard);
  }
  const body = await redeemGrant(ctx, redeemer, { deviceCodeHash, standard, withClientInfo, ip: request.ip });
  pace.forget(deviceCodeHash);
  return body;
}

/** Reads the client and the grant from the store, and remembers a grant that waits. */
async function readPoll(ctx: OAuthContext, request: FastifyRequest, form: Form, poll: PublicPoll | undefined) {
  const reading = poll && ctx.store.pendingPolls.read(poll.deviceCodeHash, poll.clientId);
  try {
    const client = await identifyClient(ctx, request, form);
    requireGrant(client.app, "device_code");
    const deviceCodeHash = hashSecret(required(form, "device_code"));
    const polled = await ctx.store.grants.poll(deviceCodeHash);
    const waits = polled?.clientId === client.app.clientId && answerOf(polled, ctx.clock.now()) === "pending";
    if (waits && client.by === "nothing") reading?.remember(polled.expiresAt);
    return { client, deviceCodeHash, polled };
  } finally {
    reading?.end();
  }
}

type Answer = "pending" | "approved" | "declined" | "code_expired" | "code_redeemed";

interface WaitingPoll {
  client: IdentifiedClient;
  deviceCodeHash: string;
  polled: PolledGrant;
  seconds: number;
  form: Form;
}

/** Milliseconds, so that the end of the code is answered as such, although timers can fire slightly early. */
export const AFTER_EXPIRY = 20;

/** Responses of POST are never cached. `Vary` is for what may sit in between (RFC 7240 §2). */
function preferenceApplied(reply: FastifyReply, seconds: number): void {
  reply.headers({ "preference-applied": `wait=${seconds}`, vary: "Prefer" });
}

/**
 * Holds a pending poll until its answer changes or the wait is over. What decides is read from the store each time, the
 * client included. Without a free place, and when the tenant stops, the poll is answered at once.
 */
async function held(
  ctx: OAuthContext,
  { client, deviceCodeHash, polled, seconds, form }: WaitingPoll,
  { request, reply }: Exchange,
): Promise<{ client: IdentifiedClient; state: Answer }> {
  const { clientId } = polled;
  // An assertion is used up before it expires.
  const end = Math.min(
    polled.expiresAt + AFTER_EXPIRY,
    client.by === "certificate" ? client.assertion.expiresAt : Infinity,
  );
  const ms = Math.min(seconds * 1_000, end - ctx.clock.now());
  const place = ctx.heldPolls.hold({ deviceCodeHash, clientId, ip: request.ip, ms, response: reply.raw });
  if (!place) return { client, state: "pending" };
  forget(form);
  preferenceApplied(reply, Math.ceil(ms / 1_000));
  const startedAt = performance.now();
  const read = async () => {
    const [again, grant] = await Promise.all([identifyAgain(ctx, client), ctx.store.grants.poll(deviceCodeHash)]);
    requireGrant(again.app, "device_code");
    return { client: again, state: grant ? answerOf(grant, ctx.clock.now()) : ("code_expired" as const) };
  };
  try {
    for (;;) {
      const now = await read();
      const woken = now.state === "pending" ? await place.next() : "over";
      if (woken === "gone" || woken === "stopping") {
        // The wait was cut short, so the client keeps its interval before the next poll.
        reply.removeHeader("preference-applied");
        return { client, state: "pending" };
      }
      if (woken === "changed") continue;
      return now.state === "pending" ? await read() : now;
    }
  } finally {
    place.release();
    noteHeld(request.raw, { ms: performance.now() - startedAt });
  }
}

/** Final states apply at any time. All others end when the code expires. */
export function answerOf(grant: PolledGrant, now: number): Answer {
  if (grant.status === "denied") return "declined";
  if (grant.status === "redeemed") return "code_redeemed";
  if (grant.expiresAt <= now) return "code_expired";
  return grant.status === "approved" ? "approved" : "pending";
}

function declinedSpelling(state: Exclude<Answer, "pending" | "approved">, standard: boolean): ProtocolError {
  return new ProtocolError(state, state === "declined" && !standard ? { error: "authorization_declined" } : {});
}

/**
 * Redeems an approved grant, once. Returns the body of the token response.
 *
 * @param redemption `recorded`: whose redemption the audit log has. Default: the client's
 * @throws ProtocolError
 */
export async function redeemGrant(
  ctx: OAuthContext,
  client: IdentifiedClient,
  redemption: {
    deviceCodeHash: string;
    standard: boolean;
    withClientInfo: boolean;
    ip: string;
    recorded?: Pick<AuditRecord, "actor"> & { event: AuditEvent };
  },
): Promise<Record<string, unknown>> {
  const { deviceCodeHash, standard, withClientInfo, ip } = redemption;
  const { event, actor } = redemption.recorded ?? { event: "device_grant.redeemed", actor: "client" };
  const grant = await ctx.store.grants.findByDeviceCodeHash(deviceCodeHash);
  const approved = grant?.approved;
  const user = grant?.userId ? await ctx.store.directory.findUser(grant.userId) : undefined;
  if (!grant || !approved || !user)
    throw new ProtocolError("declined", standard ? {} : { error: "authorization_declined" });

  const { id: grantId, reach, methods, authTime } = grant;
  const from = { client, user, grantId, scopes: approved, reach, methods, authTime };
  return issueTokens(ctx, { ...from, event, actor, withClientInfo, ip }, async (input) => {
    const result = await ctx.store.tokens.redeem({ ...input, deviceCodeHash });
    if (result.outcome === "lost") throw lostTo(result.grant, input.now, standard);
    return result;
  });
}

/** Another request redeemed the grant first, or it has just expired. */
function lostTo(grant: DeviceGrant | undefined, now: number, standard: boolean): ProtocolError {
  const state = grant ? answerOf(grant, now) : "code_redeemed";
  if (state === "pending" || state === "approved") return new ProtocolError("code_redeemed");
  return declinedSpelling(state, standard);
}
