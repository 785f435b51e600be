import type { JWTPayload } from "jose";
import { GuardError } from "./errors.ts";

/** A verified access token. */
export interface AccessToken {
  /** The issuer (`iss`). */
  issuer: string;
  /** The subject. Entra's is pairwise, so it differs between apps. */
  sub: string;
  /**
   * Entra's object ID, the same in all apps of a tenant: use it as the key for a user's data. Undefined for other
   * issuers.
   */
  oid: string | undefined;
  /** Entra's tenant ID. Undefined for other issuers. */
  tid: string | undefined;
  /** The client that the token was issued to: Entra's `azp`, RFC 9068's `client_id`. */
  azp: string;
  /** Permissions (`scp` or `scope`). Entra issues them only with a user's consent, so its app-only tokens have none. */
  scopes: readonly string[];
  /** App roles: the permissions of an app-only token; in a delegated token, the user's roles. */
  roles: readonly string[];
  /** True if the program acts for itself, without a user. */
  appOnly: boolean;
  /** When the token expires, in milliseconds since the epoch. */
  expiresAt: number;
  /** All claims of the token. */
  claims: JWTPayload;
}

/** What a route requires of a token. Each list means "any of". */
export interface Requirements {
  /**
   * One of these scopes is required; for a read route, list the write scope too. Entra's app-only tokens have no
   * scopes.
   */
  scopes?: readonly string[];
  /** App roles that permit an app-only token instead. A user's roles do not count here; see `AccessToken.roles`. */
  roles?: readonly string[];
  /**
   * Claims with the accepted value or values (`{ acrs: "c1" }`). If they are missing, the guard answers with a claims
   * challenge.
   */
  claims?: Readonly<Record<string, string | readonly string[]>>;
}

/** RFC 6749 §3.3 `scope-token`. */
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Whether the token grants one of these scopes.
 * @example
 * ```ts
 * import { type AccessToken, hasScope } from "@doorcode/guard";
 *
 * const mayWrite = (token: AccessToken) => hasScope(token, "ToDoList.ReadWrite");
 * ```
 */
export function hasScope(token: AccessToken, ...anyOf: string[]): boolean {
  return anyOf.some((scope) => token.scopes.includes(scope));
}

/**
 * Whether this is an app-only token that grants one of these app roles.
 * @example
 * ```ts
 * import { type AccessToken, hasAppRole } from "@doorcode/guard";
 *
 * const mayReadAll = (token: AccessToken) => hasAppRole(token, "ToDoList.Read.All");
 * ```
 */
export function hasAppRole(token: AccessToken, ...anyOf: string[]): boolean {
  return token.appOnly && anyOf.some((role) => token.roles.includes(role));
}

/**
 * Checks a route's requirements when the route is added.
 * @throws {TypeError} A list is empty or contains something other than scope tokens.
 */
export function checkRequirements({ scopes, roles }: Requirements): void {
  for (const list of [scopes, roles]) {
    if (list && (list.length === 0 || !list.every((entry) => SCOPE_TOKEN.test(entry)))) {
      throw new TypeError(
        "A route's scopes and roles must be lists of one or more names without spaces (RFC 6749 §3.3).",
      );
    }
  }
}

/**
 * Checks that the token has the permissions that the route requires.
 * @throws {GuardError} `insufficient_scope` (403, RFC 6750 §3.1), `insufficient_claims` (401, Entra's claims
 * challenge).
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
    ...(roles ? [`an app-only token with one of the app roles ${roles.join(" ")}`] : []),
  ];
  const hint = `It requires ${ways.join(", or ")}.`;
  return new GuardError("insufficient_scope", message, {
    status: 403,
    hint,
    challenge: { error: "insufficient_scope", error_description: message, scope: scopes?.join(" ") },
  });
}

function insufficientClaims(lacking: [string, string | readonly string[]][], authorizationUri?: string): GuardError {
  // OpenID Connect Core §5.5.1, for the access token, as Entra accepts it.
  const request = lacking.map(([name, wanted]) => [
    name,
    { essential: true, ...(typeof wanted === "string" ? { value: wanted } : { values: wanted }) },
  ]);
  const claims = Buffer.from(JSON.stringify({ access_token: Object.fromEntries(request) })).toString("base64");
  const message = "The token lacks required claims.";
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
