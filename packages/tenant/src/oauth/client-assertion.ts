import { createHash, X509Certificate } from "node:crypto";
import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type ProtectedHeaderParameters,
} from "jose";
import type { AppCertificate } from "../directory/app-certificate.ts";
import type { App } from "../directory/entities.ts";
import { issuerOf, type TenantConfig } from "../directory/tenant-config.ts";
import type { OAuthContext } from "./oauth-context.ts";
import { ProtocolError, type ProtocolErrorName } from "./protocol-error.ts";

/** RFC 7523 §2.2. */
export const JWT_BEARER_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The RSA algorithms that Entra accepts. MSAL signs PS256 with `x5t#S256`, and RS256 with `x5t`. */
export const ASSERTION_ALGORITHMS = ["PS256", "RS256"];

/** The longest remaining lifetime of an assertion, in seconds. MSAL's have this lifetime. */
const LONGEST_LIFE = 600;
/** The largest difference between the client's clock and ours, in seconds. */
const CLOCK_SKEW = 60;

/** A verified assertion. Whether it was used before is checked later. */
export interface VerifiedAssertion {
  /** Unique among the assertions of this client. */
  jti: string;
  /** Milliseconds since the epoch, after which it is refused because of its age. */
  expiresAt: number;
  /** Key ID of the certificate that signed it. */
  keyId: string;
}

