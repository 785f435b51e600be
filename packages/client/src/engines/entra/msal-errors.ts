import type { INetworkModule, NetworkResponse } from "@azure/msal-node";
import { DoorcodeError, type DoorcodeErrorCode } from "../../errors.ts";
import { plainText, readJsonObject } from "../../issuer/issuer-answer.ts";
import type { HttpAnswer } from "../../transport/transport.ts";

/** What the last request of a network client met: MSAL keeps little of it. */
interface Trace {
  failure: DoorcodeError | undefined;
  issuer: string | undefined;
}

const traces = new WeakMap<INetworkModule, Trace>();

export function noteSuccess(module: INetworkModule, seen: { issuer?: string | undefined } = {}): void {
  traces.set(module, { failure: undefined, issuer: seen.issuer ?? traces.get(module)?.issuer });
}

/** Remembers a failure and gives it back as a DoorcodeError. */
export function noteFailure(module: INetworkModule, error: unknown): DoorcodeError {
  const failure = error instanceof DoorcodeError ? error : unexpected(error);
  traces.set(module, { failure, issuer: traces.get(module)?.issuer });
  return failure;
}

/** MSAL's own codes, for what never reached the network. */
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

/** MSAL says these of any failure below it; what the network client saw says more. */
const vague = new Set(["endpoints_resolution_error", "openid_config_error", "network_error", "post_request_failed"]);

/**
 * Any error that MSAL threw, as the DoorcodeError it stands for. With the network client that MSAL ran on, what MSAL
 * swallowed is found again: the cause of `endpoints_resolution_error`, the description and numbers of the issuer's errors.
 */
export function asDoorcodeError(error: unknown, networkClient?: INetworkModule): DoorcodeError {
  if (error instanceof DoorcodeError) return error;
  const trace = networkClient && traces.get(networkClient);
  const told = msalError(error);
  if (!told) return unexpected(error);
  const seen = trace?.failure;
  if (seen && (vague.has(told.code) || seen.error === told.code)) return seen;

  const code = codes[told.code] ?? (told.isServerError ? "client_rejected" : "configuration");
  const issuer = told.code === "endpoints_resolution_error" && trace?.issuer;
  const detail = issuer
    ? `its metadata names the issuer ${plainText(issuer, { limit: 200 })}, which MSAL does not accept for this authority.`
    : plainText(told.message);
  return new DoorcodeError(code, {
    detail,
    cause: error,
    ...(code === "configuration" && { hint: "MSAL refuses it: check authority, client ID, scopes and claims." }),
    ...(told.isServerError && { error: told.code }),
    ...(told.suberror !== undefined && { suberror: told.suberror }),
    ...(told.correlationId !== undefined && { correlationId: told.correlationId }),
  });
}

/** By its members, not its class: MSAL may be loaded twice, as an ES module and as CommonJS. */
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
  const detail = error instanceof Error ? plainText(error.message) : "something that is no error was thrown.";
  return new DoorcodeError("invalid_issuer_response", { detail, cause: error });
}

/**
 * An answer that MSAL may read. Without Retry-After: MSAL would refuse the next call by itself, for a minute, whatever it is.
 */
export function msalAnswer<T>(answer: HttpAnswer, body: unknown = readJsonObject(answer.body)): NetworkResponse<T> {
  const { "retry-after": _, ...headers } = answer.headers;
  return { status: answer.status, headers, body: body as T };
}

/** What MSAL 7.2 reads first of an answer of the devicecode endpoint, and of the token endpoint. */
const readFirst = ["user_code", "error"];

/**
 * Carries an error through MSAL. Whatever a network client throws becomes a bare `network_error`, and an error in the body
 * loses its description; an answer whose members throw reaches the caller as the DoorcodeError it is. The status is 200 since
 * MSAL remembers 429 and 5xx and then fails the next call locally.
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
