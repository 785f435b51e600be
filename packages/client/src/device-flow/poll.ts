import type { DeviceCode } from "../client.ts";
import { abortError, type Clock, monotonic, untilAborted } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import { issuerError, readJsonObject, stringOf, unreachable } from "../issuer/issuer-answer.ts";
import { retryAfter } from "../issuer/with-retries.ts";
import { type HttpAnswer, TransportError } from "../transport/transport.ts";

export interface PollInput {
  code: DeviceCode;
  /** Sends one token request; its time limit is the transport's. */
  ask(signal: AbortSignal): Promise<HttpAnswer>;
  /** What no error may repeat, beside the device code. */
  secrets?: readonly string[] | undefined;
  /** What the answer is checked with. No poll is sent before it is there: the answer with the tokens comes only once. */
  ready?: (() => Promise<unknown>) | undefined;
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

async function poll({ code, ask, ready, secrets = [], clock, signal }: PollInput): Promise<PollResult> {
  try {
    if (ready) await untilAborted(ready(), signal);
    const answer = await untilAborted(ask(signal), signal);
    return readPollAnswer(answer, { now: clock.now(), secrets: [code.deviceCode, ...secrets] });
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

/** When to poll next; pure. All times are `Clock.monotonic` in milliseconds. */
export interface Schedule {
  /** Between polls, by the issuer's word; `slow_down` makes it grow for good. */
  interval: number;
  /** Polls in a row that brought no answer. */
  failures: number;
  nextAt: number;
  /** The device code's end: no poll starts at or after it. */
  deadline: number;
}

const slowDownStep = 5_000; // RFC 8628 §3.5: "by 5 seconds for this and all subsequent requests"
const longestBackOff = 60_000;
/** A little over the interval: an issuer's clock may run faster than ours, and a poll too early costs five seconds. */
const spaced = (interval: number) => Math.ceil(interval * 1.05);

export function firstPoll(start: { interval: number; now: number; deadline: number }): Schedule {
  return {
    interval: start.interval,
    failures: 0,
    nextAt: start.now + spaced(start.interval),
    deadline: start.deadline,
  };
}

/**
 * After a poll that was sent at `startedAt` and ended at `endedAt`. An answered poll is followed a spaced interval after its
 * start, yet at least the interval after its end: however long either request was under way, they arrive that far apart.
 */
export function afterPoll(
  schedule: Schedule,
  result: Extract<PollResult, { wait: number }>,
  { startedAt, endedAt }: { startedAt: number; endedAt: number },
): Schedule {
  const interval = schedule.interval + (result.kind === "slow_down" ? slowDownStep : 0);
  const asked = endedAt + result.wait;
  if (result.kind !== "transient") {
    const nextAt = Math.max(startedAt + spaced(interval), endedAt + interval, asked);
    return { ...schedule, interval, failures: 0, nextAt };
  }
  const failures = schedule.failures + 1;
  // Doubled with every failure, and never less than doubled: a connection that timed out asks for fewer polls (§3.5).
  const doubled = 2 * spaced(interval);
  const earliest = endedAt + doubled;
  const backedOff = endedAt + Math.min(spaced(interval) * 2 ** failures, Math.max(longestBackOff, doubled));
  // The network may heal just before the end: rather one try then than none.
  const lastChance = Math.max(earliest, schedule.deadline - spaced(interval));
  return { ...schedule, interval, failures, nextAt: Math.max(Math.min(backedOff, lastChance), asked) };
}

export const isOver = (schedule: Schedule): boolean => schedule.nextAt >= schedule.deadline;

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
    return { kind: "failed", error: new DoorcodeError("invalid_issuer_response", { detail }) };
  }
  return { kind: "failed", error: issuerError(answer, { request: "the token", secrets: context.secrets }) };
}

/** What an exchange that brought no answer says; undefined when it is no failure of the network. */
export function readPollFailure(failure: unknown): PollResult | undefined {
  // Of what was to be ready before the poll; the issuer may be back in time.
  if (failure instanceof DoorcodeError && failure.code === "issuer_unreachable") {
    const { cause, message } = failure;
    return cause instanceof TransportError
      ? readPollFailure(cause)
      : { kind: "transient", wait: 0, reason: message, cause: failure };
  }
  if (!(failure instanceof TransportError)) return undefined;
  if (failure.kind === "timeout" || failure.kind === "connection") {
    return { kind: "transient", wait: 0, reason: failure.message, cause: failure };
  }
  return { kind: "failed", error: unreachable(failure) };
}
