import type { DeviceCode } from "../client.ts";
import { abortError, type Clock, monotonic, untilAborted } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import { issuerError, readJsonObject, stringOf, unreachable } from "../issuer/issuer-answer.ts";
import { retryAfter } from "../issuer/with-retries.ts";
import { type HttpAnswer, TransportError } from "../transport/transport.ts";
import { firstWait, heldMs, shorterWait, waitOf } from "./held-poll.ts";

export interface PollInput {
  code: DeviceCode;
  /**
   * Sends one token request. The transport limits its time. `wait`: the seconds for which the issuer may hold it
   * (`withPreference`), 0 for a plain poll.
   */
  ask(signal: AbortSignal, wait: number): Promise<HttpAnswer>;
  /** The seconds for which the issuer announces that it holds a poll. */
  announcedWait?: number | undefined;
  /** What errors must not repeat, besides the device code. */
  secrets?: readonly string[] | undefined;
  /**
   * What the answer is checked with. No poll is sent before it is available: the answer with the tokens comes only
   * once.
   */
  ready?: (() => Promise<unknown>) | undefined;
  observer: Pick<FlowObserver, "waiting" | "slowed" | "retrying">;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Polls until the user decides (RFC 8628 §3.4, §3.5), and returns the HTTP 200 answer with the tokens. Never two polls
 * at once, none early, none after the code expires.
 *
 * Where the issuer holds polls (`Prefer: wait`, RFC 7240 §4.3), it answers when the user decides. The first poll is then
 * sent at once: RFC 8628 §3.2 asks for the interval between polls.
 * @throws DoorcodeError `denied`, `code_expired`, `cancelled`, `timed_out`, `issuer_unreachable`, … (see issuerError)
 */
export async function pollUntilDone(input: PollInput): Promise<HttpAnswer> {
  const { code, clock, observer, signal } = input;
  const now = monotonic(clock);
  const deadline = code.deadline ?? now + (code.expiresAt - clock.now());
  let wait = firstWait(input.announcedWait, code.interval);
  let schedule = firstPoll({ interval: code.interval, now, deadline });
  if (wait > 0) schedule = { ...schedule, nextAt: now };
  let failure: Extract<PollResult, { kind: "transient" }> | undefined;

  while (!isOver(schedule)) {
    await sleepUntil(schedule.nextAt, clock, signal);
    // Slept past the end: the machine was suspended, or the process stopped.
    if (monotonic(clock) >= deadline) break;
    const startedAt = monotonic(clock);
    const asked = waitOf(wait, { interval: schedule.interval, left: deadline - startedAt });
    let result = await poll(input, asked);
    if (result.kind === "done") return result.answer;
    if (result.kind === "failed") {
      if (asked === 0 || !result.mayBeThePreference) throw result.error;
      wait = 0;
      result = { kind: "pending", wait: 0, held: 0 };
    }
    const endedAt = monotonic(clock);
    const next = afterPoll(schedule, result, { startedAt, endedAt });
    if (result.kind === "transient" && asked > 0) {
      const { failures, interval } = next;
      wait = shorterWait(asked, { elapsed: endedAt - startedAt, failures, interval });
    }
    tell(observer, result, schedule, next, { clock, code });
    failure = result.kind === "transient" ? result : undefined;
    schedule = next;
  }
  await sleepUntil(deadline, clock, signal);
  throw failure ? neverCameBack(failure) : new DoorcodeError("code_expired");
}

async function poll({ code, ask, ready, secrets = [], clock, signal }: PollInput, wait: number): Promise<PollResult> {
  try {
    if (ready) await untilAborted(ready(), signal);
    const answer = await untilAborted(ask(signal, wait), signal);
    return readPollAnswer(answer, { now: clock.now(), wait, secrets: [code.deviceCode, ...secrets] });
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    const result = readPollFailure(error);
    if (!result) throw error;
    return result;
  }
}

/** Timers may fire slightly early; the schedule decides, not the timer. */
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
    detail: `${failure.reason}, and this did not change before the code expired.`,
    hint: "Check the network, the proxy and the authority's address, then start the sign-in again.",
    cause: failure.cause,
  });
}

