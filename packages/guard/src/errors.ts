/** Why a request was rejected. Stable: programs may compare it. */
export type GuardErrorCode =
  /** 401: the request has no bearer token. */
  | "token_missing"
  /** 400: the Authorization header is not a single bearer token (RFC 6750 §3.1 `invalid_request`). */
  | "authorization_malformed"
  /** 401, with RFC 6750's `invalid_token`, like all that follow. */
  | "token_too_large"
  | "token_malformed"
  | "algorithm_refused"
  | "type_refused"
  | "issuer_unknown"
  | "key_unknown"
  | "signature_invalid"
  | "id_token_refused"
  | "claim_missing"
  | "version_refused"
  | "audience_refused"
  | "tenant_refused"
  | "client_refused"
  | "permissions_missing"
  | "token_expired"
  | "token_not_yet_valid"
  /** 401: the token lacks a claim that the route requires (Entra's claims challenge). */
  | "insufficient_claims"
  /** 403: the token is valid but grants none of the route's scopes or roles. */
  | "insufficient_scope"
  /** 503: the issuer's keys have never been loaded, or too long ago, and cannot be loaded now. */
  | "issuer_unreachable";

/** What a `GuardError` is created with. */
export interface GuardErrorDetails {
  /** The HTTP status of the response. */
  status: 400 | 401 | 403 | 503;
  /** What the caller can do. */
  hint: string;
  /** Absent for 503: the token was not checked. */
  challenge?: Challenge;
  /** The underlying error. */
  cause?: unknown;
}

/**
 * A rejected request. `message` and `hint` contain nothing that the caller sent.
 * @example
 * ```ts
 * import type { IncomingMessage, ServerResponse } from "node:http";
 * import { type Guard, GuardError } from "@doorcode/guard";
 *
 * async function handle(guard: Guard, request: IncomingMessage, response: ServerResponse) {
 *   try {
 *     const token = await guard.verifyRequest(request, { scopes: ["ToDoList.Read"] });
 *     response.end(`Hello, ${token.sub}`);
 *   } catch (error) {
 *     if (!(error instanceof GuardError)) throw error;
 *     if (error.wwwAuthenticate !== null) response.setHeader("WWW-Authenticate", error.wwwAuthenticate);
 *     response.writeHead(error.status).end(JSON.stringify(error.body()));
 *   }
 * }
 * ```
 */
export class GuardError extends Error {
  /** Always `GuardError`. */
  override readonly name = "GuardError";
  /** Why the request was rejected: stable, for programs. */
  readonly code: GuardErrorCode;
  /** The HTTP status of the response. */
  readonly status: 400 | 401 | 403 | 503;
  /** What the caller can do about it. */
  readonly hint: string;
  /** The value of `WWW-Authenticate` (RFC 6750 §3); null for 503. */
  readonly wwwAuthenticate: string | null;

  constructor(code: GuardErrorCode, message: string, details: GuardErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.status = details.status;
    this.hint = details.hint;
    this.wwwAuthenticate = details.challenge ? formatChallenge(details.challenge) : null;
  }

  /** The JSON body of the response. */
  body(): { error: GuardErrorCode; message: string; hint: string } {
    return { error: this.code, message: this.message, hint: this.hint };
  }
}

export function audienceRefused(cause?: unknown): GuardError {
  return invalidToken(
    "audience_refused",
    "The token is for another API.",
    "Request a token with this API's scopes.",
    cause,
  );
}

/** 401 with `error="invalid_token"`: expired, malformed, or not for this API (RFC 6750 §3.1). */
export function invalidToken(code: GuardErrorCode, message: string, hint: string, cause?: unknown): GuardError {
  const challenge = { error: "invalid_token", error_description: message };
  return new GuardError(code, message, { status: 401, hint, challenge, cause });
}

/** Parameters of a `WWW-Authenticate: Bearer` challenge (RFC 6750 §3), in the order in which they are written. */
export interface Challenge {
  /** `invalid_request`, `invalid_token` or `insufficient_scope` (RFC 6750 §3.1); `insufficient_claims` (Entra). */
  error?: string;
  /** The error's message. */
  error_description?: string;
  /** The scopes of the route, separated by spaces. */
  scope?: string;
  /** The claims request in base64 (Entra's claims challenge). */
  claims?: string;
  /** Where to sign in (Entra's claims challenge). */
  authorization_uri?: string;
}

/** Formats the header. Without parameters if the request had no token (RFC 6750 §3.1). */
export function formatChallenge(challenge: Challenge): string {
  const parameters = Object.entries(challenge)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${quoted(value)}`);
  return parameters.length === 0 ? "Bearer" : `Bearer ${parameters.join(", ")}`;
}

/**
 * RFC 6750 §3 excludes quotes, backslashes and everything beyond printable ASCII from all values, even escaped. So no
 * value can end its quotes or the line, even for a lax parser.
 */
function quoted(value: string): string {
  return `"${value.replace(/"/g, "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, "?")}"`;
}
