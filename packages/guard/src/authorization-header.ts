import { GuardError } from "./errors.ts";

/** The longest token in bytes: Node.js's default limit for all headers together. */
export const MAX_TOKEN_LENGTH = 16_384;

/** RFC 6750 §2.1 `credentials`; one or more spaces (RFC 9110 §11.4), then `b64token`. */
const BEARER_CREDENTIALS = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;
const BEARER_SCHEME = /^bearer(?:[ \t]|$)/i;

/**
 * Finds the bearer token in a request's raw headers (`IncomingMessage.rawHeaders`: name, value, name, value, …). The
 * raw list is used because `headers.authorization` silently keeps the first of two. Tokens in the query or the body
 * (RFC 6750 §2.2, §2.3) are ignored: they end up in logs.
 * @throws {GuardError} `token_missing` (401), `authorization_malformed` (400), `token_too_large` (401).
 */
export function bearerToken(rawHeaders: readonly string[]): string {
  const values = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === "authorization");
  const [value] = values;
  if (values.length > 1) throw malformed("The request has more than one Authorization header.");
  if (value === undefined || !BEARER_SCHEME.test(value)) {
    throw new GuardError("token_missing", "This API requires an access token.", {
      status: 401,
      hint: "Send the header Authorization: Bearer <access token>.",
      challenge: {},
    });
  }
  if (value.length > MAX_TOKEN_LENGTH + 64) throw tokenTooLarge();
  const token = BEARER_CREDENTIALS.exec(value)?.[1];
  if (token === undefined) throw malformed("The Authorization header must contain exactly one bearer token.");
  return token;
}

function malformed(message: string): GuardError {
  return new GuardError("authorization_malformed", message, {
    status: 400,
    hint: "Send one header, Authorization: Bearer <access token>, and nothing after the token.",
    challenge: { error: "invalid_request", error_description: message },
  });
}

export function tokenTooLarge(): GuardError {
  const message = "The access token is too long.";
  return new GuardError("token_too_large", message, {
    status: 401,
    hint: `A token may have at most ${MAX_TOKEN_LENGTH} characters. Configure the issuer to include fewer claims.`,
    challenge: { error: "invalid_token", error_description: message },
  });
}
