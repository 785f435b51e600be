import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, test } from "node:test";
import { exportJWK, type JWK, SignJWT } from "jose";
import { verifyIdToken } from "../../src/issuer/id-token.ts";
import type { IssuerMetadata } from "../../src/issuer/issuer-session.ts";

const issuer = "https://login.example/one";
const clientId = "1c9f7c56-6ab1-4c1e-8f0d-7f1f0f2a9a01";
const now = 1_790_000_000_000;
const metadata: IssuerMetadata = {
  engine: "oidc",
  authority: issuer,
  issuer,
  tokenEndpoint: `${issuer}/token`,
  deviceAuthorizationEndpoint: undefined,
  authorizationEndpoint: undefined,
  jwksUri: `${issuer}/keys`,
  openId: true,
  scopesSupported: undefined,
  tokenAuthMethods: undefined,
  revocationAuthMethods: undefined,
  assertionAlgs: undefined,
  challengeMethods: undefined,
  revocationEndpoint: undefined,
  knowsDevices: false,
  announcedWait: undefined,
  document: {},
};

async function accepts(alg: string, { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) {
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: "one" };
  const token = await new SignJWT()
    .setProtectedHeader({ alg, kid: "one" })
    .setIssuer(issuer)
    .setAudience(clientId)
    .setSubject("ada")
    .setIssuedAt(now / 1_000)
    .setExpirationTime(now / 1_000 + 3_600)
    .sign(privateKey);
  const keys = { get: async () => ({ keys: [jwk] }) };
  const clock = { now: () => now, sleep: async () => {} };
  assert.equal((await verifyIdToken(token, { metadata, clientId, clock }, { keys })).sub, "ada");
}

describe("an ID token is verified when it is signed by", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  for (const alg of ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]) test(alg, () => accepts(alg, rsa));

  for (const [alg, namedCurve] of [
    ["ES256", "P-256"],
    ["ES384", "P-384"],
    ["ES512", "P-521"],
  ] as const) {
    test(alg, () => accepts(alg, generateKeyPairSync("ec", { namedCurve })));
  }

  for (const alg of ["EdDSA", "Ed25519"]) test(alg, () => accepts(alg, generateKeyPairSync("ed25519")));
});
