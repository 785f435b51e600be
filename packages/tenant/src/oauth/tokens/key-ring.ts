import "reflect-metadata";
import { createHash, randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from "jose";
import { deriveKey, type SealKey, seal, unseal } from "../../kernel/seal.ts";
import { CLOCK_SKEW, type Clock, withTimeout } from "../../kernel/time.ts";
import type { Store, StoredKey } from "../../storage/store.ts";

const DAY = 24 * 60 * 60 * 1000;
/** How long a key signs before its successor takes over, which is published from the start. */
const SIGNING_PERIOD = 90 * DAY;
/** How long a superseded key stays published: well beyond the lifetime of the last token it signed (60 minutes). */
export const SERVED_AFTER = DAY;
/**
 * How long a process trusts the keys it has read. It sees another node's new key after this time, long before that key
 * signs.
 */
export const RELOAD_AFTER = 60 * 1000;
/** How long a request waits for new keys from the store, and how soon the next request tries again if none came. */
const RELOAD_TIMEOUT = 1000;
const RETRY_AFTER = 5 * 1000;

/** The tenant's RS256 keys. Several are published so that they can rotate. The newest active one signs. */
export interface SigningKeys {
  /** Signs a JWT. `typ` is `JWT` or `at+jwt`. */
  sign(payload: Record<string, unknown>, typ: string): Promise<string>;
  /**
   * The claims of a token that this tenant signed for one of the audiences, or undefined. `exp` is checked unless
   * `allowExpired` (an `id_token_hint` may be old).
   */
  verify(token: string, options?: { audience?: string; allowExpired?: boolean }): Promise<JWTPayload | undefined>;
  /** Public keys with kid, use, x5t, x5c, issuer (Entra's shape). */
  published(): Promise<PublishedKey[]>;
  /** Reads the keys from the store now, after they were changed there. Creates the successor if there is none. */
  reload(): Promise<void>;
}

export interface PublishedKey extends JWK {
  kid: string;
  issuer: string;
}

/** Creates the RSA pair of a new signing key: extractable, for RS256. */
export type NewKeyPair = () => Promise<{ publicKey: CryptoKey; privateKey: CryptoKey }>;

/** RSA with 2048 bits, like Entra's. */
const newRsaPair: NewKeyPair = () => generateKeyPair("RS256", { modulusLength: 2048, extractable: true });

interface LoadedKey {
  stored: StoredKey;
  published: PublishedKey;
  publicKey: CryptoKey;
  privateKey: CryptoKey;
}

/**
 * Loads the signing keys, or creates them at first start: one that signs now and its successor, so that more than one
 * is always published. Private keys are in the store, sealed with the data folder's seal key.
 */
export async function loadSigningKeys(parts: {
  store: Store;
  sealKey: SealKey;
  clock: Clock;
  issuer: string;
  newKeyPair?: NewKeyPair | undefined;
}): Promise<SigningKeys> {
  const { store, clock, issuer, newKeyPair = newRsaPair } = parts;
  const key = deriveKey(parts.sealKey, "signing-keys");
  let loaded: LoadedKey[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<LoadedKey[]> | undefined;

  async function load(): Promise<LoadedKey[]> {
    const now = clock.now();
    let stored = await store.keys.list();
    if (stored.length === 0) {
      stored = await store.keys.insertFirst([
        await newKey(newKeyPair, key, now, now),
        await newKey(newKeyPair, key, now, now + SIGNING_PERIOD),
      ]);
    }
    if (!stored.some((each) => each.activatesAt > now && each.retiresAt === null)) {
      await store.keys.insert(await newKey(newKeyPair, key, now, now + SIGNING_PERIOD));
      stored = await store.keys.list();
    }
    const known = new Map(loaded.map((each) => [each.stored.kid, each]));
    const kept = served(stored, now);
    return Promise.all(
      // Opened once. When it signs may have changed in the store.
      kept.map(async (each) => ({ ...(known.get(each.kid) ?? (await openKey(key, each, issuer))), stored: each })),
    );
  }

  async function current(): Promise<LoadedKey[]> {
    const age = clock.now() - loadedAt;
    if (age >= 0 && age < RELOAD_AFTER) return loaded;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    try {
      loaded = await (loaded.length === 0 ? loading : withTimeout(RELOAD_TIMEOUT, loading));
      loadedAt = clock.now();
    } catch (error) {
      // Token holders can still verify them while the store is down.
      if (loaded.length === 0) throw error;
      loadedAt = clock.now() - RELOAD_AFTER + RETRY_AFTER;
    }
    return loaded;
  }

  /** Those that are still served: a key may have retired since the store was read. */
  const live = async (): Promise<LoadedKey[]> => {
    const now = clock.now();
    return (await current()).filter(({ stored: { retiresAt } }) => retiresAt === null || retiresAt > now);
  };

  await current();
  return {
    async sign(payload, typ) {
      const now = clock.now();
      const active = (await current()).filter((each) => each.stored.activatesAt <= now);
      const signer = active.reduce((a, b) => (b.stored.activatesAt >= a.stored.activatesAt ? b : a));
      return new SignJWT(payload)
        .setProtectedHeader({ typ, alg: "RS256", kid: signer.stored.kid })
        .sign(signer.privateKey);
    },
    async verify(token, options = {}) {
      const keys = await live();
      try {
        const { payload } = await jwtVerify(
          token,
          (header) => {
            const found = keys.find((each) => each.stored.kid === header.kid);
            if (!found) throw new Error("unknown kid");
            return found.publicKey;
          },
          {
            algorithms: ["RS256"],
            issuer,
            currentDate: options.allowExpired ? new Date(0) : new Date(clock.now()),
            clockTolerance: options.allowExpired ? Number.MAX_SAFE_INTEGER : CLOCK_SKEW.unreadyMs / 1_000,
            ...(options.audience === undefined ? {} : { audience: options.audience }),
          },
        );
        // The tolerance is for `nbf`: another node, whose clock is ahead, may have signed the token a moment ago.
        const isOver = payload.exp !== undefined && payload.exp * 1_000 <= clock.now();
        return isOver && !options.allowExpired ? undefined : payload;
      } catch {
        return undefined;
      }
    },
    async published() {
      return (await live()).map((each) => each.published);
    },
    async reload() {
      loadedAt = Number.NEGATIVE_INFINITY;
      // What is being loaded may have been read before the change.
      await loading?.catch(() => undefined);
      loadedAt = Number.NEGATIVE_INFINITY;
      await current();
    },
  };
}

/** The keys that are published at `now`: future ones, the one that signs, and those superseded less than a day ago. */
function served(stored: StoredKey[], now: number): StoredKey[] {
  const standing = stored.filter((each) => each.retiresAt === null || each.retiresAt > now);
  return standing.filter((_each, index) => {
    const successor = standing[index + 1];
    return !successor || successor.activatesAt + SERVED_AFTER > now;
  });
}

async function newKey(newKeyPair: NewKeyPair, key: Uint8Array, now: number, activatesAt: number): Promise<StoredKey> {
  const pair = await newKeyPair();
  const publicJwk = await exportJWK(pair.publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: `00${randomBytes(15).toString("hex")}`,
    name: "CN=Doorcode token signing",
    notBefore: new Date(now),
    notAfter: new Date(activatesAt + 2 * SIGNING_PERIOD),
    keys: pair,
    signingAlgorithm: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  });
  return {
    kid,
    publicJwk: JSON.stringify(publicJwk),
    sealedPrivate: seal(key, JSON.stringify(await exportJWK(pair.privateKey)), kid),
    certificate: Buffer.from(certificate.rawData).toString("base64"),
    createdAt: now,
    activatesAt,
    retiresAt: null,
  };
}

async function openKey(key: Uint8Array, stored: StoredKey, issuer: string): Promise<LoadedKey> {
  const publicJwk = JSON.parse(stored.publicJwk) as JWK;
  const privateJwk = JSON.parse(unseal(key, stored.sealedPrivate, stored.kid)) as JWK;
  const thumbprint = createHash("sha1").update(Buffer.from(stored.certificate, "base64")).digest("base64url");
  return {
    stored,
    published: {
      kty: "RSA",
      use: "sig",
      alg: "RS256",
      kid: stored.kid,
      x5t: thumbprint,
      n: publicJwk.n!,
      e: publicJwk.e!,
      x5c: [stored.certificate],
      issuer,
    },
    publicKey: (await importJWK(publicJwk, "RS256")) as CryptoKey,
    privateKey: (await importJWK(privateJwk, "RS256")) as CryptoKey,
  };
}
