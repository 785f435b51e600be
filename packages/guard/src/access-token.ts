import type { JWTPayload } from "jose";
import { GuardError } from "./errors.ts";

/** An access token that was verified. */
export interface AccessToken {
  issuer: string;
  /** The subject: pairwise at Entra, so not comparable between apps. */
  sub: string;
  /** Entra's object ID, the same for all apps of a tenant: the key to store a person's data under. */
  oid: string | undefined;
  /** Entra's tenant ID. */
  tid: string | undefined;
  /** The client that the token was issued to: Entra's `azp`, RFC 9068's `client_id`. */
  azp: string;
  /** Permissions (`scp` or `scope`). Entra's are a person's consent, so an app-only token of its has none. */
  scopes: readonly string[];
  /** App roles. Of an app-only token: its permissions. Of a delegated one: the person's roles. */
  roles: readonly string[];
  /** True when the program acts for itself and no person is behind the token. */
  appOnly: boolean;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** All claims, as signed. */
  claims: JWTPayload;
}

/** What a route asks of a token. Every list is "any of". */
export interface Requirements {
  /** One of them is needed; a read route lists the write scope too. Entra's tokens of apps on their own have none. */
  scopes?: readonly string[];
  /** Instead, for an app on its own: app roles. A person's roles do not count here; see `AccessToken.roles`. */
  roles?: readonly string[];
  /** Claims with the value or values that will do (`{ acrs: "c1" }`). Lacking them is a challenge, not a dead end. */
  claims?: Readonly<Record<string, string | readonly string[]>>;
}

/** RFC 6749 §3.3 `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Whether the token grants one of these scopes. */
export function hasScope(token: AccessToken, ...anyOf: string[]): boolean {
  return anyOf.some((scope) => token.scopes.includes(scope));
}

/** Whether the token is an app's own and grants one of these app roles. */
export function hasAppRole(token: AccessToken, ...anyOf: string[]): boolean {
  return token.appOnly && anyOf.some((role) => token.roles.includes(role));
}

/**
 * Checks a route's requirements when the route is set up.
 *
 * @throws {TypeError} A list is empty or contains something other than scope tokens.
 */
export function checkRequirements({ scopes, roles }: Requirements): void {
  for (const list of [scopes, roles]) {
    if (list && (list.length === 0 || !list.every((entry) => SCOPE_TOKEN.test(entry)))) {
      throw new TypeError("A route's scopes and roles are lists of one or more names without spaces (RFC 6749 §3.3).");
    }
  }
}

/**
 * Checks that the token has the permissions that the route requires.
 *
 * @throws {GuardError} `insufficient_scope` (403, RFC 6750 §3.1), `insufficient_claims` (401, Entra's claims challenge).
 */
export function requirePermissions(
  token: AccessToken,
  { scopes, roles, claims }: Requirements,
  authorizationUri: string | undefined,
): void {
  const granted = (scopes && hasScope(token, ...scopes)) || (roles && hasAppRole(token, ...roles));
  if ((scopes || roles) && !granted) throw insufficientScope(scopes, roles);
  const lacking = Object.entries(claims ?? {}).filter(([name, wanted]) => !hasValue(token.claims[name], wanted));
  if (lacking.length > 0) throw insufficientClaims(lacking, authorizationUri);
}

function hasValue(claim: unknown, wanted: string | readonly string[]): boolean {
  const have = Array.isArray(claim) ? claim : [claim];
  return (typeof wanted === "string" ? [wanted] : wanted).some((value) => have.includes(value));
}

function insufficientScope(scopes?: readonly string[], roles?: readonly string[]): GuardError {
  const message = "The token does not permit this.";
  const ways = [
    ...(scopes ? [`one of the scopes ${scopes.join(" ")}`] : []),
    ...(roles ? [`for an app on its own, one of the app roles ${roles.join(" ")}`] : []),
  ];
  const hint = `It needs ${ways.join(" or, ")}.`;
  return new GuardError("insufficient_scope", message, {
    status: 403,
    hint,
    challenge: { error: "insufficient_scope", error_description: message, scope: scopes?.join(" ") },
  });
}

function insufficientClaims(lacking: [string, string | readonly string[]][], authorizationUri?: string): GuardError {
  // OpenID Connect Core §5.5.1, for the access token as Entra takes it.
  const request = lacking.map(([name, wanted]) => [
    name,
    { essential: true, ...(typeof wanted === "string" ? { value: wanted } : { values: wanted }) },
  ]);
  const claims = Buffer.from(JSON.stringify({ access_token: Object.fromEntries(request) })).toString("base64");
  const message = "The token lacks claims that this needs.";
  return new GuardError("insufficient_claims", message, {
    status: 401,
    hint: "Sign in again and pass the challenge's claims, decoded from base64, as the claims parameter.",
    challenge: {
      error: "insufficient_claims",
      error_description: message,
      claims,
      authorization_uri: authorizationUri,
    },
  });
}
