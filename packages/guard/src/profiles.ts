import type { JWTPayload } from "jose";
import type { AccessToken } from "./access-token.ts";
import { audienceRefused, type GuardError, invalidToken } from "./errors.ts";

/** The form of an issuer's access tokens. Configured per issuer; a token never chooses. */
export type ProfileName = "entra" | "rfc9068";

export interface Expected {
  issuer: string;
  audience: string;
  tenantId: string | undefined;
}

export interface Profile {
  /** Accepted signature algorithms: never `none`, never one with a shared secret. */
  algorithms: readonly string[];
  /** The expected `typ` of the header. */
  typ: string;
  /** Required in addition to `iss`, `aud`, `exp` and `iat`, which every token needs. */
  requiredClaims: readonly string[];
  /**
   * Interprets the claims, after signature, issuer, audience and times were checked.
   * @throws {GuardError}
   */
  read(claims: JWTPayload, expected: Expected): Omit<AccessToken, "issuer" | "claims" | "expiresAt">;
}

/**
 * Version 2.0 access tokens of Microsoft Entra (and of a Doorcode tenant). Their `typ` is `JWT`, like an ID token's, so
 * their claims must distinguish them: `azp`, and `scp` or `roles`.
 */
export const entra: Profile = {
  algorithms: ["RS256"],
  typ: "JWT",
  requiredClaims: ["nbf", "sub", "oid", "tid", "azp", "ver"],
  read(claims, expected) {
    refuseIdToken(claims);
    if (claims.ver !== "2.0") {
      throw invalidToken(
        "version_refused",
        "The token is not a version 2.0 token.",
        "Set accessTokenAcceptedVersion (requestedAccessTokenVersion) to 2 in the API's registration.",
      );
    }
    // Entra's tokens have one audience, the API's client ID; a list does not come from Entra.
    if (claims.aud !== expected.audience) throw audienceRefused();
    const scopes = spaceSeparated(claims, "scp");
    const roles = stringArray(claims, "roles");
    // An empty scp is a user's token without permissions; only a token without scp can be app-only.
    const appOnly = claims.idtyp === "app" || (claims.idtyp === undefined && claims.scp === undefined);
    if ((appOnly ? roles : scopes).length === 0) {
      throw invalidToken(
        "permissions_missing",
        "The token grants no permissions: it has neither scopes nor, as an app-only token, app roles.",
        "Request a token with this API's scopes, or assign one of its roles to the app.",
      );
    }
    return {
      sub: requiredString(claims, "sub"),
      oid: requiredString(claims, "oid"),
      tid: checkedTenant(claims, expected.tenantId),
      azp: requiredString(claims, "azp"),
      // A program without a user has no delegated permissions, whatever else the token says.
      scopes: appOnly ? [] : scopes,
      roles,
      appOnly,
    };
  },
};

/** JWT access tokens as specified in RFC 9068. Only `typ` distinguishes them from ID tokens (§2.1, §4). */
export const rfc9068: Profile = {
  algorithms: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
  typ: "at+jwt",
  requiredClaims: ["sub", "client_id", "jti"],
  read(claims, expected) {
    refuseIdToken(claims);
    requiredString(claims, "jti");
    const sub = requiredString(claims, "sub");
    const clientId = requiredString(claims, "client_id");
    return {
      sub,
      oid: optionalString(claims, "oid"),
      tid: checkedTenant(claims, expected.tenantId),
      azp: clientId,
      scopes: spaceSeparated(claims, "scope"),
      roles: stringArray(claims, "roles"),
      // §2.2: without a user, the subject is the client itself.
      appOnly: sub === clientId,
    };
  },
};

/** A claim that must be a non-empty string. */
function requiredString(claims: JWTPayload, name: string): string {
  const value = claims[name];
  if (typeof value === "string" && value !== "") return value;
  throw claimMissing(name);
}

function optionalString(claims: JWTPayload, name: string): string | undefined {
  return claims[name] === undefined ? undefined : requiredString(claims, name);
}

/** A space-separated list (RFC 6749 §3.3); empty if the claim is absent. */
function spaceSeparated(claims: JWTPayload, name: string): string[] {
  const value = claims[name];
  if (value === undefined) return [];
  if (typeof value !== "string") throw claimMissing(name);
  return value.split(" ").filter((word) => word !== "");
}

function stringArray(claims: JWTPayload, name: string): string[] {
  const value = claims[name];
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string")) throw claimMissing(name);
  return value;
}

/** An ID token says who signed in at the client; it does not permit calls (RFC 9068 §5). */
function refuseIdToken(claims: JWTPayload): void {
  if (claims.nonce === undefined && claims.at_hash === undefined && claims.c_hash === undefined) return;
  throw invalidToken(
    "id_token_refused",
    "This is an ID token, not an access token.",
    "Send the access token that was issued for this API's scopes.",
  );
}

/** Entra's tenant, exactly. */
function checkedTenant(claims: JWTPayload, tenantId: string | undefined): string | undefined {
  const tid = optionalString(claims, "tid");
  if (tenantId === undefined || tid === tenantId) return tid;
  throw invalidToken(
    "tenant_refused",
    "The token is from another tenant.",
    "Sign in at the tenant that this API belongs to.",
  );
}

export function claimMissing(name: string, cause?: unknown): GuardError {
  return invalidToken(
    "claim_missing",
    `The token's claim ${name} is missing or invalid.`,
    "Check that the issuer's access tokens match the profile that this API is configured for.",
    cause,
  );
}
