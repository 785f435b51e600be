import type { IncomingMessage, ServerResponse } from "node:http";
import { grantTypesOf } from "../../directory/grant-types.ts";
import { findClient } from "../client-authentication.ts";
import type { OAuthContext } from "../oauth-context.ts";
import { noteHeld } from "./held-polls.ts";
import type { PublicPoll } from "./known-polls.ts";
import { preferredWait } from "./prefer-wait.ts";
import { AFTER_EXPIRY, answerOf } from "./redeem-device-code.ts";

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  ip: string;
}

/**
 * - `pending`, `slow_down`: the answer. `applied`: the seconds of `Preference-Applied`.
 * - `usual`: the token endpoint must answer. It knows whether the poll was held (`heldBefore`).
 * - `gone`: the client has closed its connection.
 */
export type PlainPollEnd = { answer: "pending" | "slow_down"; applied?: number } | "usual" | "gone";

/**
 * Holds a poll of a public client (`Prefer: wait=N`) before the web framework sees it, which would keep its own objects
 * for each. Only waiting is decided here: whatever is not "pending" is read and answered by the token endpoint.
 *
 * @throws StoreError
 */
export async function holdPlainPoll(
  ctx: OAuthContext,
  poll: PublicPoll,
  { request, response, ip }: Exchange,
): Promise<PlainPollEnd> {
  const { deviceCodeHash, clientId, standard } = poll;
  const expiresAt = await endOfWaiting(ctx, poll);
  if (expiresAt === undefined) return "usual";
  if (ctx.pollPace.note(deviceCodeHash, expiresAt, standard) === "early") {
    return { answer: standard ? "slow_down" : "pending" };
  }
  const ms = Math.min(preferredWait(request.headers.prefer) * 1_000, expiresAt + AFTER_EXPIRY - ctx.clock.now());
  const place = ctx.heldPolls.hold({ deviceCodeHash, clientId, ip, ms, response });
  if (!place) return { answer: "pending" };
  const startedAt = performance.now();
  const applied = Math.ceil(ms / 1_000);
  try {
    for (;;) {
      // Also before it waits: a change that was committed before the watch began is not reported.
      if ((await endOfWaiting(ctx, poll)) === undefined) return "usual";
      const woken = await place.next();
      if (woken === "gone") return "gone";
      // The wait was cut short, so the client keeps its interval before the next poll.
      if (woken === "stopping") return { answer: "pending" };
      if (woken === "over")
        return (await endOfWaiting(ctx, poll)) === undefined ? "usual" : { answer: "pending", applied };
    }
  } finally {
    place.release();
    noteHeld(request, { ms: performance.now() - startedAt, applied });
  }
}

/** When the code expires, if its poll would be answered with "pending" now. Otherwise undefined. */
async function endOfWaiting(ctx: OAuthContext, { deviceCodeHash, clientId }: PublicPoll): Promise<number | undefined> {
  const [app, polled] = await Promise.all([findClient(ctx, clientId), ctx.store.grants.poll(deviceCodeHash)]);
  if (!app || app.disabledAt !== null || !app.publicClient || !grantTypesOf(app).includes("device_code"))
    return undefined;
  if (!polled || polled.clientId !== app.clientId) return undefined;
  return answerOf(polled, ctx.clock.now()) === "pending" ? polled.expiresAt : undefined;
}
