import type { DeviceCode, PresentedCode } from "../client.ts";
import { monotonic } from "../clock.ts";
import type { FlowObserver } from "../engines/engine.ts";
import { DoorcodeError } from "../errors.ts";
import { issuerError, plainText, readJsonObject, stringOf } from "../issuer/issuer-answer.ts";
import type { ConnectedSession } from "../issuer/issuer-session.ts";
import { requestTimeoutMs, withRetries } from "../issuer/with-retries.ts";
import { isLocalNetwork, isLoopback, isSecure } from "../transport/secure-url.ts";
import type { HttpAnswer } from "../transport/transport.ts";

export interface DeviceAuthorization {
  code: DeviceCode;
  answer: HttpAnswer;
  requestedAt: number;
  monotonicAt: number;
  /** Secret. Belongs to the code challenge of the request; sent with each poll (RFC 7636 §4.5). */
  codeVerifier: string | undefined;
}

/**
 * Sends the device authorization request. It carries a code challenge where the metadata lists S256: that list
 * describes the authorization endpoint, and a device endpoint that does not support challenges ignores them (RFC 6749
 * §3.1). If the issuer rejects the challenge, or demands one that it does not list, the request is repeated
 * accordingly.
 * @throws DoorcodeError immediately when the issuer rejects the request
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

/** Not loaded with `import`; see token-store/store-state.ts. */
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
 * The device authorization request (RFC 8628 §3.1), as MSAL would send it; a test compares the two. What MSAL itself
 * adds to `claims` is read only by its browser library.
 */
async function ask(
  input: DeviceCodeInput,
  { metadata, clientId, transport, clock }: Pick<ConnectedSession, "metadata" | "clientId" | "transport" | "clock">,
  codeVerifier: string | undefined,
): Promise<DeviceAuthorization> {
  const url = metadata.deviceAuthorizationEndpoint;
  if (url === undefined) {
    throw new DoorcodeError("invalid_issuer_response", {
      detail: `${metadata.issuer} does not offer sign-in with a code: its metadata has no device_authorization_endpoint.`,
      hint: "If the issuer has one, name it (option endpoints.deviceAuthorization, or --device-endpoint). Otherwise ask its operator to enable the device authorization grant (RFC 8628).",
    });
  }
  const form = new URLSearchParams({ scope: input.scopes.join(" "), client_id: clientId });
  // Optional (RFC 8628 §3.1). An empty scope is left out.
  if (input.scopes.length === 0) form.delete("scope");
  if (codeVerifier !== undefined) {
    form.set("code_challenge", crypto.createHash("sha256").update(codeVerifier).digest("base64url"));
    form.set("code_challenge_method", "S256");
  }
  if (input.claims !== undefined) form.set("claims", input.claims);
  // Not part of RFC 8628; sent only to issuers that support it.
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
  return {
    code: readDeviceCode(answer, { endpoint: url, requestedAt, monotonicAt }),
    answer,
    requestedAt,
    monotonicAt,
    codeVerifier,
  };
}

const defaultInterval = 5_000; // RFC 8628 §3.2
const smallestInterval = 1_000;
const largestInterval = 3_600_000;

/**
 * Reads the device authorization response (RFC 8628 §3.2). `requestedAt` is the start of the request by `Clock.now`
 * and, if available, `Clock.monotonic`: the issuer counts `expires_in` from some moment after it.
 * @throws DoorcodeError for the issuer's error, or `invalid_issuer_response`
 */
export function readDeviceCode(
  answer: HttpAnswer,
  { endpoint, requestedAt, monotonicAt }: { endpoint: string; requestedAt: number; monotonicAt?: number },
): DeviceCode {
  if (answer.status !== 200) throw issuerError(answer, { request: "the device code" });
  const body = readJsonObject(answer.body);
  if (!body) throw invalid("it is not a JSON object");
  if (stringOf(body.error)) throw issuerError(answer, { request: "the device code" });

  const deviceCode = stringOf(body.device_code);
  const userCode = stringOf(body.user_code);
  // Google's and older Microsoft endpoints call it `verification_url`.
  const given = stringOf(body.verification_uri) ?? body.verification_url;
  const near = isLoopback(new URL(endpoint).hostname);
  const verificationUri = webAddress(given, near);
  if (!deviceCode) throw invalid("it has no device_code");
  if (!userCode || userCode.length > 64 || plainText(userCode) !== userCode)
    throw invalid("it has no usable user_code");
  if (!verificationUri) throw invalid(`its verification_uri${unshown(given)} is not an https address`);

  const lifetime = seconds(body.expires_in);
  if (lifetime === undefined || lifetime <= 0) throw invalid("its expires_in is not a number of seconds");
  const message = stringOf(body.message);
  const code: DeviceCode = {
    deviceCode,
    userCode,
    verificationUri,
    verificationUriComplete: webAddress(
      stringOf(body.verification_uri_complete) ?? body.verification_url_complete,
      near,
    ),
    message:
      message === undefined
        ? undefined
        : plainText(
            message.replaceAll(String(given), () => verificationUri),
            { secrets: [deviceCode] },
          ),
    expiresAt: requestedAt + lifetime,
    interval: readInterval(body.interval),
  };
  if (monotonicAt !== undefined) code.deadline = monotonicAt + lifetime;
  return code;
}

/** What may be shown to the user. */
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

/** Converts seconds, which some servers write as a string, to milliseconds. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number * 1_000 : undefined;
}

/**
 * Returns an address that is safe to show: https, or http on this machine; without user name and password; in ASCII,
 * because letters of other scripts can imitate another name.
 */
/** `near`: from an issuer on this machine, whose pages may be http on the local network, for a phone in the room. */
function webAddress(value: unknown, near: boolean): string | undefined {
  const text = stringOf(value);
  if (text === undefined || plainText(text, { limit: 2_000 }) !== text || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const reachable = isSecure(url) || (near && url.protocol === "http:" && isLocalNetwork(url.hostname));
  if (!reachable || url.username !== "" || url.password !== "") return undefined;
  // A bare host stays as short as the issuer wrote it.
  return url.href === `${url.origin}/` && !text.endsWith("/") ? url.origin : url.href;
}

/** The address for an error message, without what may be a password. */
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
