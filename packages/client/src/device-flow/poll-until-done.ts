import { type Clock, monotonic } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import { abortError, untilAborted } from "./abort.ts";
import type { DeviceCode } from "./device-code.ts";
import { type PollResult, readPollAnswer, readPollFailure } from "./poll-result.ts";
import { afterPoll, firstPoll, isOver, type Schedule } from "./poll-schedule.ts";

export interface PollInput {
  code: DeviceCode;
  /** Sends one token request; its time limit is the transport's. */
  ask(signal: AbortSignal): Promise<HttpAnswer>;
  observer: Pick<FlowObserver, "waiting" | "slowed" | "retrying">;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Polls until somebody decided (RFC 8628 §3.4, §3.5); returns the 200 that holds the tokens. One poll at a time, none early,
 * none after the end.
 * @throws DoorcodeError `denied`, `code_expired`, `cancelled`, `timed_out`, `issuer_unreachable`, … (see issuerError)
 */
export async function pollUntilDone(input: PollInput): Promise<HttpAnswer> {
  const { code, clock, observer, signal } = input;
  const now = monotonic(clock);
  const deadline = code.deadline ?? now + (code.expiresAt - clock.now());
  let schedule = firstPoll({ interval: code.interval, now, deadline });
  let failure: Extract<PollResult, { kind: "transient" }> | undefined;

  while (!isOver(schedule)) {
    await sleepUntil(schedule.nextAt, clock, signal);
    // Asleep past the end: the machine was suspended, or the process stopped.
    if (monotonic(clock) >= deadline) break;
    const startedAt = monotonic(clock);
    const result = await poll(input);
    if (result.kind === "done") return result.answer;
    if (result.kind === "failed") throw result.error;
    const next = afterPoll(schedule, result, { startedAt, endedAt: monotonic(clock) });
    tell(observer, result, schedule, next, { clock, code });
    failure = result.kind === "transient" ? result : undefined;
    schedule = next;
  }
  await sleepUntil(deadline, clock, signal);
  throw failure ? neverCameBack(failure) : new DoorcodeError("code_expired");
}

async function poll({ code, ask, clock, signal }: PollInput): Promise<PollResult> {
  try {
    const answer = await untilAborted(ask(signal), signal);
    return readPollAnswer(answer, { now: clock.now(), secrets: [code.deviceCode] });
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    const result = readPollFailure(error);
    if (!result) throw error;
    return result;
  }
}

/** Timers may fire a moment early; the schedule decides, not the timer. */
async function sleepUntil(moment: number, clock: Clock, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      signal.throwIfAborted();
      const left = moment - monotonic(clock);
      if (left <= 0) return;
      await clock.sleep(Math.ceil(left), signal);
    }
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  }
}

function tell(
  observer: PollInput["observer"],
  result: PollResult,
  before: Schedule,
  after: Schedule,
  { clock, code }: { clock: Clock; code: DeviceCode },
): void {
  if (after.interval !== before.interval) observer.slowed(after.interval);
  if (result.kind === "transient") observer.retrying(result.reason, after.nextAt - monotonic(clock));
  else observer.waiting(code.expiresAt);
}

function neverCameBack(failure: Extract<PollResult, { kind: "transient" }>): DoorcodeError {
  return new DoorcodeError("issuer_unreachable", {
    detail: `${failure.reason}, and it stayed so until the code expired.`,
    hint: "Check the network, the proxy and the authority's address, then start the sign-in again.",
    cause: failure.cause,
  });
}
