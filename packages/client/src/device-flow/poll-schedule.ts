import type { PollResult } from "./poll-result.ts";

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