/** Decides when to poll next. Pure; all times are `Clock.monotonic` in milliseconds. */
export interface Schedule {
  /** Time between polls that the issuer demands. `slow_down` increases it permanently. */
  interval: number;
  /** Consecutive polls without an answer. */
  failures: number;
  nextAt: number;
  /** When the device code expires: no poll starts at or after it. */
  deadline: number;
}

const slowDownStep = 5_000; // RFC 8628 §3.5: "by 5 seconds for this and all subsequent requests"
const longestBackOff = 60_000;
/**
 * Slightly more than the interval: an issuer's clock may run faster than ours, and an early poll costs five seconds.
 */
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
 * Schedules the poll after one that started at `startedAt` and ended at `endedAt`. After an answered poll, the next
 * starts a full interval after the last start, and at least the bare interval after its end. That way requests arrive
 * far enough apart, however long either was on its way. Time for which the issuer held the poll had already passed
 * since it arrived, so it counts.
 */
export function afterPoll(
  schedule: Schedule,
  result: Extract<PollResult, { wait: number }>,
  { startedAt, endedAt }: { startedAt: number; endedAt: number },
): Schedule {
  const interval = schedule.interval + (result.kind === "slow_down" ? slowDownStep : 0);
  const asked = endedAt + result.wait;
  if (result.kind !== "transient") {
    const held = result.kind === "pending" ? result.held : 0;
    const nextAt = Math.max(startedAt + spaced(interval), endedAt + Math.max(0, interval - held), asked);
    return { ...schedule, interval, failures: 0, nextAt };
  }
  const failures = schedule.failures + 1;
  // Doubles with every failure: after a connection timeout a client must poll less often (§3.5).
  const doubled = 2 * spaced(interval);
  const earliest = endedAt + doubled;
  const backedOff = endedAt + Math.min(spaced(interval) * 2 ** failures, Math.max(longestBackOff, doubled));
  // The network may recover just before the end, so one late try is better than none.
  const lastChance = Math.max(earliest, schedule.deadline - spaced(interval));
  return { ...schedule, interval, failures, nextAt: Math.max(Math.min(backedOff, lastChance), asked) };
}

export const isOver = (schedule: Schedule): boolean => schedule.nextAt >= schedule.deadline;

/**
 * The meaning of one poll's answer (RFC 8628 §3.5). `wait`: milliseconds that the issuer asked for with Retry-After.
 * `held`: milliseconds for which it held the poll.
 */
export type PollResult =
  | { kind: "done"; answer: HttpAnswer }
  | { kind: "pending"; wait: number; held: number }
  | { kind: "slow_down"; wait: number }
  /** Undecided: the network or a server failed temporarily. */
  | { kind: "transient"; wait: number; reason: string; cause: unknown }
  /** `mayBeThePreference`: the answer names no reason that belongs to the grant, so a plain poll may succeed. */
  | { kind: "failed"; error: DoorcodeError; mayBeThePreference?: boolean };

export function readPollAnswer(
  answer: HttpAnswer,
  context: { now: number; secrets: readonly string[]; wait?: number },
): PollResult {
  const body = readJsonObject(answer.body);
  const wait = retryAfter(answer, context.now) ?? 0;
  const error = body && stringOf(body.error);
  // By its name, regardless of the status: some gateways turn 400 into 403 or 429.
  if (error === "authorization_pending" && answer.status !== 429) {
    return { kind: "pending", wait, held: heldMs(answer, context.wait ?? 0) };
  }
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
  const mayBeThePreference = answer.status >= 400 && (error === undefined || error === "invalid_request");
  const failed = issuerError(answer, { request: "the token", secrets: context.secrets });
  return { kind: "failed", error: failed, mayBeThePreference };
}

/** Reads an exchange without an answer; undefined when it is not a network failure. */
export function readPollFailure(failure: unknown): PollResult | undefined {
  // Something needed before the poll failed; the issuer may recover in time.
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
