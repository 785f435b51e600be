import { monotonic } from "../clock.ts";
import type { DeviceCode } from "../device-flow/device-code.ts";
import { readDeviceCode } from "../device-flow/read-device-code.ts";
import { withRetries } from "../device-flow/with-retries.ts";
import { DoorcodeError } from "../errors.ts";
import type { HttpAnswer } from "../transport/transport.ts";
import type { EngineContext, FlowObserver } from "./engine.ts";
import { type IssuerMetadata, requestTimeoutMs } from "./metadata.ts";

export interface DeviceAuthorization {
  code: DeviceCode;
  answer: HttpAnswer;
  requestedAt: number;
  monotonicAt: number;
}

/**
 * The device authorization request (RFC 8628 §3.1), as MSAL would send it: a test compares the two. Of its own MSAL adds to
 * `claims` only what its browser library reads.
 * @throws DoorcodeError at once when the issuer refuses it
 */
export async function askDeviceCode(
  input: {
    scopes: readonly string[];
    claims?: string | undefined;
    deviceName?: string | undefined;
    observer: Pick<FlowObserver, "retrying">;
    signal: AbortSignal;
  },
  metadata: IssuerMetadata,
  { clientId, transport, clock }: EngineContext,
): Promise<DeviceAuthorization> {
  const url = metadata.deviceAuthorizationEndpoint;
  if (url === undefined) {
    throw new DoorcodeError("issuer_misbehaved", {
      detail: `${metadata.issuer} offers no sign-in by code: its metadata has no device_authorization_endpoint.`,
      hint: "Ask the issuer's operator to switch the device authorization grant on (RFC 8628).",
    });
  }
  const form = new URLSearchParams({ scope: input.scopes.join(" "), client_id: clientId });
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
  return { code: readDeviceCode(answer, requestedAt, monotonicAt), answer, requestedAt, monotonicAt };
}
