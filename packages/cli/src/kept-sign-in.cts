// What the store says of a profile, read without the network. CommonJS on purpose, as the store's reader: `doorcode token`
// and `doorcode status` load this and little else.
import type { Json, StoredAccessToken } from "@doorcode/client";

const { defaultStoreDirectory, readStoreFast } =
  require("@doorcode/client/read-store") as typeof import("@doorcode/client/read-store");

type Environment = Record<string, string | undefined>;
type Records = Record<string, Json>;

/** `default:<profile>`: what `doorcode login` remembers. */
interface Profile {
  authority: string;
  clientId: string;
  /** Null once the profile has signed out. */
  accountId: string | null;
  scopes: string[];
  apis: { origin: string; scopes: string[] }[];
  caFile?: string;
  /** What a web API demanded of the next sign-in. */
  claims?: string;
  [name: string]: Json | undefined;
}

interface KeptAccount {
  id: string;
  username: string;
  name: string | null;
  tenant_id: string | null;
  issuer: string;
  authority: string;
  client_id: string;
}

/** Five minutes, as the client has it; half the life of a token that lives shorter. */
const DEFAULT_MIN_TTL_MS = 5 * 60_000;

const storeDirectory = (env: Environment): string => env.DOORCODE_STORE_DIR || defaultStoreDirectory(env);

const read = (env: Environment): { records: Records } | { problem: string } => readStoreFast(storeDirectory(env), env);

const nameOfProfile = (option: string | undefined, env: Environment): string =>
  option ?? (env.DOORCODE_PROFILE || "default");

function profileOf(records: Records, name: string): Profile | undefined {
  const record = records[`default:${name}`];
  return record !== null && typeof record === "object" && !Array.isArray(record) ? (record as Profile) : undefined;
}

/** The environment may name another issuer or app than the profile's; then nobody is signed in there by this profile. */
function isMeant({ authority, clientId }: Profile, env: Environment): boolean {
  const same = (wanted: string | undefined, is: string) => !wanted || bare(wanted) === bare(is);
  return same(env.DOORCODE_AUTHORITY, authority) && same(env.DOORCODE_CLIENT_ID, clientId);
}

const bare = (text: string): string => text.toLowerCase().replace(/\/+$/, "");

const ownerKey = ({ clientId, authority }: Profile): string => `${clientId}|${authority}`.toLowerCase();

function accountOf(records: Records, profile: Profile): KeptAccount | undefined {
  if (profile.accountId === null) return undefined;
  return records[`account:${ownerKey(profile)}|${profile.accountId}`] as unknown as KeptAccount | undefined;
}

/** The kept token of the profile's account that covers these scopes and lasts longest. */
function tokenOf(records: Records, profile: Profile, scopes: readonly string[]): StoredAccessToken | undefined {
  const prefix = `access:${ownerKey(profile)}|${profile.accountId}|`;
  const wanted = [...new Set(scopes.map((scope) => scope.toLowerCase()))].sort();
  const exact = prefix + wanted.join(" ");
  let best: StoredAccessToken | undefined;
  for (const key of Object.keys(records)) {
    if (!key.startsWith(prefix)) continue;
    const kept = records[key] as StoredAccessToken;
    if (key !== exact && !(wanted.length > 0 && covers(kept.scopes, wanted))) continue;
    if (best === undefined || kept.expires_at > best.expires_at) best = kept;
  }
  return best;
}

function covers(granted: readonly string[], wanted: readonly string[]): boolean {
  const have = granted.map((scope) => scope.toLowerCase());
  return wanted.every((scope) => have.includes(scope));
}

function lastsLong({ expires_at, obtained_at }: StoredAccessToken, now: number, minTtlMs: number | undefined): boolean {
  const life = typeof obtained_at === "number" ? Math.max(0, expires_at - obtained_at) : Number.POSITIVE_INFINITY;
  return expires_at - now > (minTtlMs ?? Math.min(DEFAULT_MIN_TTL_MS, life / 2));
}

/** "90", "90s", "15m", "2h"; undefined for anything else. */
function milliseconds(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,9})(s|m|h)?$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit === "h" ? 3_600_000 : unit === "m" ? 60_000 : 1_000);
}

/** Scopes are given one by one, or several at once as in OAuth's own parameter. */
const splitScopes = (given: readonly string[]): string[] =>
  [...new Set(given.join(" ").split(/[\s,]+/))].filter((scope) => scope !== "");

// The syntax of ES modules is not open to a CommonJS file; these lines give its importers the types.
export type { Environment, KeptAccount, Profile, Records };
export declare const storeDirectoryOf: typeof storeDirectory;
export declare const readRecords: typeof read;
export declare const profileName: typeof nameOfProfile;
export declare const keptProfile: typeof profileOf;
export declare const isProfileMeant: typeof isMeant;
export declare const keptAccount: typeof accountOf;
export declare const keptToken: typeof tokenOf;
export declare const lasts: typeof lastsLong;
export declare const parseDuration: typeof milliseconds;
export declare const scopesOf: typeof splitScopes;
module.exports = {
  storeDirectoryOf: storeDirectory,
  readRecords: read,
  profileName: nameOfProfile,
  keptProfile: profileOf,
  isProfileMeant: isMeant,
  keptAccount: accountOf,
  keptToken: tokenOf,
  lasts: lastsLong,
  parseDuration: milliseconds,
  scopesOf: splitScopes,
};
