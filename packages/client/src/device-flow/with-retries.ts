import type { Clock } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { type HttpAnswer, TransportError } from "../transport/transport.ts";
import { abortError, untilAborted } from "./abort.ts";
import { isBusy } from "./issuer-error.ts";
import { unreachable } from "./poll-result.ts";
import { retryAfter } from "./retry-after.ts";

export interface RetryOptions {
  clock: Clock;
  observer?: Pick<FlowObserver, "retrying"> | undefined;
  signal?: AbortSignal | undefined;
}

/** Waits before the second and the third try; an issuer that asks for more than the longest gets no further try. */
const delays = [500, 1_500];
const longestWait = 10_000;

/**
 * For requests a person waits for (discovery, device code, renewal): three tries at what may pass by itself, then the end.
 * Returns the last answer whatever its status; the caller judges it.
 * @throws DoorcodeError `issuer_unreachable`, `issuer_misbehaved` (over 1 MiB), `cancelled`, `timed_out`
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
