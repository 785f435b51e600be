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
