import type { AuthorizationRequest } from "./through-browser.ts";

/** The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1, RFC 7636 §4.3) as an address for the browser. */
export function authorizationAddress(
  { redirectUri, state, nonce, codeChallenge }: AuthorizationRequest,
  asked: { clientId: string; scopes: readonly string[]; claims?: string | undefined; loginHint?: string | undefined },
  endpoint: string,
): string {
  // A query that the endpoint has of its own stays (RFC 6749 §3.1).
  const url = new URL(endpoint);
  const parameters: Record<string, string | undefined> = {
    response_type: "code",
    client_id: asked.clientId,
    redirect_uri: redirectUri,
    scope: asked.scopes.join(" "),
    state,
    nonce,
    code_challenge: codeChallenge,
    code_challenge_method: "S256",
    // Without it an issuer leaves `offline_access` out (OpenID Connect Core §11); and anybody on this machine could be the one who
    // asks (RFC 8252 §8.6).
    prompt: "consent",
    login_hint: asked.loginHint,
    claims: asked.claims,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}
