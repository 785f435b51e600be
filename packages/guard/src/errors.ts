import { type Challenge, formatChallenge } from "./challenge.ts";

/** Why a request was refused. Stable: programs may compare it. */
export type GuardErrorCode =
  /** 401: no bearer token came with the request. */
  | "token_missing"
  /** 400: the Authorization header is not one bearer token (RFC 6750 §3.1 `invalid_request`). */
  | "authorization_malformed"
  /** 401, all with RFC 6750's `invalid_token`. */
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
  /** 401: the route asks for a claim that the token does not have (Entra's claims challenge). */
  | "insufficient_claims"
  /** 403: the token is good and grants none of the scopes or roles of the route. */
  | "insufficient_scope"
  /** 503: the issuer's keys were never read, or too long ago, and cannot be read now. */
  | "issuer_unreachable";

export interface GuardErrorDetails {
  status: 400 | 401 | 403 | 503;
  /** What to do about it. */
  hint: string;
  /** Absent for 503: the token was not judged. */
  challenge?: Challenge;
  cause?: unknown;
}

/** A refused request. `message` and `hint` hold nothing that the caller sent. */
export class GuardError extends Error {
  override readonly name = "GuardError";
  readonly code: GuardErrorCode;
  readonly status: 400 | 401 | 403 | 503;
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

  /** The answer's JSON body. */
  body(): { error: GuardErrorCode; message: string; hint: string } {
    return { error: this.code, message: this.message, hint: this.hint };
  }
}

export function audienceRefused(cause?: unknown): GuardError {
  return invalidToken(
    "audience_refused",
    "The token is for another API.",
    "Ask for a token with this API's scopes.",
    cause,
  );
}

/** 401 with `error="invalid_token"`: expired, malformed, or not for this API (RFC 6750 §3.1). */
export function invalidToken(code: GuardErrorCode, message: string, hint: string, cause?: unknown): GuardError {
  const challenge = { error: "invalid_token", error_description: message };
  return new GuardError(code, message, { status: 401, hint, challenge, cause });
}
