import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  randomFillSync,
} from "node:crypto";

/** 32 random bytes, stored as `seal.key` in the data folder. */
export type SealKey = Uint8Array;

/** What happens to the results of each purpose when the seal key is replaced. A new purpose needs a decision here. */
export const PURPOSES = {
  // The store has what was sealed: `SealStore.replace` seals it again.
  "signing-keys": "sealed again",
  "totp secret": "sealed again",
  outbox: "sealed again",
  "kept keys": "sealed again",
  fingerprint: "sealed again",
  // The results outlive the key and cannot be computed again, so the derived key is kept (`kept-keys.ts`).
  "pairwise-sub": "kept",
  "recovery code": "kept",
  // Users have to open the page again, or request another code.
  "mail code": "ends",
  "webauthn challenge": "ends",
  "csrf token": "ends",
  "shown permissions": "ends",
  // A backup needs the seal key of its time, which its operator keeps.
  backup: "ends",
} as const satisfies Record<string, "sealed again" | "kept" | "ends">;

export type SealPurpose = keyof typeof PURPOSES;

const derived = new WeakMap<SealKey, Map<string, KeyObject>>();

/**
 * Derives a key for one purpose, so that no key has two uses (HKDF, RFC 5869). Keys derived from a `SealKey` are
 * cached. A `KeyObject`, because Node.js takes several times as long for a cipher or an HMAC with the key's bytes.
 */
export function deriveKey(secret: SealKey, purpose: SealPurpose): KeyObject;
export function deriveKey(secret: string, purpose: string): KeyObject;
export function deriveKey(secret: SealKey | string, purpose: string): KeyObject {
  const derive = () => createSecretKey(new Uint8Array(hkdfSync("sha256", secret, "doorcode", purpose, 32)));
  if (typeof secret === "string") return derive();
  const known = derived.get(secret) ?? new Map<string, KeyObject>();
  derived.set(secret, known);
  const key = known.get(purpose) ?? derive();
  known.set(purpose, key);
  return key;
}

/** Encrypts with AES-256-GCM and a fresh nonce. Returns base64url of nonce, ciphertext and tag. */
export function seal(key: KeyObject, plaintext: string, context: string): string {
  const nonce = useRandom(12, (taken) => Buffer.from(taken));
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([nonce, cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return sealed.toString("base64url");
}

/** Decrypts. Throws if the key, the context or any bit of the text differs. */
export function unseal(key: KeyObject, sealed: string, context: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
  decipher.setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString("utf8");
}

/** SHA-256, base64url. Codes, tokens and session IDs of 256 random bits are stored in this form. */
export function hashSecret(secret: string): string {
  return hash("sha256", secret, "base64url");
}

/** Keyed hash, base64url, for secrets too short for a plain hash (mailed codes). */
export function keyedHash(key: KeyObject, text: string): string {
  return createHmac("sha256", key).update(text).digest("base64url");
}

/**
 * Random bytes for the next secrets, as `randomUUID` keeps them: a call to the generator costs more than a few bytes.
 * Each byte is used once, and erased.
 */
const random = Buffer.alloc(4_096);
let used = random.length;

function useRandom<Used>(bytes: number, use: (random: Buffer) => Used): Used {
  if (bytes > random.length) throw new Error(`no secret has ${bytes} bytes`);
  if (used + bytes > random.length) {
    randomFillSync(random);
    used = 0;
  }
  const taken = random.subarray(used, used + bytes);
  used += bytes;
  const result = use(taken);
  taken.fill(0);
  return result;
}

/** A new random secret of `bytes` bytes (default: 32, which is 256 bits), base64url. */
export const newSecret = (bytes = 32): string => useRandom(bytes, (taken) => taken.toString("base64url"));
