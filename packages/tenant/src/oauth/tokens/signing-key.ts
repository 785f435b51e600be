import "reflect-metadata";
import { createHash, type KeyObject, randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  type GenerateKeyPairOptions,
  generateKeyPair,
  importJWK,
  type JWK,
} from "jose";
import type { SigningAlgorithm } from "../../directory/entities.ts";
import { seal, unseal } from "../../kernel/seal.ts";
import type { StoredKey } from "../../storage/store.ts";

const DAY = 24 * 60 * 60 * 1000;
/** How long a key signs before its successor takes over, which is published from the start. */
export const SIGNING_PERIOD = 90 * DAY;

/** A member of the key set (RFC 7517 §4), in Entra's shape. */
export interface PublishedKey extends JWK {
  kid: string;
  issuer: string;
}

/** Creates the RSA pair of a new signing key: extractable, for RS256. */
export type NewKeyPair = () => Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }>;

/** A key whose private part was opened with the seal key. */
export interface LoadedKey {
  stored: StoredKey;
  published: PublishedKey;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

/** RSA with 2048 bits, like Entra's; P-256; Ed25519. */
const OPTIONS: Record<SigningAlgorithm, GenerateKeyPairOptions> = {
  RS256: { modulusLength: 2048 },
  ES256: {},
  EdDSA: { crv: "Ed25519" },
};

export const newRsaPair: NewKeyPair = () => newPair("RS256");

function newPair(alg: SigningAlgorithm): ReturnType<NewKeyPair> {
  return generateKeyPair(alg, { ...OPTIONS[alg], extractable: true });
}

/** A new key, sealed for the store. */
export async function newKey(
  alg: SigningAlgorithm,
  { rsaPair, key, now, activatesAt }: { rsaPair: NewKeyPair; key: KeyObject; now: number; activatesAt: number },
): Promise<StoredKey> {
  const pair = await (alg === "RS256" ? rsaPair() : newPair(alg));
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  return {
    kid,
    alg,
    publicJwk: JSON.stringify(publicJwk),
    sealedPrivate: seal(key, JSON.stringify(await exportJWK(pair.privateKey)), kid),
    certificate: alg === "RS256" ? await certificateOf(pair, now, activatesAt) : null,
    createdAt: now,
    activatesAt,
    retiresAt: null,
  };
}

async function certificateOf(keys: Awaited<ReturnType<NewKeyPair>>, now: number, activatesAt: number): Promise<string> {
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString("hex")}`,
    name: "CN=Doorcode token signing",
    notBefore: new Date(now),
    notAfter: new Date(activatesAt + 2 * SIGNING_PERIOD),
    keys,
    signingAlgorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  });
  return Buffer.from(certificate.rawData).toString("base64");
}

/** Opens a stored key. Throws if another seal key sealed it. */
export async function openKey(key: KeyObject, stored: StoredKey, issuer: string): Promise<LoadedKey> {
  const { kid, alg, certificate } = stored;
  const publicJwk = JSON.parse(stored.publicJwk) as JWK;
  const privateJwk = JSON.parse(unseal(key, stored.sealedPrivate, kid)) as JWK;
  return {
    stored,
    published: { ...publicMembers(publicJwk), use: "sig", alg, kid, ...certificateMembers(certificate), issuer },
    publicKey: (await importJWK(publicJwk, alg)) as CryptoKey,
    privateKey: (await importJWK(privateJwk, alg)) as CryptoKey,
  };
}

/** Named one by one, so that a private member is never published. */
function publicMembers({ kty, n, e, crv, x, y }: JWK): JWK {
  if (kty === "RSA") return { kty, n: n!, e: e! };
  return { kty, crv: crv!, x: x!, ...(y === undefined ? {} : { y }) };
}

function certificateMembers(certificate: string | null): JWK {
  if (certificate === null) return {};
  const thumbprint = createHash("sha1").update(Buffer.from(certificate, "base64")).digest("base64url");
  return { x5t: thumbprint, x5c: [certificate] };
}
