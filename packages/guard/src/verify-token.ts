import {
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
} from "jose";
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
  /** Accepted signature algorithms, some or all of the profile's. */
  algorithms: readonly string[];
  /** What jose checks in each of its tokens. */
  checks: JWTVerifyOptions;
  /** undefined: any client of the tenant. */
  allowedClients: ReadonlySet<string> | undefined;
  keys: IssuerKeys;
}

/** Builds once what jose checks in each token of an issuer. */
export function checksOf(
  { issuer, audience, profile, algorithms }: Pick<TrustedIssuer, "issuer" | "audience" | "profile" | "algorithms">,
  clockToleranceMs: number,
): JWTVerifyOptions {
  return {
    algorithms: [...algorithms],
    typ: profile.typ,
    issuer,
    audience,
    requiredClaims: ["exp", "iat", ...profile.requiredClaims],
    clockTolerance: clockToleranceMs / 1000,
  };
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
  const header = token.slice(0, token.indexOf("."));
  const known = byKnownHeader(header, issuers);
  const from = known?.from ?? configuredIssuer(token, issuers);
  try {
    const { payload } = known
      ? await jwtVerify(token, known.key, { ...from.checks, currentDate: new Date(clock.now()) })
      : await verifyAndRemember(token, header, from, clock);
    return { token: accessToken(payload, from, clock, clockToleranceMs), from };
  } catch (error) {
    // The header says only whose key it may be. What the token says first decides about the error, and about the issuer.
    const named = known ? configuredIssuer(token, issuers) : from;
    if (named === from) throw toGuardError(error);
    try {
      const { payload } = await verifyAndRemember(token, header, named, clock);
      return { token: accessToken(payload, named, clock, clockToleranceMs), from: named };
    } catch (cause) {
      throw toGuardError(cause);
    }
  }
}

/**
 * All tokens of a key have the same header. After the first valid one, the key is known without decoding header and
 * claims twice. Undefined also for keys that must be read again.
 */
function byKnownHeader(
  header: string,
  issuers: ReadonlyMap<string, TrustedIssuer>,
): { from: TrustedIssuer; key: CryptoKey } | undefined {
  let only: { from: TrustedIssuer; key: CryptoKey } | undefined;
  for (const from of issuers.values()) {
    const key = from.keys.known(header);
    if (!key) continue;
    // Several issuers may share their keys, as Entra's tenants do.
    if (only) return undefined;
    only = { from, key };
  }
  return only;
}

/** Verifies with the key that the header names; reads the issuer's keys if necessary. */
async function verifyAndRemember(token: string, header: string, from: TrustedIssuer, clock: Clock) {
  const verified = await jwtVerify(token, (parsed, jws) => from.keys.find(parsed, jws), {
    ...from.checks,
    currentDate: new Date(clock.now()),
  });
  from.keys.remember(header, verified.key);
  return verified;
}

/** What jose does not check. */
function accessToken(payload: JWTPayload, from: TrustedIssuer, clock: Clock, clockToleranceMs: number): AccessToken {
  // jose rejects a time that is not a number.
  const claims = payload as JWTPayload & { exp: number; iat: number };
  if (claims.iat * 1000 > clock.now() + clockToleranceMs) throw notYetValid();
  const { sub, oid, tid, azp, scopes, roles, appOnly } = from.profile.read(claims, from);
  if (from.allowedClients && !from.allowedClients.has(azp)) {
    throw invalidToken(
      "client_refused",
      "The token's client may not call this API.",
      "Add the client's ID to allowedClients, or use an app that is on the list.",
    );
  }
  const { issuer } = from;
  return { issuer, sub, oid, tid, azp, scopes, roles, appOnly, expiresAt: claims.exp * 1000, claims };
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
  if (!from.algorithms.some((accepted) => accepted === alg)) {
    throw invalidToken(
      "algorithm_refused",
      "The token is signed with an algorithm that this API does not accept.",
      "Check that the API is configured with its issuer's profile, and with the algorithm of its tokens.",
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
