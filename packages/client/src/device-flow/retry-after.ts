import type { HttpAnswer } from "../transport/transport.ts";

/**
 * Milliseconds that `Retry-After` asks to wait (RFC 9110 §10.2.3); undefined where there is none or it makes no sense.
 * A date is read against the answer's own `Date`, since a device's clock may be wrong.
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
