import { DoorcodeError } from "../errors.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import type { DeviceCode } from "./device-code.ts";
import type { PresentedCode } from "./events.ts";
import { issuerError } from "./issuer-error.ts";
import { plainText } from "./plain-text.ts";
import { readJsonObject, stringOf } from "./read-json.ts";

const defaultInterval = 5_000; // RFC 8628 §3.2
const smallestInterval = 1_000;
const largestInterval = 3_600_000;

/**
 * The device authorization response (RFC 8628 §3.2). `requestedAt` is when the request began, by `Clock.now` and, where it is
 * given, by `Clock.monotonic`: the issuer counts `expires_in` from some moment after it.
 * @throws DoorcodeError of the issuer's error, or `issuer_misbehaved`
 */
export function readDeviceCode(answer: HttpAnswer, requestedAt: number, monotonicAt?: number): DeviceCode {
  if (answer.status !== 200) throw issuerError(answer, { request: "the device code" });
  const body = readJsonObject(answer.body);
  if (!body) throw misbehaved("it is not a JSON object");
  if (stringOf(body.error)) throw issuerError(answer, { request: "the device code" });

  const deviceCode = stringOf(body.device_code);
  const userCode = stringOf(body.user_code);
  // `verification_url` is how Google's and older Microsoft endpoints spell it.
  const verificationUri = webAddress(body.verification_uri ?? body.verification_url);
  if (!deviceCode) throw misbehaved("it has no device_code");
  if (!userCode || userCode.length > 64 || plainText(userCode) !== userCode)
    throw misbehaved("it has no usable user_code");
  if (!verificationUri) throw misbehaved("its verification_uri is not a web address");

  const lifetime = seconds(body.expires_in);
  if (lifetime === undefined || lifetime <= 0) throw misbehaved("its expires_in is not a number of seconds");
  const message = stringOf(body.message);
  const code: DeviceCode = {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: webAddress(body.verification_uri_complete ?? body.verification_url_complete),
    message: message === undefined ? undefined : plainText(message, { secrets: [deviceCode] }),
    expiresAt: requestedAt + lifetime,
    interval: readInterval(body.interval),
  };
  if (monotonicAt !== undefined) code.deadline = monotonicAt + lifetime;
  return code;
}

/** What a person may see of it. */
export function presentedCode({ deviceCode: _, deadline: __, ...presented }: DeviceCode): PresentedCode {
  return presented;
}

function readInterval(value: unknown): number {
  if (value === undefined || value === null) return defaultInterval;
  const interval = seconds(value);
  if (interval === undefined || interval < 0 || interval > largestInterval)
    throw misbehaved("its interval is not a number of seconds");
  return Math.max(interval, smallestInterval);
}

/** Milliseconds of a number of seconds, which some servers write as a string. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number * 1_000 : undefined;
}

function webAddress(value: unknown): string | undefined {
  const text = stringOf(value);
  if (text === undefined || plainText(text, { limit: 2_000 }) !== text || !URL.canParse(text)) return undefined;
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

function misbehaved(what: string): DoorcodeError {
  return new DoorcodeError("issuer_misbehaved", { detail: `the answer to the request for the device code: ${what}.` });
}
