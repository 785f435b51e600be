import type { DeviceCode, PresentedCode } from "../client.ts";
import { monotonic } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import { issuerError, plainText, readJsonObject, stringOf } from "../issuer/issuer-answer.ts";
import type { ConnectedSession } from "../issuer/issuer-session.ts";
import { requestTimeoutMs, withRetries } from "../issuer/with-retries.ts";
import { isSecure } from "../transport/secure-url.ts";
import type { HttpAnswer } from "../transport/transport.ts";

export interface DeviceAuthorization {
  code: DeviceCode;
  answer: HttpAnswer;
  requestedAt: number;
  monotonicAt: number;
  /** Secret: of the code challenge that the request had, to be sent with each poll (RFC 7636 §4.5). */
  codeVerifier: string | undefined;
}

/**
 * The device authorization request. With a code challenge where the metadata lists S256: that list is about the authorization
 * endpoint, and a device endpoint that knows no challenge ignores it (RFC 6749 §3.1). One that says otherwise, or demands a
 * challenge that nothing lists, is asked again its way.
 * @throws DoorcodeError at once when the issuer refuses it
 */
export async function askDeviceCode(
  input: DeviceCodeInput,
  session: Pick<ConnectedSession, "metadata" | "clientId" | "transport" | "clock">,
): Promise<DeviceAuthorization> {
  const first = session.metadata.challengeMethods?.includes("S256") ? newVerifier() : undefined;
  try {
    return await ask(input, session, first);
  } catch (error) {
    const isRefusal = error instanceof DoorcodeError && error.error !== undefined;
    if (!isRefusal || !/code_challenge|\bPKCE\b/i.test(error.message)) throw error;
    return await ask(input, session, first === undefined ? newVerifier() : undefined);
  }
}

/** Not by `import`; see token-store/store-state.ts. */
const crypto = process.getBuiltinModule("node:crypto");

/** RFC 7636 §4.1: 32 random bytes. */
const newVerifier = () => crypto.randomBytes(32).toString("base64url");

interface DeviceCodeInput {
  scopes: readonly string[];
  claims?: string | undefined;
  deviceName?: string | undefined;
  observer: Pick<FlowObserver, "retrying">;
  signal: AbortSignal;
}

/**
 * The device authorization request (RFC 8628 §3.1), as MSAL would send it: a test compares the two. Of its own MSAL adds to
 * `claims` only what its browser library reads.
 */
async function ask(
  input: DeviceCodeInput,
  { metadata, clientId, transport, clock }: Pick<ConnectedSession, "metadata" | "clientId" | "transport" | "clock">,
  codeVerifier: string | undefined,
): Promise<DeviceAuthorization> {
  const url = metadata.deviceAuthorizationEndpoint;
  if (url === undefined) {
    throw new DoorcodeError("invalid_issuer_response", {
      detail: `${metadata.issuer} offers no sign-in by code: its metadata has no device_authorization_endpoint.`,
      hint: "If it has one, name it: `endpoints.deviceAuthorization`, --device-endpoint. Else ask its operator to switch the device authorization grant on (RFC 8628).",
    });
  }
  const form = new URLSearchParams({ scope: input.scopes.join(" "), client_id: clientId });
  // Optional (RFC 8628 §3.1), and an empty one is none.
  if (input.scopes.length === 0) form.delete("scope");
  if (codeVerifier !== undefined) {
    form.set("code_challenge", crypto.createHash("sha256").update(codeVerifier).digest("base64url"));
    form.set("code_challenge_method", "S256");
  }
  if (input.claims !== undefined) form.set("claims", input.claims);
  // Not part of RFC 8628: only for an issuer that says it knows it.
  if (input.deviceName !== undefined && metadata.knowsDevices) form.set("device_name", input.deviceName);
  const headers = { "content-type": "application/x-www-form-urlencoded;charset=utf-8" };
  let requestedAt = 0;
  let monotonicAt = 0;
  const answer = await withRetries(
    (signal) => {
      requestedAt = clock.now();
      monotonicAt = monotonic(clock);
      return transport.send({
        url,
        method: "POST",
        headers,
        body: form.toString(),
        timeoutMs: requestTimeoutMs,
        signal,
      });
    },
    { clock, observer: input.observer, signal: input.signal },
  );
  return { code: readDeviceCode(answer, requestedAt, monotonicAt), answer, requestedAt, monotonicAt, codeVerifier };
}

const defaultInterval = 5_000; // RFC 8628 §3.2
const smallestInterval = 1_000;
const largestInterval = 3_600_000;

/**
 * The device authorization response (RFC 8628 §3.2). `requestedAt` is when the request began, by `Clock.now` and, where it is
 * given, by `Clock.monotonic`: the issuer counts `expires_in` from some moment after it.
 * @throws DoorcodeError of the issuer's error, or `invalid_issuer_response`
 */
export function readDeviceCode(answer: HttpAnswer, requestedAt: number, monotonicAt?: number): DeviceCode {
  if (answer.status !== 200) throw issuerError(answer, { request: "the device code" });
  const body = readJsonObject(answer.body);
  if (!body) throw invalid("it is not a JSON object");
  if (stringOf(body.error)) throw issuerError(answer, { request: "the device code" });

  const deviceCode = stringOf(body.device_code);
  const userCode = stringOf(body.user_code);
  // `verification_url` is how Google's and older Microsoft endpoints spell it.
  const given = stringOf(body.verification_uri) ?? body.verification_url;
  const verificationUri = webAddress(given);
  if (!deviceCode) throw invalid("it has no device_code");
  if (!userCode || userCode.length > 64 || plainText(userCode) !== userCode)
    throw invalid("it has no usable user_code");
  if (!verificationUri) throw invalid(`its verification_uri${unshown(given)} is no https address`);

  const lifetime = seconds(body.expires_in);
  if (lifetime === undefined || lifetime <= 0) throw invalid("its expires_in is not a number of seconds");
  const message = stringOf(body.message);
  const code: DeviceCode = {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: webAddress(stringOf(body.verification_uri_complete) ?? body.verification_url_complete),
    message:
      message === undefined
        ? undefined
        : plainText(message.replaceAll(String(given), verificationUri), { secrets: [deviceCode] }),
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
  if (value === undefined || value === null || value === "") return defaultInterval;
  const interval = seconds(value);
  if (interval === undefined || interval < 0 || interval > largestInterval)
    throw invalid("its interval is not a number of seconds");
  return Math.max(interval, smallestInterval);
}

/** Milliseconds of a number of seconds, which some servers write as a string. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number * 1_000 : undefined;
}

/**
 * An address to show a person: https, or http on this machine, without user name and password, in ASCII: letters of other
 * scripts can look like those of another name.
 */
function webAddress(value: unknown): string | undefined {
  const text = stringOf(value);
  if (text === undefined || plainText(text, { limit: 2_000 }) !== text || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!isSecure(url) || url.username !== "" || url.password !== "") return undefined;
  // A host alone stays as short as it was given.
  return url.href === `${url.origin}/` && !text.endsWith("/") ? url.origin : url.href;
}

/** The address in an error; not what may be a password. */
function unshown(value: unknown): string {
  const text = stringOf(value);
  if (text === undefined) return "";
  const named = text.replace(/^([a-z][a-z\d+.-]*:)?[\\/]*[^\\/@]*@/i, "$1//…@");
  return ` ${JSON.stringify(plainText(named, { limit: 100 }))}`;
}

function invalid(what: string): DoorcodeError {
  return new DoorcodeError("invalid_issuer_response", {
    detail: `the answer to the request for the device code: ${what}.`,
  });
}
