import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** 32 random bytes, in `seal.key` of the data folder. */
export type SealKey = Uint8Array;

const derived = new WeakMap<SealKey, Map<string, Uint8Array>>();

/** A key for one purpose, so that no key serves two (HKDF, RFC 5869). Keys of a `SealKey` are derived once. */
export function deriveKey(secret: SealKey | string, purpose: string): Uint8Array {
  const derive = () => new Uint8Array(hkdfSync("sha256", secret, "doorcode", purpose, 32));
  if (typeof secret === "string") return derive();
  const known = derived.get(secret) ?? new Map<string, Uint8Array>();
  derived.set(secret, known);
  const key = known.get(purpose) ?? derive();
  known.set(purpose, key);
  return key;
}

/** AES-256-GCM with a fresh nonce: base64url of nonce, ciphertext, tag. */
export function seal(key: Uint8Array, plaintext: string, context: string): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([nonce, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString("base64url");
}

/** Throws when the key, the context or a bit of the text differs. */
export function unseal(key: Uint8Array, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
}

/** SHA-256, base64url: how codes, tokens and session ids of 256 random bits are stored. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Keyed hash for secrets too short to be hashed bare (mail codes), base64url. */
export function keyedHash(key: Uint8Array, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/** A new secret of `bytes` random bytes (256 bit unless said otherwise), base64url. */
export function newSecret(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}
