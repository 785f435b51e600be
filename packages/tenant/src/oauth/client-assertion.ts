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

/** What Entra takes of RSA: MSAL signs PS256 beside `x5t#S256`, RS256 beside `x5t`. */
export const ASSERTION_ALGORITHMS = ["PS256", "RS256"];

/** Seconds an assertion may still live when it comes; MSAL's live as long. */
const LONGEST_LIFE = 600;
/** Seconds by which a client's clock may differ from ours. */
const CLOCK_SKEW = 60;

/** An assertion that was verified; whether it was used before is asked later. */
export interface VerifiedAssertion {
  /** Unique among those of this client. */
  jti: string;
  /** Milliseconds since the epoch from when on it is refused for its age. */
  expiresAt: number;
  /** Of the certificate by whose key it is signed. */
  keyId: string;
}

/** Whom an unverified assertion says it is from; a client ID may be left out beside it (RFC 7521 §4.2). */
export function claimedClient(assertion: string): string | undefined {
  try {
    // Whatever JSON it is, until it is verified.
    const sub: unknown = decodeJwt(assertion).sub;
    return typeof sub === "string" ? sub : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Verifies `private_key_jwt` (RFC 7523 §3, OpenID Connect Core §9) in Entra's form against the app's registered
 * certificates: by `x5t#S256`, `x5t` or `kid` where the header names one, else by each. An `x5c` is not looked at.
 * @throws ProtocolError `assertion_malformed`, `assertion_signature`, `assertion_time`, `assertion_client`,
 * `assertion_audience`
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
  throw refused("assertion_signature", `The signature is not of the registered key.${thumbprintIn(header)}`);
}

function headerOf(assertion: string): ProtectedHeaderParameters {
  let header: ProtectedHeaderParameters;
  try {
    header = decodeProtectedHeader(assertion);
  } catch {
    throw refused("assertion_malformed", "It is no JWT.");
  }
  if (!ASSERTION_ALGORITHMS.includes(String(header.alg))) {
    throw refused("assertion_malformed", `Its algorithm has to be ${ASSERTION_ALGORITHMS.join(" or ")}.`);
  }
  // RFC 8725 §3.11: a JWT that the app signed for something else authenticates nobody.
  if (header.typ !== undefined && !/^(?:application\/)?(?:jwt|client-authentication\+jwt)$/i.test(String(header.typ))) {
    throw refused("assertion_malformed", "Its typ has to be JWT or client-authentication+jwt.");
  }
  return header;
}

/** Whether the header means this certificate; one that names nothing means any. */
function isNamed(certificate: AppCertificate, header: ProtectedHeaderParameters): boolean {
  const der = Buffer.from(certificate.certificate, "base64");
  const sha1 = createHash("sha1").update(der).digest();
  if (header["x5t#S256"] !== undefined && header["x5t#S256"] !== certificate.thumbprint) return false;
  if (header.x5t !== undefined && header.x5t !== sha1.toString("base64url")) return false;
  if (header["x5t#S256"] !== undefined || header.x5t !== undefined || header.kid === undefined) return true;
  const kid = String(header.kid).toLowerCase();
  return kid === certificate.keyId || kid === sha1.toString("hex") || header.kid === certificate.thumbprint;
}

/** The claims, where this certificate's key signed them; undefined where it did not. */
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
    throw refused("assertion_malformed", "It cannot be read.");
  }
}

function checked(payload: JWTPayload, app: App, now: number): Omit<VerifiedAssertion, "keyId"> {
  const { iss, sub, exp = 0, jti } = payload;
  // As the client ID itself: MSAL writes it as the developer did.
  if (String(iss).toLowerCase() !== app.clientId || String(sub).toLowerCase() !== app.clientId) {
    throw refused("assertion_client");
  }
  if (exp > now / 1000 + LONGEST_LIFE + CLOCK_SKEW) throw outOfTime(payload, now);
  if (typeof jti !== "string" || jti === "" || jti.length > 256) {
    throw refused("assertion_malformed", "Its jti has to be a text of 1 to 256 characters.");
  }
  return { jti, expiresAt: (Math.ceil(exp) + CLOCK_SKEW) * 1000 };
}

/** The issuer, or the token endpoint's address, under either name of the tenant. */
function audiencesOf(config: TenantConfig): string[] {
  const names = [config.tenantId, config.domain.toLowerCase()];
  const endpoints = names.map((name) => `${config.issuerOrigin}/${name}/oauth2/v2.0/token`);
  return [issuerOf(config), `${config.issuerOrigin}/${names[1]}/v2.0`, ...endpoints];
}

function wrongClaim(error: errors.JWTClaimValidationFailed, now: number): ProtocolError {
  if (error.claim === "iss" || error.claim === "sub") return refused("assertion_client");
  if (error.claim === "aud") return refused("assertion_audience");
  if (error.claim === "exp" || error.claim === "nbf" || error.claim === "iat") return outOfTime(error.payload, now);
  return refused("assertion_malformed", "It needs a jti.");
}

/** With the times, as Entra tells them: it is mostly a clock that is wrong. */
function outOfTime({ nbf, exp }: JWTPayload, now: number): ProtocolError {
  const time = (seconds: unknown) => {
    const date = new Date(Number(seconds) * 1000);
    return Number.isNaN(date.getTime()) ? "not given" : date.toISOString();
  };
  return refused(
    "assertion_time",
    `Current time: ${time(now / 1000)}, assertion valid from ${time(nbf)}, expiry time of assertion ${time(exp)}; it may live ${LONGEST_LIFE / 60} minutes.`,
  );
}

function periodOf({ notBefore, notAfter }: AppCertificate): string {
  const [from, to] = [notBefore, notAfter].map((time) => new Date(time).toISOString());
  return `The certificate is valid from ${from} to ${to}.`;
}

/** As Entra does, so that an operator can compare it with what is registered; a client's text, so only where it is one. */
function thumbprintIn(header: ProtectedHeaderParameters): string {
  const named = header["x5t#S256"] ?? header.x5t;
  return typeof named === "string" && /^[\w-]{27,43}$/.test(named)
    ? ` Thumbprint of key used by client: '${Buffer.from(named, "base64url").toString("hex").toUpperCase()}'.`
    : "";
}

function refused(name: ProtocolErrorName, detail?: string): ProtocolError {
  return new ProtocolError(name, detail === undefined ? {} : { detail });
}
