import { abortError, type Clock, untilAborted } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { type HttpAnswer, TransportError } from "../transport/transport.ts";
import { isBusy, unreachable } from "./issuer-answer.ts";

export interface RetryOptions {
  clock: Clock;
  observer?: Pick<FlowObserver, "retrying"> | undefined;
  signal?: AbortSignal | undefined;
}

/** Time limit of one exchange, in milliseconds. */
export const requestTimeoutMs = 15_000;

/**
 * Waits before the second and the third try, in milliseconds. An issuer that asks for more than the longest gets no
 * further try.
 */
const delays = [500, 1_500];
const longestWait = 10_000;

/**
 * For requests that a user waits for (discovery, device code, renewal): up to three tries for temporary failures.
 * Returns the last answer with any status; the caller judges it.
 * @throws DoorcodeError `issuer_unreachable`, `invalid_issuer_response` (over 1 MiB), `cancelled`, `timed_out`
 */
export async function withRetries(
  send: (signal: AbortSignal | undefined) => Promise<HttpAnswer>,
  { clock, observer, signal }: RetryOptions,
): Promise<HttpAnswer> {
  try {
    for (let tries = 0; ; tries++) {
      const outcome = await once(send, signal);
      const pause = delays[tries];
      if (outcome instanceof TransportError) {
        if (pause === undefined || outcome.kind === "tls" || outcome.kind === "too_large") throw unreachable(outcome);
        observer?.retrying(outcome.message, pause);
        await clock.sleep(pause, signal);
        continue;
      }
      if (pause === undefined || !isBusy(outcome)) return outcome;
      const wait = Math.max(pause, retryAfter(outcome, clock.now()) ?? 0);
      if (wait > longestWait) return outcome;
      observer?.retrying(`the issuer answered HTTP ${outcome.status}`, wait);
      await clock.sleep(wait, signal);
    }
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : error;
  }
}

async function once(
  send: (signal: AbortSignal | undefined) => Promise<HttpAnswer>,
  signal: AbortSignal | undefined,
): Promise<HttpAnswer | TransportError> {
  try {
    return await (signal ? untilAborted(send(signal), signal) : send(undefined));
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
}

/**
 * Milliseconds that `Retry-After` asks to wait (RFC 9110 §10.2.3); undefined if absent or invalid. A date is compared
 * with the answer's own `Date`, since a device's clock may be wrong.
 */
export function retryAfter(answer: HttpAnswer, now: number): number | undefined {
  const value = answer.headers["retry-after"]?.trim();
  if (!value) return undefined;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000;
  const until = Date.parse(value);
  if (Number.isNaN(until) || !/^[A-Z][a-z]{2},? /.test(value)) return undefined;
  const issuersNow = Date.parse(answer.headers.date ?? "");
  return Math.max(0, until - (Number.isNaN(issuersNow) ? now : issuersNow));
}
