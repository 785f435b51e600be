import { DoorcodeError } from "../errors.ts";
import { isLoopback } from "../transport/loopback.ts";
import type { IssuerMetadata } from "./metadata.ts";

/**
 * Where a person's browser goes.
 * @throws DoorcodeError `issuer_misbehaved` where there is none, or none that a password may be typed at
 */
export function authorizationEndpointOf({ authorizationEndpoint: endpoint, issuer }: IssuerMetadata): string {
  if (endpoint === undefined) {
    throw new DoorcodeError("issuer_misbehaved", {
      detail: `${issuer} offers no sign-in in a browser: its metadata has no authorization_endpoint.`,
      hint: "Sign in by a code instead.",
    });
  }
  const { protocol, hostname, origin } = new URL(endpoint);
  if (protocol === "https:" || (protocol === "http:" && isLoopback(hostname))) return endpoint;
  throw new DoorcodeError("issuer_misbehaved", {
    detail: `the issuer's page for signing in, ${origin}, is not https.`,
  });
}
