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

/** Parameters of a `WWW-Authenticate: Bearer` challenge (RFC 6750 §3), in the order they are written. */
export interface Challenge {
  error?: string;
  error_description?: string;
  scope?: string;
  /** Base64 of the claims request (Entra's claims challenge). */
  claims?: string;
  authorization_uri?: string;
}

/** The header's value. No parameter at all when the request carried no token (RFC 6750 §3.1). */
export function formatChallenge(challenge: Challenge): string {
  const parameters = Object.entries(challenge)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${quoted(value)}`);
  return parameters.length === 0 ? "Bearer" : `Bearer ${parameters.join(", ")}`;
}

/**
 * RFC 6750 §3 leaves quote and backslash out of every value, even escaped, besides all that is not printable ASCII. So
 * no value can end the line or its quotes, for a lax parser either.
 */
function quoted(value: string): string {
  return `"${value.replace(/"/g, "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, "?")}"`;
}