/** The client that an unverified assertion names. The request may then omit the client ID (RFC 7521 §4.2). */
export function claimedClient(assertion: string): string | undefined {
  try {
    // Any JSON, until it is verified.
    const sub: unknown = decodeJwt(assertion).sub;
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Verifies `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9) in Entra's form with the app's registered
 * certificates: the one named by `x5t#S256`, `x5t` or `kid` in the header, or else each of them. `x5c` is ignored.
 *
 * @throws ProtocolError `assertion_malformed`, `assertion_signature`, `assertion_time`, `assertion_client`,
 *   `assertion_audience`
 */
export async function verifyClientAssertion(
  ctx: OAuthContext,
  app: App,
  assertion: string,
): Promise<VerifiedAssertion> {
  const header = headerOf(assertion);
  const now = ctx.clock.now();
  const named = (await ctx.store.credentials.certificatesOf(app.clientId)).filter((each) => isNamed(each, header));
  if (named.length === 0) throw refused("assertion_signature", `The key was not found.${thumbprintIn(header)}`);
  const valid = named.filter(({ notBefore, notAfter }) => notBefore <= now && now < notAfter);
  if (valid.length === 0) throw refused("assertion_signature", `${periodOf(named[0]!)}${thumbprintIn(header)}`);

  for (const certificate of valid) {
    const payload = await signedBy(certificate, assertion, ctx.config, now);
    if (payload) return { ...checked(payload, app, now), keyId: certificate.keyId };
  }
  throw refused("assertion_signature", `The signature does not match the registered key.${thumbprintIn(header)}`);
}

function headerOf(assertion: string): ProtectedHeaderParameters {
  let header: ProtectedHeaderParameters;
  try {
    header = decodeProtectedHeader(assertion);
  } catch {
    throw refused("assertion_malformed", "It is not a JWT.");
  }
  if (!ASSERTION_ALGORITHMS.includes(String(header.alg))) {
    throw refused("assertion_malformed", `Its algorithm must be ${ASSERTION_ALGORITHMS.join(" or ")}.`);
  }
  // RFC 8725 §3.11: a JWT that the app signed for another purpose must not authenticate it.
  if (header.typ !== undefined && !/^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i.test(String(header.typ))) {
    throw refused("assertion_malformed", "Its typ must be JWT or client-authentication+jwt.");
  }
  return header;
}

/** Whether the header names this certificate. A header that names none matches any. */
function isNamed(certificate: AppCertificate, header: ProtectedHeaderParameters): boolean {
  const der = Buffer.from(certificate.certificate, "base64");
  const sha1 = createHash("sha1").update(der).digest();
  if (header["x5t#S256"] !== undefined && header["x5t#S256"] !== certificate.thumbprint) return false;
  if (header.x5t !== undefined && header.x5t !== sha1.toString("base64url")) return false;
  if (header["x5t#S256"] !== undefined || header.x5t !== undefined || header.kid === undefined) return true;
  const kid = String(header.kid).toLowerCase();
  return kid === certificate.keyId || kid === sha1.toString("hex") || header.kid === certificate.thumbprint;
}

/** The claims, if this certificate's key signed them. Otherwise undefined. */
async function signedBy(
  { certificate }: AppCertificate,
  assertion: string,
  config: TenantConfig,
  now: number,
): Promise<JWTPayload | undefined> {
  const key = new X509Certificate(Buffer.from(certificate, "base64")).publicKey;
  try {
    const { payload } = await jwtVerify(assertion, key, {
      algorithms: ASSERTION_ALGORITHMS,
      audience: audiencesOf(config),
      currentDate: new Date(now),
      clockTolerance: CLOCK_SKEW,
      requiredClaims: ["exp", "iss", "sub", "aud", "jti"],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JWSSignatureVerificationFailed) return undefined;
    if (error instanceof errors.JWTExpired) throw outOfTime(error.payload, now);
    if (error instanceof errors.JWTClaimValidationFailed) throw wrongClaim(error, now);
    throw refused("assertion_malformed", "It cannot be parsed.");
  }
}

function checked(payload: JWTPayload, app: App, now: number): Omit<VerifiedAssertion, "keyId"> {
  const { iss, sub, exp = 0, jti } = payload;
  // Compared like the client ID: MSAL sends it as the developer wrote it.
  if (String(iss).toLowerCase() !== app.clientId || String(sub).toLowerCase() !== app.clientId) {
    throw refused("assertion_client");
  }
  if (exp > now / 1000 + LONGEST_LIFE + CLOCK_SKEW) throw outOfTime(payload, now);
  if (typeof jti !== "string" || jti === "" || jti.length > 256) {
    throw refused("assertion_malformed", "Its jti must be a string of 1 to 256 characters.");
  }
  return { jti, expiresAt: (Math.ceil(exp) + CLOCK_SKEW) * 1000 };
}

/** The issuer, or the token endpoint's address, with either name of the tenant. */
function audiencesOf(config: TenantConfig): string[] {
  const names = [config.tenantId, config.domain.toLowerCase()];
  const endpoints = names.map((name) => `${config.issuerOrigin}/${name}/oauth2/v2.0/token`);
  return [issuerOf(config), `${config.issuerOrigin}/${names[1]}/v2.0`, ...endpoints];
}

function wrongClaim(error: errors.JWTClaimValidationFailed, now: number): ProtocolError {
  if (error.claim === "iss" || error.claim === "sub") return refused("assertion_client");
  if (error.claim === "aud") return refused("assertion_audience");
  if (error.claim === "exp" || error.claim === "nbf" || error.claim === "iat") return outOfTime(error.payload, now);
  return refused("assertion_malformed", "It must have a jti.");
}

/** Includes the times, like Entra's message, because the usual cause is a wrong clock. */
function outOfTime({ nbf, exp }: JWTPayload, now: number): ProtocolError {
  const time = (seconds: unknown) => {
    const date = new Date(Number(seconds) * 1000);
    return Number.isNaN(date.getTime()) ? "not given" : date.toISOString();
  };
  return refused(
    "assertion_time",
    `Current time: ${time(now / 1000)}, assertion valid from ${time(nbf)}, expiry time of assertion ${time(exp)}; its lifetime must not exceed ${LONGEST_LIFE / 60} minutes.`,
  );
}

function periodOf({ notBefore, notAfter }: AppCertificate): string {
  const [from, to] = [notBefore, notAfter].map((time) => new Date(time).toISOString());
  return `The certificate is valid from ${from} to ${to}.`;
}

/**
 * Like Entra's message, so that an operator can compare it with the registered thumbprint. The text comes from the
 * client, so it is included only if it is a thumbprint.
 */
function thumbprintIn(header: ProtectedHeaderParameters): string {
  const named = header["x5t#S256"] ?? header.x5t;
  return typeof named === "string" && /^[\w-]{27,43}$/.test(named)
    ? ` Thumbprint of key used by client: '${Buffer.from(named, "base64url").toString("hex").toUpperCase()}'.`
    : "";
}

function refused(name: ProtocolErrorName, detail?: string): ProtocolError {
  return new ProtocolError(name, detail === undefined ? {} : { detail });
}
