import { DoorcodeError } from "../errors.ts";
import { type HttpAnswer, TransportError } from "../transport/transport.ts";
import { issuerError } from "./issuer-error.ts";
import { readJsonObject, stringOf } from "./read-json.ts";
import { retryAfter } from "./retry-after.ts";

/** What one poll says (RFC 8628 §3.5). `wait`: milliseconds the issuer asked for by Retry-After. */
export type PollResult =
  | { kind: "done"; answer: HttpAnswer }
  | { kind: "pending"; wait: number }
  | { kind: "slow_down"; wait: number }
  /** Nothing is decided: the network or a server failed for now. */
  | { kind: "transient"; wait: number; reason: string; cause: unknown }
  | { kind: "failed"; error: DoorcodeError };

export function readPollAnswer(answer: HttpAnswer, context: { now: number; secrets: readonly string[] }): PollResult {
  const body = readJsonObject(answer.body);
  const wait = retryAfter(answer, context.now) ?? 0;
  const error = body && stringOf(body.error);
  // By its name whatever the status: some gateways turn 400 into 403 or 429.
  if (error === "authorization_pending" && answer.status !== 429) return { kind: "pending", wait };
  if (error === "slow_down") return { kind: "slow_down", wait };
  if (answer.status === 429) return { kind: "slow_down", wait };

  if (answer.status >= 500 || answer.status === 408 || error === "temporarily_unavailable") {
    return { kind: "transient", wait, reason: `the issuer answered HTTP ${answer.status}`, cause: undefined };
  }
  if (answer.status === 200 && !error) {
    if (stringOf(body?.access_token)) return { kind: "done", answer };
    const detail = "the answer to the poll is HTTP 200 without an access token.";
    return { kind: "failed", error: new DoorcodeError("issuer_misbehaved", { detail }) };
  }
  return { kind: "failed", error: issuerError(answer, { request: "the token", secrets: context.secrets }) };
}

/** What an exchange that brought no answer says; undefined when it is no failure of the network. */
export function readPollFailure(failure: unknown): PollResult | undefined {
  if (!(failure instanceof TransportError)) return undefined;
  if (failure.kind === "timeout" || failure.kind === "connection") {
    return { kind: "transient", wait: 0, reason: failure.message, cause: failure };
  }
  return { kind: "failed", error: unreachable(failure) };
}

/** A failure of the network that is final. */
export function unreachable(failure: TransportError): DoorcodeError {
  if (failure.kind === "too_large") {
    return new DoorcodeError("issuer_misbehaved", { detail: `${failure.message}.`, cause: failure });
  }
  const hint = "Check the certificate, or name the issuer's CA: `ca`, `--ca-file` or DOORCODE_CA_FILE.";
  return new DoorcodeError("issuer_unreachable", {
    detail: `${failure.message}.`,
    cause: failure,
    ...(failure.kind === "tls" && { hint }),
  });
}
