import type { JWTPayload } from "jose";
import { issuerError } from "../device-flow/issuer-error.ts";
import { readJsonObject } from "../device-flow/read-json.ts";
import { withRetries } from "../device-flow/with-retries.ts";
import { DoorcodeError } from "../errors.ts";
import type { EngineContext } from "./engine.ts";
import { type IssuerMetadata, requestTimeoutMs } from "./metadata.ts";

export interface IdTokenClaims extends JWTPayload {
  sub: string;
}

/** Signatures by a key pair only: with HMAC the key would be the client's own, and `none` is none. */
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
/** Clocks of devices are wrong more often than those of servers. */
const clockTolerance = 300;

/**
 * Verifies an ID token (OpenID Connect Core §3.1.3.7), which MSAL does not: signature by the issuer's keys, iss, aud, azp,
 * exp, nbf, and Entra's tid.
 * @throws DoorcodeError `token_not_trusted`; `issuer_unreachable` when the keys cannot be had
 */
export async function verifyIdToken(
  token: unknown,
  metadata: IssuerMetadata,
  context: EngineContext & { signal?: AbortSignal | undefined },
): Promise<IdTokenClaims> {
  if (typeof token !== "string" || token === "") {
    throw new DoorcodeError("issuer_misbehaved", {
      detail: "the answer holds no ID token, though `openid` was asked for.",
    });
  }
  const keys = await fetchKeys(metadata, context);
  const { createLocalJWKSet, jwtVerify } = await import("jose");
  const notTrusted = (detail: string, cause?: unknown) => new DoorcodeError("token_not_trusted", { detail, cause });
  const claims = await (async () => {
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet(keys as never), {
        algorithms,
        audience: context.clientId,
        requiredClaims: ["iss", "sub", "exp", "iat"],
        clockTolerance,
        currentDate: new Date(context.clock.now()),
      });
      return payload as IdTokenClaims;
    } catch (error) {
      throw notTrusted(`${error instanceof Error ? error.message : "it cannot be read"}.`);
    }
  })();
  // Microsoft's shared authorities have one metadata for all tenants, with a place for the tenant's ID.
  const issuer = metadata.issuer.replace("{tenantid}", String(claims.tid));
  if (claims.iss !== issuer) throw notTrusted("its issuer is not the authority's.");
  const audiences = [claims.aud ?? []].flat();
  if (claims.azp !== undefined && claims.azp !== context.clientId)
    throw notTrusted("it was issued to another application.");
  if (audiences.length > 1 && claims.azp === undefined)
    throw notTrusted("it is for several applications and names no `azp`.");
  if (metadata.engine === "entra" && !issuer.split("/").includes(String(claims.tid))) {
    throw notTrusted("its tenant (tid) is not the issuer's.");
  }
  return claims;
}

async function fetchKeys(
  metadata: IssuerMetadata,
  { transport, clock, signal }: EngineContext & { signal?: AbortSignal | undefined },
): Promise<Record<string, unknown>> {
  const answer = await withRetries(
    (aborting) =>
      transport.send({ url: metadata.jwksUri, method: "GET", timeoutMs: requestTimeoutMs, signal: aborting }),
    { clock, signal },
  );
  const body = readJsonObject(answer.body);
  if (answer.status === 200 && Array.isArray(body?.keys)) return body;
  throw issuerError(answer, { request: "the issuer's keys" });
}
