import type { JWTPayload } from "jose";
import type { AccessToken } from "../access-token.ts";
import { type GuardError, invalidToken } from "../errors.ts";

/** How an issuer writes its access tokens. Configured per issuer; a token never chooses. */
export type ProfileName = "entra" | "rfc9068";

export interface Expected {
  issuer: string;
  audience: string;
  tenantId: string | undefined;
}

export interface Profile {
  /** Signature algorithms; never `none`, never one with a shared secret. */
  algorithms: readonly string[];
  /** The header's `typ`. */
  typ: string;
  /** Besides `iss`, `aud`, `exp` and `iat`, which every token needs. */
  requiredClaims: readonly string[];
  /** What the claims say, after signature, issuer, audience and times were checked. @throws {GuardError} */
  read(claims: JWTPayload, expected: Expected): Omit<AccessToken, "issuer" | "claims" | "expiresAt">;
}

/** A claim that has to be a string with something in it. */
export function requiredString(claims: JWTPayload, name: string): string {
  const value = claims[name];
  if (typeof value === "string" && value !== "") return value;
  throw claimMissing(name);
}

export function optionalString(claims: JWTPayload, name: string): string | undefined {
  return claims[name] === undefined ? undefined : requiredString(claims, name);
}

/** Space-separated words (RFC 6749 §3.3); none when the claim is absent. */
export function words(claims: JWTPayload, name: string): string[] {
  const value = claims[name];
  if (value === undefined) return [];
  if (typeof value !== "string") throw claimMissing(name);
  return value.split(" ").filter((word) => word !== "");
}

export function strings(claims: JWTPayload, name: string): string[] {
  const value = claims[name];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) throw claimMissing(name);
  return value;
}

/** An ID token says who signed in at the client; it is no permission to call anything (RFC 9068 §5). */
export function refuseIdToken(claims: JWTPayload): void {
  if (claims.nonce === undefined && claims.at_hash === undefined && claims.c_hash === undefined) return;
  throw invalidToken(
    "id_token_refused",
    "This is an ID token, not an access token.",
    "Send the access token that was issued for this API's scopes.",
  );
}

/** Entra's tenant, exactly. */
export function tenant(claims: JWTPayload, tenantId: string | undefined): string | undefined {
  const tid = optionalString(claims, "tid");
  if (tenantId === undefined || tid === tenantId) return tid;
  throw invalidToken(
    "tenant_refused",
    "The token is of another tenant.",
    "Sign in at the tenant that this API belongs to.",
  );
}

export function claimMissing(name: string, cause?: unknown): GuardError {
  return invalidToken(
    "claim_missing",
    `The token has no usable claim ${name}.`,
    "Check that the issuer writes access tokens of the profile that this API is configured for.",
    cause,
  );
}
