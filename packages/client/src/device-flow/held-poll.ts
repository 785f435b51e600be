import { requestTimeoutMs } from "../issuer/with-retries.ts";
import type { HttpAnswer } from "../transport/transport.ts";

/**
 * How long a poll may be held, in seconds: less than what common proxies allow a request (50 or 60), and a sixth of the
 * polls at the usual interval.
 */
const longestWait = 30;

/** A connection that ended sooner says nothing about how long requests may last. */
const soonestCutMs = 1_000;

/** The metadata's `doorcode_prefer_wait_seconds`: issuers that do not announce it never see the preference. */
export function announcedWait(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** The seconds to ask for. 0: a plain poll, because the issuer would answer before the next one is due anyway. */
export function firstWait(announced: number | undefined, interval: number): number {
  return worthwhile(Math.min(announced ?? 0, longestWait), interval);
}

/** For the next poll: never beyond the end of the code. */
export function waitOf(wait: number, { interval, left }: { interval: number; left: number }): number {
  return Math.min(worthwhile(wait, interval), Math.max(0, Math.floor(left / 1_000)));
}

/**
 * After a poll without an answer: something between here and the issuer may end requests that last longer. Half of what
 * it allowed is tried next, then plain polls.
 */
export function shorterWait(
  wait: number,
  { elapsed, failures, interval }: { elapsed: number; failures: number; interval: number },
): number {
  if (failures > 1) return 0;
  if (elapsed < soonestCutMs) return wait;
  return worthwhile(Math.floor(Math.min(wait * 1_000, elapsed) / 2_000), interval);
}

const worthwhile = (wait: number, interval: number) => (wait * 1_000 >= interval ? wait : 0);

/** RFC 7240 §4.3, and the time that such a request may take. */
export function withPreference<Request extends { headers?: Record<string, string>; timeoutMs: number }>(
  request: Request,
  wait: number,
): Request {
  if (wait === 0) return request;
  const headers = { ...request.headers, prefer: `wait=${wait}` };
  return { ...request, headers, timeoutMs: requestTimeoutMs + wait * 1_000 };
}

/** Milliseconds for which the issuer says that it held the poll; 0 if it did not apply the preference. */
export function heldMs(answer: HttpAnswer, wait: number): number {
  const applied = /(?:^|,)\s*wait\s*=\s*"?(\d{1,9})/i.exec(answer.headers["preference-applied"] ?? "");
  return Math.min(Number(applied?.[1] ?? 0), wait) * 1_000;
}
