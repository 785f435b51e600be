import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import type { AccessToken } from "./access-token.ts";
import { MAX_TOKEN_LENGTH, tokenTooLarge } from "./authorization-header.ts";
import { audienceRefused, GuardError, invalidToken } from "./errors.ts";
import type { Clock, IssuerKeys } from "./issuer-keys.ts";
import { claimMissing, type Profile } from "./profiles.ts";

/** An issuer whose tokens are accepted. */
export interface TrustedIssuer {
  issuer: string;
  audience: string;
  tenantId: string | undefined;
  profile: Profile;
  /** undefined: any client of the tenant. */
  allowedClients: ReadonlySet<string> | undefined;
  keys: IssuerKeys;
}

/**
 * Verifies a token against the issuer that it names (RFC 9068 §4, RFC 7519 §7.2).
 * @throws {GuardError} Status 401 or 503.
 */
export async function verifyToken(
  token: string,
  issuers: ReadonlyMap<string, TrustedIssuer>,
  clock: Clock,
  clockToleranceMs: number,
): Promise<{ token: AccessToken; from: TrustedIssuer }> {
  if (token.length > MAX_TOKEN_LENGTH) throw tokenTooLarge();
  const from = configuredIssuer(token, issuers);
  const { profile, issuer, audience } = from;
  let claims: JWTPayload & { exp: number; iat: number };
  try {
    const verified = await jwtVerify(token, (header, jws) => from.keys.find(header, jws), {
      algorithms: [...profile.algorithms],
      typ: profile.typ,
      issuer,
      audience,
      requiredClaims: ["exp", "iat", ...profile.requiredClaims],
      currentDate: new Date(clock.now()),
      clockTolerance: clockToleranceMs / 1000,
    });
    // jose rejects a time that is not a number.
    claims = verified.payload as typeof claims;
  } catch (error) {
    throw toGuardError(error);
  }
  if (claims.iat * 1000 > clock.now() + clockToleranceMs) throw notYetValid();
  const read = profile.read(claims, from);
  if (from.allowedClients && !from.allowedClients.has(read.azp)) {
    throw invalidToken(
      "client_refused",
      "The token's client may not call this API.",
      "Add the client's ID to allowedClients, or use an app that is on the list.",
    );
  }
  return { token: { ...read, issuer, expiresAt: claims.exp * 1000, claims }, from };
}

/**
 * Returns the configured issuer that a token names, before anything in it is verified. A token that cannot be valid is
 * rejected before its issuer's keys are loaded.
 */
function configuredIssuer(token: string, issuers: ReadonlyMap<string, TrustedIssuer>): TrustedIssuer {
  let alg: string | undefined;
  let iss: string | undefined;
  try {
    ({ alg } = decodeProtectedHeader(token));
    ({ iss } = decodeJwt(token));
  } catch (error) {
    throw malformed(error);
  }
  const from = iss === undefined ? undefined : issuers.get(iss);
  if (!from) {
    throw invalidToken(
      "issuer_unknown",
      "The token is from an issuer that this API does not trust.",
      "Sign in at the tenant that this API is configured for.",
    );
  }
  if (!from.profile.algorithms.some((accepted) => accepted === alg)) {
    throw invalidToken(
      "algorithm_refused",
      "The token is signed with an algorithm that this API does not accept.",
      "Check that the API is configured with its issuer's profile.",
    );
  }
  return from;
}

/** Converts an error of jose into a GuardError; an unknown error also rejects the token. */
function toGuardError(error: unknown): GuardError {
  if (error instanceof GuardError) return error;
  if (error instanceof errors.JWTExpired) {
    return invalidToken("token_expired", "The token has expired.", "Renew the token and send the new one.", error);
  }
  if (error instanceof errors.JWTClaimValidationFailed) return claimError(error);
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalidToken("signature_invalid", "The token's signature is invalid.", "Send the token as issued.", error);
  }
  if (error instanceof errors.JWKSMultipleMatchingKeys) {
    return invalidToken(
      "key_unknown",
      "The token does not name its signing key, and several of the issuer's keys match.",
      "The issuer must name the key in its tokens (kid) and publish each kid only once (OpenID Connect Core §10.1).",
      error,
    );
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalidToken(
      "key_unknown",
      "The token's signing key is not among those that its issuer publishes.",
      "Sign in again. If the issuer has just changed its keys, try again in 30 seconds.",
      error,
    );
  }
  return malformed(error);
}

function claimError(error: errors.JWTClaimValidationFailed): GuardError {
  if (error.claim === "typ") {
    return invalidToken(
      "type_refused",
      "The token has the wrong type (typ) for this API.",
      "Send an access token, and check that the API is configured with its issuer's profile.",
      error,
    );
  }
  if (error.reason === "check_failed" && error.claim === "aud") return audienceRefused(error);
  if (error.reason === "check_failed" && error.claim === "nbf") return notYetValid(error);
  return claimMissing(error.claim, error);
}

function notYetValid(cause?: unknown): GuardError {
  return invalidToken("token_not_yet_valid", "The token is not yet valid.", "Correct this machine's clock.", cause);
}

function malformed(cause?: unknown): GuardError {
  return invalidToken("token_malformed", "The token is not a signed JWT.", "Send the token as issued.", cause);
}
