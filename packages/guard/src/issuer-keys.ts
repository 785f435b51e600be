import {
  type CryptoKey,
  createLocalJWKSet,
  errors,
  type FlattenedJWSInput,
  type JWK,
  type JWSHeaderParameters,
} from "jose";
import { GuardError } from "./errors.ts";
import { addressOf, fetchJson, secureContextFor, secureUrl } from "./fetch-json.ts";

/**
 * How long keys remain usable, beyond their cache time, while the issuer cannot be reached: one day, in milliseconds.
 */
const MAX_OUTAGE_MS = 24 * 60 * 60 * 1000;
/** Pause between attempts while there are no keys yet, in milliseconds: the API may start before its issuer. */
const FIRST_KEYS_RETRY_MS = 1_000;

/** An issuer writes one header for each key and type of token. */
const MAX_HEADERS = 100;

/** The source of the time. Inject one so that tests control the time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

export interface IssuerKeysOptions {
  issuer: string;
  jwksUri: string | undefined;
  ca: string | undefined;
  cooldownMs: number;
  cacheMaxAgeMs: number;
  clock: Clock;
}

interface Fetched {
  find: ReturnType<typeof createLocalJWKSet>;
  /** Keys that were found in it. */
  found: WeakSet<object>;
  /** Keys by the encoded header of tokens that they verified. */
  byHeader: Map<string, CryptoKey>;
  /** When they were loaded, in milliseconds since the epoch. */
  at: number;
  authorizationEndpoint: string | undefined;
}

/** An issuer's public keys, loaded when they are first needed. */
export interface IssuerKeys {
  /**
   * Finds the key for a token's header. An unknown `kid` loads the keys again, at most once per cool-down, so that
   * invented kids cannot flood the issuer with requests.
   * @throws {GuardError} `issuer_unreachable` (503).
   * @throws jose's `JWKSNoMatchingKey` and `JWKSMultipleMatchingKeys`.
   */
  find(header: JWSHeaderParameters | undefined, token: FlattenedJWSInput): Promise<CryptoKey>;
  /** The key that verified a token with this encoded header. Undefined if the keys must be read again before. */
  known(header: string): CryptoKey | undefined;
  /**
   * Call it only for a valid token, so that invented headers are not kept. A key that was withdrawn since it was found is
   * not kept either.
   */
  remember(header: string, key: object): void;
  /** From the issuer's metadata, once it is loaded. */
  authorizationEndpoint(): string | undefined;
}

/** Creates the key cache of one issuer. Nothing is fetched until the first `find`. */
export function issuerKeys(options: IssuerKeysOptions): IssuerKeys {
  const { clock, cooldownMs, cacheMaxAgeMs } = options;
  const secureContext = options.ca === undefined ? undefined : secureContextFor(options.ca);
  let current: Fetched | undefined;
  let inFlight: Promise<void> | undefined;
  let attemptedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;

  async function read(): Promise<Fetched> {
    let jwksUri: unknown = options.jwksUri;
    let authorizationEndpoint: string | undefined;
    if (jwksUri === undefined) {
      const metadata = await fetchJson(metadataUrl(options.issuer), secureContext);
      // RFC 8414 §3.3: another issuer's metadata must not be used.
      if (metadata.issuer !== options.issuer)
        throw new Error(`The metadata belongs to another issuer, not to ${options.issuer}`);
      jwksUri = metadata.jwks_uri;
      authorizationEndpoint = secureUrl(metadata.authorization_endpoint)?.href;
    }
    const url = secureUrl(jwksUri);
    if (!url) throw new Error("The metadata's jwks_uri is not an https URL");
    const published = (await fetchJson(url, secureContext)).keys;
    // A key set without keys is a mistake of the issuer; the previous keys are the better choice.
    if (!Array.isArray(published)) throw new Error(`${addressOf(url)} is not a key set: it has no list of keys`);
    if (published.length === 0) throw new Error(`${addressOf(url)} is an empty key set`);
    const keys = usableKeys(published, options.issuer);
    if (keys.length === 0) throw new Error(`${addressOf(url)} has no public keys for ${options.issuer}`);
    return { find: createLocalJWKSet({ keys }), ...nothingKnown(), at: clock.now(), authorizationEndpoint };
  }

  /** Loads the keys, never twice at the same time. A failure keeps the previous ones. */
  function refresh(): Promise<void> {
    inFlight ??= (async () => {
      attemptedAt = clock.now();
      try {
        current = await read();
      } catch (error) {
        failure = error;
      } finally {
        inFlight = undefined;
      }
    })();
    return inFlight;
  }

  // Compares distances, so that a clock that was set back does not keep the keys for hours.
  const canAttempt = (pause: number) => inFlight !== undefined || Math.abs(clock.now() - attemptedAt) >= pause;
  const age = () => (current ? Math.abs(clock.now() - current.at) : Number.POSITIVE_INFINITY);

  return {
    async find(header, token) {
      if (age() >= cacheMaxAgeMs && canAttempt(current ? cooldownMs : Math.min(cooldownMs, FIRST_KEYS_RETRY_MS))) {
        await refresh();
      }
      if (!current || age() >= cacheMaxAgeMs + MAX_OUTAGE_MS) {
        throw new GuardError("issuer_unreachable", "The issuer's keys cannot be loaded, so no token can be checked.", {
          status: 503,
          hint: isProxyError(failure)
            ? "This machine's proxy did not connect: the error's cause names it."
            : `Check that this machine can reach ${options.issuer} and trusts its certificate, then try again.`,
          cause: failure,
        });
      }
      try {
        return await findIn(current, header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey) || !canAttempt(cooldownMs)) throw error;
        await refresh();
        return findIn(current, header, token);
      }
    },
    known: (header) => (current && age() < cacheMaxAgeMs ? current.byHeader.get(header) : undefined),
    remember(header, key) {
      if (!current?.found.has(key) || current.byHeader.size >= MAX_HEADERS) return;
      // A copy: a part of a string keeps the whole one in memory, here a token that grants access.
      current.byHeader.set(Buffer.from(header, "latin1").toString("latin1"), key as CryptoKey);
    },
    authorizationEndpoint: () => current?.authorizationEndpoint,
  };
}

const nothingKnown = (): Pick<Fetched, "found" | "byHeader"> => ({ found: new WeakSet(), byHeader: new Map() });

async function findIn(set: Fetched, header: JWSHeaderParameters | undefined, token: FlattenedJWSInput) {
  const key = await set.find(header, token);
  set.found.add(key);
  return key;
}

/** By its name: the class comes with the proxy libraries, which most programs never load. */
const isProxyError = (error: unknown) => error instanceof Error && error.name === "ProxyError";

/** OpenID Connect Discovery §4: appended to the issuer's path (Entra's `/{tid}/v2.0`). */
function metadataUrl(issuer: string): URL {
  return new URL(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
}

/**
 * Only public signature keys. Tenants share Entra's key sets, whose keys name the issuer that they sign for; another
 * issuer's key must not vouch for this one.
 */
function usableKeys(keys: unknown[], issuer: string): JWK[] {
  // `https://login.microsoftonline.com/{tenantid}/v2.0`: the key signs for all tenants.
  const anyTenant = issuer.replace(/\/[0-9a-f-]{36}\//i, "/{tenantid}/");
  return (keys as ((JWK & { issuer?: unknown }) | null)[]).filter((key): key is JWK => {
    if (key === null || key.d !== undefined) return false;
    if (key.kty !== "RSA" && key.kty !== "EC" && key.kty !== "OKP") return false;
    return key.issuer === undefined || key.issuer === issuer || key.issuer === anyTenant;
  });
}
