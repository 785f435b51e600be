import type { JSONWebKeySet, JWTPayload } from "jose";
import { DoorcodeError } from "../errors.ts";
import { isObject } from "../token-store/read-store.cts";
import { issuerError, plainText, readJsonObject, stringOf, withoutEmpty } from "./issuer-answer.ts";
import type { ConnectedSession, IssuerMetadata } from "./issuer-session.ts";
import { requestTimeoutMs, withRetries } from "./with-retries.ts";

export interface IdTokenClaims extends JWTPayload {
  sub: string;
}

/** Only signatures with a key pair: with HMAC the key would be the client's own secret, and `none` is no signature. */
const algorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
];
/** The clocks of devices are wrong more often than those of servers. */
const clockTolerance = 300;

/**
 * The issuer's public keys. Loaded ahead of time, because an answer that comes only once must not be lost for lack of
 * them.
 */
export interface IssuerKeys {
  /** `again`: the loaded keys do not include the one that is needed. */
  get(again?: boolean): Promise<Record<string, unknown>>;
}

export function issuerKeys(
  { metadata, transport, clock }: Pick<ConnectedSession, "metadata" | "transport" | "clock">,
  signal?: AbortSignal,
): IssuerKeys {
  let asked: Promise<Record<string, unknown>> | undefined;
  const ask = async () => {
    const { jwksUri: url } = metadata;
    if (url === undefined) {
      throw new DoorcodeError("invalid_issuer_response", { detail: "the issuer's metadata has no usable jwks_uri." });
    }
    const answer = await withRetries(
      (aborting) => transport.send({ url, method: "GET", timeoutMs: requestTimeoutMs, signal: aborting }),
      { clock, signal },
    );
    const body = readJsonObject(answer.body);
    if (answer.status !== 200 || !body) throw issuerError(answer, { request: "the issuer's keys" });
    // Entries that are not keys are ignored (RFC 7517 §5): jose would reject the whole set, after the one-time code is
    // spent.
    const keys = Array.isArray(body.keys) ? body.keys.filter(isObject).map(withoutEmpty) : [];
    if (keys.length > 0) return { ...body, keys };
    const what = Array.isArray(body.keys) ? "an empty key set" : "not a key set: it has no list of keys";
    throw new DoorcodeError("invalid_issuer_response", { detail: `${url} is ${what}.` });
  };
  return {
    get(again = false) {
      if (again) asked = undefined;
      asked ??= ask().catch((error) => {
        asked = undefined;
        throw error;
      });
      return asked;
    },
  };
}

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7), which MSAL does not do: signature with the issuer's keys, iss,
 * aud, azp, exp, nbf, Entra's tid, and the nonce if the request had one.
 * @throws DoorcodeError `token_not_trusted`; `issuer_unreachable` if the keys cannot be loaded
 */
export async function verifyIdToken(
  token: unknown,
  { metadata, clientId, clock }: Pick<ConnectedSession, "metadata" | "clientId" | "clock">,
  { keys, nonce }: { keys: IssuerKeys; nonce?: string | undefined },
): Promise<IdTokenClaims> {
  if (typeof token !== "string" || token === "") {
    throw new DoorcodeError("invalid_issuer_response", {
      detail: "the answer has no ID token, although openid was requested.",
    });
  }
  const { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify } = await import("jose");
  const verified = async (keySet: Record<string, unknown>) => {
    const { payload } = await jwtVerify<IdTokenClaims>(
      token,
      createLocalJWKSet(named(keySet, decodeProtectedHeader(token).kid)),
      {
        algorithms,
        audience: clientId,
        requiredClaims: ["iss", "sub", "exp", "iat"],
        clockTolerance,
        currentDate: new Date(clock.now()),
      },
    );
    return payload;
  };
  let claims: IdTokenClaims;
  try {
    claims = await verified(await keys.get()).catch(async (error) => {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return await verified(await keys.get(true));
    });
  } catch (error) {
    if (error instanceof DoorcodeError) throw error;
    // jose's error holds the claims, which include the user's name and address; its message does not.
    const fault = clockIsOff(error, clock.now());
    throw fault ?? notTrusted(keyFault(error, token, await keys.get()) ?? `${(error as Error).message}.`);
  }
  checkNames(claims, metadata, clientId);
  if (nonce !== undefined && claims.nonce !== nonce) throw notTrusted("its nonce does not belong to this sign-in.");
  return claims;
}

