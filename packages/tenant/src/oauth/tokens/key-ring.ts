import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import type { Logger } from "pino";
import type { SigningAlgorithm } from "../../directory/entities.ts";
import { SIGNING_ALGORITHMS, signingKeyOf } from "../../directory/signing-algorithms.ts";
import { deriveKey, type SealKey, unseal } from "../../kernel/seal.ts";
import { CLOCK_SKEW, type Clock, withTimeout } from "../../kernel/time.ts";
import type { AuditRecord, Store, StoredKey } from "../../storage/store.ts";
import {
  type LoadedKey,
  type NewKeyPair,
  newKey,
  newRsaPair,
  openKey,
  type PublishedKey,
  SIGNING_PERIOD,
} from "./signing-key.ts";

export type { NewKeyPair, PublishedKey } from "./signing-key.ts";

const DAY = 24 * 60 * 60 * 1000;
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

/**
 * The tenant's keys: of RS256, and of each other algorithm that an app or an API uses. Several of an algorithm are
 * published so that they can rotate. The newest active one signs (`signingKeyOf`).
 */
export interface SigningKeys {
  /** Signs a JWT. `typ` is `JWT` or `at+jwt`. Default algorithm: RS256. */
  sign(payload: Record<string, unknown>, typ: string, alg?: SigningAlgorithm): Promise<string>;
  /**
   * The claims of a token that this tenant signed for one of the audiences, or undefined. `exp` is checked unless
   * `allowExpired` (an `id_token_hint` may be old).
   */
  verify(token: string, options?: { audience?: string; allowExpired?: boolean }): Promise<JWTPayload | undefined>;
  /** Public keys with kid, use, x5t, x5c, issuer (Entra's shape). */
  published(): Promise<PublishedKey[]>;
  /** Reads the keys from the store now, after they were changed there. Creates those that are missing. */
  reload(): Promise<void>;
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
  log?: Pick<Logger, "error"> | undefined;
}): Promise<SigningKeys> {
  const { store, clock, issuer, log, newKeyPair: rsaPair = newRsaPair } = parts;
  const key = deriveKey(parts.sealKey, "signing-keys");
  let loaded: LoadedKey[] = [];
  let loadedAt = Number.NEGATIVE_INFINITY;
  let loading: Promise<Reading> | undefined;
  let lacksOthers = false;

  const made = (alg: SigningAlgorithm, now: number, activatesAt: number) =>
    newKey(alg, { rsaPair, key, now, activatesAt });

  /**
   * An algorithm's keys, created if it has none, and with a successor. Those that the seal key does not open are retired.
   * Returns all keys that are in the store then.
   */
  async function complete(alg: SigningAlgorithm, stored: StoredKey[], now: number): Promise<StoredKey[]> {
    const own = stored.filter((each) => each.alg === alg && isNotRetired(each));
    const usable = own.filter(opens);
    const lost = own.filter((each) => !usable.includes(each));
    let all = stored;
    if (usable.length === 0 || lost.length > 0) {
      const isFirst = usable.length === 0;
      const first = isFirst ? [await made(alg, now, now), await made(alg, now, now + SIGNING_PERIOD)] : [];
      all = await store.keys.insertFirst(first, { keys: lost, now, audit: ({ kid }) => lostRecord(kid, now) });
      if (isFirst) return all;
    }
    if (usable.some((each) => each.activatesAt > now)) return all;
    await store.keys.insert(await made(alg, now, now + SIGNING_PERIOD));
    return store.keys.list();
  }

  /**
   * A seal key that was replaced by the version before, which does not know keys besides those of RS256, does not open
   * them: then there are new ones. Whether the seal key is the tenant's is known before: it opens those of RS256.
   */
  function opens({ kid, alg, sealedPrivate }: StoredKey): boolean {
    if (alg === "RS256" || loaded.some((each) => each.stored.kid === kid)) return true;
    try {
      return unseal(key, sealedPrivate, kid) !== "";
    } catch {
      return false;
    }
  }

  /** Opened once. When it signs may have changed in the store. */
  async function open(stored: StoredKey): Promise<LoadedKey> {
    const known = loaded.find((each) => each.stored.kid === stored.kid);
    return { ...(known ?? (await openKey(key, stored, issuer))), stored };
  }

  async function load(): Promise<Reading> {
    const now = clock.now();
    const stored = await complete("RS256", await store.keys.list(), now);
    // First, because it fails with a wrong seal key, which must not seal new keys.
    const rsa = await Promise.all(served(stored.filter(isRsa), now).map(open));
    try {
      const others = await loadOthers(stored, now);
      lacksOthers = false;
      return { keys: [...rsa, ...others], isWhole: true };
    } catch (error) {
      // RS256, which every app needs, does not depend on the others.
      if (!lacksOthers) log?.error({ err: error }, "the signing keys of ES256 and EdDSA cannot be read or created");
      lacksOthers = true;
      return { keys: [...rsa, ...loaded.filter(({ stored: { alg } }) => alg !== "RS256")], isWhole: false };
    }
  }

  /** Those of the other algorithms. */
  async function loadOthers(stored: StoredKey[], now: number): Promise<LoadedKey[]> {
    let others = stored.filter((each) => !isRsa(each));
    // Keys that no app and no API needs any more still get successors: one may need them again.
    const algorithms = new Set([...others.filter(isNotRetired).map(({ alg }) => alg), ...(await store.keys.inUse())]);
    for (const alg of algorithms) others = (await complete(alg, others, now)).filter((each) => !isRsa(each));
    return Promise.all(served(others.filter(opens), now).map(open));
  }

  async function current(): Promise<LoadedKey[]> {
    const age = clock.now() - loadedAt;
    if (age >= 0 && age < RELOAD_AFTER) return loaded;
    loading ??= load().finally(() => {
      loading = undefined;
    });
    try {
      const read = await (loaded.length === 0 ? loading : withTimeout(RELOAD_TIMEOUT, loading));
      loaded = read.keys;
      loadedAt = clock.now() - (read.isWhole ? 0 : RELOAD_AFTER - RETRY_AFTER);
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

  async function reload(): Promise<void> {
    loadedAt = Number.NEGATIVE_INFINITY;
    // What is being loaded may have been read before the change.
    await loading?.catch(() => undefined);
    loadedAt = Number.NEGATIVE_INFINITY;
    await current();
  }

  async function signerOf(alg: SigningAlgorithm): Promise<LoadedKey | undefined> {
    const now = clock.now();
    const own = (await current()).filter(({ stored }) => stored.alg === alg);
    const kid = signingKeyOf(
      own.map(({ stored }) => stored),
      now,
    )?.kid;
    return own.find(({ stored }) => stored.kid === kid);
  }

  await current();
  return {
    async sign(payload, typ, alg = "RS256") {
      let signer = await signerOf(alg);
      if (!signer) {
        // An app or an API has asked for this algorithm a moment ago.
        await reload();
        signer = await signerOf(alg);
      }
      if (!signer) throw new Error(`there is no key for ${alg}`);
      return new SignJWT(payload).setProtectedHeader({ typ, alg, kid: signer.stored.kid }).sign(signer.privateKey);
    },
    async verify(token, options = {}) {
      const keys = await live();
      try {
        const { payload } = await jwtVerify(
          token,
          (header) => {
            // A key verifies its own algorithm only.
            const found = keys.find(({ stored }) => stored.kid === header.kid && stored.alg === header.alg);
            if (!found) throw new Error("unknown kid");
            return found.publicKey;
          },
          {
            algorithms: [...SIGNING_ALGORITHMS],
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
    reload,
  };
}

interface Reading {
  keys: LoadedKey[];
  /** False: the keys of other algorithms are those that were read before. */
  isWhole: boolean;
}

const isRsa = ({ alg }: StoredKey) => alg === "RS256";
const isNotRetired = ({ retiresAt }: StoredKey) => retiresAt === null;

/** The audit record of a key that the seal key does not open. */
const lostRecord = (kid: string, at: number): AuditRecord => ({
  ...{ at, event: "signing_key.retired", actor: "tenant" },
  ...{ userId: null, clientId: null, grantId: null, ip: null },
  detail: { kid, now: true, reason: "seal_key_replaced" },
});

/** The keys that are published at `now`: future ones, the one that signs, and those superseded less than a day ago. */
function served(stored: StoredKey[], now: number): StoredKey[] {
  const standing = stored.filter((each) => each.retiresAt === null || each.retiresAt > now);
  return standing.filter(({ alg }, index) => {
    const successor = standing.slice(index + 1).find((each) => each.alg === alg);
    return !successor || successor.activatesAt + SERVED_AFTER > now;
  });
}
