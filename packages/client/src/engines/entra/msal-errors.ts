import type { INetworkModule, NetworkResponse } from "@azure/msal-node";
import { DoorcodeError, type DoorcodeErrorCode } from "../../errors.ts";
import { plainText, readJsonObject } from "../../issuer/issuer-answer.ts";
import type { HttpAnswer } from "../../transport/transport.ts";

/** The result of a network client's last request: MSAL keeps little of it. */
interface Trace {
  failure: DoorcodeError | undefined;
  issuer: string | undefined;
}

const traces = new WeakMap<INetworkModule, Trace>();

export function noteSuccess(module: INetworkModule, seen: { issuer?: string | undefined } = {}): void {
  traces.set(module, { failure: undefined, issuer: seen.issuer ?? traces.get(module)?.issuer });
}

/** Remembers a failure and returns it as a DoorcodeError. */
export function noteFailure(module: INetworkModule, error: unknown): DoorcodeError {
  const failure = error instanceof DoorcodeError ? error : unexpected(error);
  traces.set(module, { failure, issuer: traces.get(module)?.issuer });
  return failure;
}

/** MSAL's own codes, for errors that occur before any request. */
const codes: Record<string, DoorcodeErrorCode> = {
  no_account_found: "sign_in_needed",
  no_account_in_silent_request: "sign_in_needed",
  no_tokens_found: "sign_in_needed",
  token_refresh_required: "sign_in_needed",
  native_account_unavailable: "sign_in_needed",
  refresh_token_expired: "sign_in_again",
  interaction_required: "sign_in_again",
  consent_required: "sign_in_again",
  login_required: "sign_in_again",
  bad_token: "sign_in_again",
  invalid_grant: "sign_in_again",
  device_code_expired: "code_expired",
  device_code_polling_cancelled: "cancelled",
  user_timeout_reached: "timed_out",
  network_error: "issuer_unreachable",
  no_network_connectivity: "issuer_unreachable",
  endpoints_resolution_error: "invalid_issuer_response",
  openid_config_error: "invalid_issuer_response",
  token_parsing_error: "invalid_issuer_response",
};

/** MSAL reports these for any failure below it; the network client knows more. */
const vague = new Set(["endpoints_resolution_error", "openid_config_error", "network_error", "post_request_failed"]);

/**
 * Converts any error that MSAL threw into the matching DoorcodeError. The network client that MSAL used supplies what
 * MSAL dropped: the cause of `endpoints_resolution_error`, and the issuer's error descriptions and numbers.
 * @example
 * ```ts
 * import { PublicClientApplication } from "@azure/msal-node";
 * import { asDoorcodeError, networkClient } from "@doorcode/client/msal";
 *
 * const network = networkClient();
 * const app = new PublicClientApplication({
 *   auth: { clientId: "00000000-0000-4000-8000-000000000000" },
 *   system: { networkClient: network },
 * });
 * try {
 *   await app.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback: console.log });
 * } catch (error) {
 *   console.error(asDoorcodeError(error, network).hint);
 * }
 * ```
 */
export function asDoorcodeError(error: unknown, networkClient?: INetworkModule): DoorcodeError {
  if (error instanceof DoorcodeError) return error;
  const trace = networkClient && traces.get(networkClient);
  const failed = msalError(error);
  if (!failed) return unexpected(error);
  const seen = trace?.failure;
  if (seen && (vague.has(failed.code) || seen.error === failed.code)) return seen;

  const code = codes[failed.code] ?? (failed.isServerError ? "client_rejected" : "configuration");
  const issuer = failed.code === "endpoints_resolution_error" && trace?.issuer;
  const detail = issuer
    ? `its metadata names the issuer ${plainText(issuer, { limit: 200 })}, which MSAL does not accept for this authority.`
    : plainText(failed.message);
  return new DoorcodeError(code, {
    detail,
    cause: error,
    ...(code === "configuration" && {
      hint: "MSAL rejects the request: check authority, client ID, scopes and claims.",
    }),
    ...(failed.isServerError && { error: failed.code }),
    ...(failed.suberror !== undefined && { suberror: failed.suberror }),
    ...(failed.correlationId !== undefined && { correlationId: failed.correlationId }),
  });
}

/** Checks members, not the class: MSAL may be loaded twice, as an ES module and as CommonJS. */
function msalError(error: unknown) {
  if (!(error instanceof Error) || !("errorCode" in error) || typeof error.errorCode !== "string") return undefined;
  const text = (name: string) => {
    const value = (error as unknown as Record<string, unknown>)[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  return {
    code: error.errorCode,
    message: text("errorMessage") ?? error.message,
    suberror: text("subError"),
    correlationId: text("correlationId"),
    isServerError: error.name === "ServerError" || error.name === "InteractionRequiredAuthError",
  };
}

function unexpected(error: unknown): DoorcodeError {
  const detail = error instanceof Error ? plainText(error.message) : "a value that is not an error was thrown.";
  return new DoorcodeError("invalid_issuer_response", { detail, cause: error });
}

/** An answer for MSAL. Without Retry-After: it would make MSAL itself reject the next call for a minute. */
export function msalAnswer<T>(answer: HttpAnswer, body: unknown = readJsonObject(answer.body)): NetworkResponse<T> {
  const { "retry-after": _, ...headers } = answer.headers;
  return { status: answer.status, headers, body: body as T };
}

/** The members that MSAL 7.2 reads first in an answer of the devicecode endpoint and of the token endpoint. */
const readFirst = ["user_code", "error"];

/**
 * Passes an error through MSAL. MSAL turns anything a network client throws into a bare `network_error`, and drops the
 * description of an error in the body. An answer whose members throw reaches the caller as the original DoorcodeError.
 * The status is 200 because MSAL remembers 429 and 5xx and then fails the next call locally.
 */
export function failedAnswer<T>(error: DoorcodeError): NetworkResponse<T> {
  const body = {};
  for (const name of readFirst) {
    Object.defineProperty(body, name, {
      get() {
        throw error;
      },
    });
  }
  return { status: 200, headers: {}, body: body as T };
}