/** Why no key of the issuer matches; undefined for any other error. */
function keyFault(error: unknown, token: string, keySet: Record<string, unknown>): string | undefined {
  const { code } = error as { code?: unknown };
  const header = readJsonObject(Buffer.from(token.split(".")[0] ?? "", "base64url").toString());
  const kid = stringOf(header?.kid);
  const named = kid === undefined ? "it names no key (kid)" : `its key (kid ${plainText(kid, { limit: 80 })})`;
  if (code === "ERR_JWKS_MULTIPLE_MATCHING_KEYS") {
    if (kid === undefined) return `${named}, and several of the issuer's keys match it.`;
    const { keys } = keySet as unknown as JSONWebKeySet;
    return keys.some((key) => key.kid === kid)
      ? `${named} is in the issuer's key set more than once.`
      : `${named} is not among the issuer's keys, and several keys without a kid match it.`;
  }
  if (code !== "ERR_JWKS_NO_MATCHING_KEY") return undefined;
  return kid === undefined
    ? `${named}, and none of the issuer's keys matches its algorithm.`
    : `${named} is not among the issuer's keys, or does not match its algorithm.`;
}

/**
 * Checks a time in a token that is fresh and correctly signed: if its issue time differs from this machine's time, the
 * clock is wrong.
 */
function clockIsOff(error: unknown, now: number): DoorcodeError | undefined {
  const { claim, payload } = error as { claim?: unknown; payload?: JWTPayload };
  if ((claim !== "exp" && claim !== "nbf") || typeof payload?.iat !== "number") return undefined;
  const lead = Math.round(now / 1_000 - payload.iat);
  if (Math.abs(lead) <= clockTolerance) return undefined;
  const detail = `this machine's clock is ${roughly(Math.abs(lead))} ${lead > 0 ? "ahead of" : "behind"} the issuer's.`;
  const hint = "Nothing was saved. Correct this machine's clock (date and time zone, or NTP), then sign in again.";
  return new DoorcodeError("token_not_trusted", { detail, hint });
}

function roughly(seconds: number): string {
  const units = [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds >= 2 * size) ?? ["minute", 60];
  return `about ${Math.round(seconds / size)} ${unit}s`;
}

/** Keys may lack a `kid` (RFC 7517 §4.5): if no key has the token's `kid`, keys without one are tried. */
function named(keySet: Record<string, unknown>, kid: string | undefined): JSONWebKeySet {
  const { keys } = keySet as unknown as JSONWebKeySet;
  if (kid === undefined || keys.some((key) => key.kid === kid)) return { keys };
  return { keys: keys.map((key) => (key.kid === undefined ? { ...key, kid } : key)) };
}

/** Checks the token's issuer, audience and tenant. */
function checkNames(claims: IdTokenClaims, metadata: IssuerMetadata, clientId: string): void {
  // Microsoft's shared authorities have one metadata document for all tenants, with a placeholder for the tenant ID.
  const issuer = metadata.issuer.replace("{tenantid}", String(claims.tid));
  if (claims.iss !== issuer) throw notTrusted("its issuer is not the authority's.");
  // Null or empty counts as absent; anything else must name this application.
  const azp = claims.azp || undefined;
  if (azp !== undefined && azp !== clientId) {
    throw notTrusted("it was issued to another application.");
  }
  if (Array.isArray(claims.aud) && claims.aud.length > 1 && azp === undefined) {
    throw notTrusted("it is for several applications but has no azp.");
  }
  if (metadata.engine === "entra" && !issuer.split("/").includes(String(claims.tid))) {
    throw notTrusted("its tenant (tid) is not the issuer's.");
  }
}

const notTrusted = (detail: string) => new DoorcodeError("token_not_trusted", { detail });
