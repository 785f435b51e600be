// The part of the token store that reads: its files, then accounts and access tokens among its records. CommonJS on
// purpose: `doorcode token` requires it and little else, and an ES module costs a third of Node's own start. What writes the
// store takes format and keys from here, so that both ways find the same.
import type { Json, Owner, StoredAccount } from "./contract.ts" with { "resolution-mode": "import" };

const { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readFileSync, readdirSync } =
  require("node:fs") as typeof import("node:fs");
const { isAbsolute, join } = require("node:path") as typeof import("node:path");

type Environment = Record<string, string | undefined>;
type Entries = Iterable<readonly [key: string, value: Json]>;

/** One account of one program at one authority. */
interface AccountRef extends Owner {
  id: string;
}

interface StoredToken {
  token: string;
  scopes: string[];
  /** Milliseconds since the epoch. */
  expiresAt: number;
  /** By this machine's clock, in milliseconds since the epoch; 0 where the record does not say it. */
  obtainedAt: number;
  /** Scopes that were asked for and not granted. */
  notGranted: string[];
}

/** `store.<generation>.enc`: magic, version, generation, key id (together the AAD), nonce, ciphertext, tag. */
const FORMAT = {
  magic: "doorcode",
  version: 1,
  cipher: "aes-256-gcm",
  keyBytes: 32,
  nonceBytes: 12,
  tagBytes: 16,
  keyIdBytes: 8,
  generationAt: 9,
  keyIdAt: 17,
  nonceAt: 25,
  ciphertextAt: 37,
} as const;

/** What a file holds once it is open. */
interface StoredState {
  records: Record<string, Json>;
  /** Of each removed key: the generation that removed it, and when in milliseconds. */
  tombstones: Record<string, [generation: number, at: number]>;
  /** Names of the last writes. */
  writes: string[];
}

type Unsealed = { state: StoredState } | { fault: "damaged" | "newer_version" | "other_key" };

/** Where the key is; the first that is there. */
interface KeySource {
  path: string;
  kind: "named" | "systemd" | "folder";
}

/** @throws an error with the code `ENOHOME` */
function stateDirectory(env: Environment): string {
  if (env.DOORCODE_STORE_DIR) return env.DOORCODE_STORE_DIR;
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode");
  // The XDG Base Directory specification: a relative path is to be ignored.
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, "doorcode");
  return join(env.HOME || homeOfUser(), ".local", "state", "doorcode");
}

/** A container's user may have no entry in the list of users; then Node throws. */
function homeOfUser(): string {
  try {
    return (require("node:os") as typeof import("node:os")).homedir();
  } catch {
    throw refused("ENOHOME", "HOME");
  }
}

function findKey(directory: string, env: Environment): KeySource {
  if (env.DOORCODE_STORE_KEY_FILE) return { path: env.DOORCODE_STORE_KEY_FILE, kind: "named" };
  if (env.CREDENTIALS_DIRECTORY) {
    const path = join(env.CREDENTIALS_DIRECTORY, "doorcode-key");
    if (existsSync(path)) return { path, kind: "systemd" };
  }
  return { path: join(directory, "key"), kind: "folder" };
}

/** The generation in a file's name, or undefined for any other file. */
function nameGeneration(name: string): number | undefined {
  const digits = /^store\.([1-9]\d{0,15})\.enc$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function newest(names: readonly string[]): number {
  let highest = 0;
  for (const name of names) highest = Math.max(highest, nameGeneration(name) ?? 0);
  return highest;
}

/** Tells keys apart without giving anything of them away. */
function identify(key: Buffer): Buffer {
  const { createHash } = require("node:crypto") as typeof import("node:crypto");
  return createHash("sha256").update("doorcode store key\0").update(key).digest().subarray(0, FORMAT.keyIdBytes);
}

function unsealFile(bytes: Buffer, key: Buffer, generation: number): Unsealed {
  if (bytes.toString("latin1", 0, FORMAT.magic.length) !== FORMAT.magic) return { fault: "damaged" };
  const version = bytes[FORMAT.magic.length];
  if (version !== undefined && version > FORMAT.version) return { fault: "newer_version" };
  if (version !== FORMAT.version || bytes.length < FORMAT.ciphertextAt + FORMAT.tagBytes) return { fault: "damaged" };
  if (bytes.readBigUInt64BE(FORMAT.generationAt) !== BigInt(generation)) return { fault: "damaged" };
  if (!bytes.subarray(FORMAT.keyIdAt, FORMAT.nonceAt).equals(identify(key))) return { fault: "other_key" };
  const { createDecipheriv } = require("node:crypto") as typeof import("node:crypto");
  const options = { authTagLength: FORMAT.tagBytes };
  const nonce = bytes.subarray(FORMAT.nonceAt, FORMAT.ciphertextAt);
  try {
    const decipher = createDecipheriv(FORMAT.cipher, key, nonce, options);
    decipher.setAAD(bytes.subarray(0, FORMAT.nonceAt));
    decipher.setAuthTag(bytes.subarray(bytes.length - FORMAT.tagBytes));
    const ciphertext = bytes.subarray(FORMAT.ciphertextAt, bytes.length - FORMAT.tagBytes);
    return { state: JSON.parse(Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString("utf8")) };
  } catch {
    return { fault: "damaged" };
  }
}

/** Not through a link, never waiting on a pipe, and only what nobody else can read or replace. */
function readPrivate(path: string, kind: KeySource["kind"] | "store"): Buffer {
  // A folder of secrets that somebody mounted (systemd, Kubernetes) may be made of links and belong to root.
  const mounted = kind === "systemd" || kind === "named";
  const noFollow = mounted ? 0 : (constants.O_NOFOLLOW ?? 0);
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | noFollow);
  try {
    const { mode, uid, nlink } = fstatSync(file);
    const self = process.geteuid?.();
    const byRoot = mounted && uid === 0;
    const foreign = self !== undefined && uid !== self && !byRoot;
    // An orchestrator mounts root's files for all users of a container to read (0444, 0644); none of them may write there.
    const open = self !== undefined && (mode & (byRoot ? 0o022 : mounted ? 0o027 : 0o077)) !== 0;
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw refused("EFTYPE", path);
    // Replaced since it was opened: the same to the caller as a moment earlier.
    if (nlink < 1) throw refused("ENOENT", path);
    if (foreign) throw refused("EOWNER", path);
    if (open) throw refused("EMODE", path);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** The names in a folder that is the user's alone. */
function listPrivate(directory: string): string[] {
  const { mode, uid } = lstatSync(directory);
  const type = mode & constants.S_IFMT;
  const self = process.geteuid?.();
  if (type === constants.S_IFLNK) throw refused("ELOOP", directory);
  if (type !== constants.S_IFDIR) throw refused("EFTYPE", directory);
  if (self !== undefined && uid !== self) throw refused("EOWNER", directory);
  if (self !== undefined && (mode & 0o077) !== 0) throw refused("EMODE", directory);
  return readdirSync(directory);
}

/** In the shape of the errors of node:fs: `ENOENT` gone, `EFTYPE` neither file nor folder, `EOWNER` somebody else's, `EMODE` open to others, `ENOHOME` no home folder. */
function refused(code: "ENOENT" | "EFTYPE" | "ELOOP" | "EOWNER" | "EMODE" | "ENOHOME", path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}

/**
 * The newest records, or why they cannot be read here; then the slow way (`openFileStore`) finds the words for it.
 * A folder that does not exist holds no records. Without a `folder` it is the environment's.
 */
function readFast(
  folder: string | undefined,
  env: Environment,
): { records: Record<string, Json> } | { problem: string } {
  let directory: string;
  try {
    directory = folder ?? stateDirectory(env);
  } catch {
    return { problem: "ENOHOME" };
  }
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const generation = newest(listPrivate(directory));
      if (generation === 0) return { records: {} };
      const source = findKey(directory, env);
      const key = readPrivate(source.path, source.kind);
      if (key.length !== FORMAT.keyBytes) return { problem: "damaged_key" };
      const unsealed = unsealFile(readPrivate(join(directory, `store.${generation}.enc`), "store"), key, generation);
      return "state" in unsealed ? { records: unsealed.state.records } : { problem: unsealed.fault };
    } catch (error) {
      const { code, path } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") return { problem: code ?? String(error) };
      if (path === directory) return { records: {} };
      // A writer replaced the file between the look into the folder and the opening: look again.
    }
  }
  return { problem: "ENOENT" };
}

const ownerKeyOf = ({ clientId, authority }: Owner): string => `${clientId}|${authority}`.toLowerCase();

const accountKeyOf = (account: AccountRef): string => `account:${ownerKeyOf(account)}|${account.id}`;

const accessPrefixOf = (account: AccountRef): string => `access:${ownerKeyOf(account)}|${account.id}|`;

/** Scopes are compared without case, as MSAL and Entra do. */
const accessKeyOf = (account: AccountRef, scopes: readonly string[]): string =>
  accessPrefixOf(account) + [...new Set(scopes.map((scope) => scope.toLowerCase()))].sort().join(" ");

function isRecord(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readAccount(value: Json | undefined): StoredAccount | undefined {
  if (!isRecord(value)) return undefined;
  const { id, username, issuer, authority, client_id, name, tenant_id, signed_in_at } = value;
  if (typeof id !== "string" || typeof username !== "string" || typeof issuer !== "string") return undefined;
  return {
    id,
    username,
    name: typeof name === "string" ? name : null,
    tenant_id: typeof tenant_id === "string" ? tenant_id : null,
    issuer,
    authority: typeof authority === "string" ? authority : "",
    client_id: typeof client_id === "string" ? client_id : "",
    signed_in_at: typeof signed_in_at === "number" ? signed_in_at : 0,
  };
}

/** The accounts of one program at one authority, or all; the last sign-in first. */
function accountsIn(records: Entries, owner?: Owner): StoredAccount[] {
  const prefix = owner === undefined ? "account:" : `account:${ownerKeyOf(owner)}|`;
  const found: StoredAccount[] = [];
  for (const [key, value] of records) {
    const account = key.startsWith(prefix) ? readAccount(value) : undefined;
    if (account) found.push(account);
  }
  return found.sort((a, b) => b.signed_in_at - a.signed_in_at);
}

/** By its id exactly, else by user name or id without case. */
function accountNamed<T extends { id: string; username: string }>(accounts: readonly T[], name: string): T | undefined {
  const wanted = name.toLowerCase();
  return (
    accounts.find(({ id }) => id === name) ??
    accounts.find(({ id, username }) => username.toLowerCase() === wanted || id.toLowerCase() === wanted)
  );
}

function readToken(value: Json): StoredToken | undefined {
  if (!isRecord(value)) return undefined;
  const { token, expires_at: expiresAt, scopes, obtained_at: obtainedAt, not_granted: notGranted } = value;
  if (typeof token !== "string" || typeof expiresAt !== "number" || !Array.isArray(scopes)) return undefined;
  return {
    token,
    scopes: scopes.filter((scope) => typeof scope === "string"),
    expiresAt,
    obtainedAt: typeof obtainedAt === "number" ? obtainedAt : 0,
    notGranted: Array.isArray(notGranted) ? notGranted.filter((scope) => typeof scope === "string") : [],
  };
}

/** Whether a token with these scopes serves a request for those; no scopes at all ask for a token of their own. */
function includesAll(granted: readonly string[], wanted: readonly string[]): boolean {
  const have = new Set(granted.map((scope) => scope.toLowerCase()));
  return wanted.length > 0 && wanted.every((scope) => have.has(scope.toLowerCase()));
}

/**
 * The access token that covers these scopes and expires last; of equals the one obtained last, then the one that was asked
 * for by just these scopes. `fewer`: that one serves even where the issuer did not grant all of them.
 */
function bestToken(
  records: Entries,
  account: AccountRef,
  scopes: readonly string[],
  fewer = false,
): StoredToken | undefined {
  const [prefix, exact] = [accessPrefixOf(account), accessKeyOf(account, scopes)];
  let best: StoredToken | undefined;
  for (const [key, value] of records) {
    const found = key.startsWith(prefix) ? readToken(value) : undefined;
    const askedFor = key === exact && (fewer || found?.notGranted.length === 0);
    if (!found || (!askedFor && !includesAll(found.scopes, scopes))) continue;
    const lead = best === undefined ? 1 : found.expiresAt - best.expiresAt || found.obtainedAt - best.obtainedAt;
    if (lead > 0 || (lead === 0 && key === exact)) best = found;
  }
  return best;
}

/** Milliseconds that a token must still be good, unless the caller says otherwise. */
const DEFAULT_MIN_TTL_MS = 5 * 60_000;

/** Processes that share a store by a network may differ by a little. */
const CLOCK_SLACK_MS = 10_000;

/** Obtained later than now: the clock was set back since, so the expiry is no time of this clock. */
const isOfTheFuture = ({ obtainedAt }: Pick<StoredToken, "obtainedAt">, now: number): boolean =>
  obtainedAt > now + CLOCK_SLACK_MS;

/** Whether it is good for longer than `minTtlMs`: by default five minutes, or half the life of one that lives shorter. */
function isGoodFor(token: StoredToken, now: number, minTtlMs: number | undefined): boolean {
  const { expiresAt, obtainedAt } = token;
  const half = Math.max(0, expiresAt - obtainedAt) / 2;
  return !isOfTheFuture(token, now) && expiresAt - now > (minTtlMs ?? Math.min(DEFAULT_MIN_TTL_MS, half));
}

// The syntax of ES modules is not open to a CommonJS file; these lines give its importers the types.
export type { AccountRef, Environment, KeySource, StoredState, StoredToken, Unsealed };
export declare const STORE_FORMAT: typeof FORMAT;
export declare const defaultStoreDirectory: typeof stateDirectory;
export declare const keySource: typeof findKey;
export declare const generationOf: typeof nameGeneration;
export declare const newestGeneration: typeof newest;
export declare const keyId: typeof identify;
export declare const unseal: typeof unsealFile;
export declare const readPrivateFile: typeof readPrivate;
export declare const listPrivateFolder: typeof listPrivate;
export declare const readStoreFast: typeof readFast;
export declare const ownerKey: typeof ownerKeyOf;
export declare const accountKey: typeof accountKeyOf;
export declare const accessPrefix: typeof accessPrefixOf;
export declare const accessKey: typeof accessKeyOf;
export declare const isObject: typeof isRecord;
export declare const readStoredAccount: typeof readAccount;
export declare const storedAccounts: typeof accountsIn;
export declare const findAccount: typeof accountNamed;
export declare const covers: typeof includesAll;
export declare const findToken: typeof bestToken;
export declare const lasts: typeof isGoodFor;
export declare const isFromFuture: typeof isOfTheFuture;
module.exports = {
  STORE_FORMAT: FORMAT,
  defaultStoreDirectory: stateDirectory,
  keySource: findKey,
  generationOf: nameGeneration,
  newestGeneration: newest,
  keyId: identify,
  unseal: unsealFile,
  readPrivateFile: readPrivate,
  listPrivateFolder: listPrivate,
  readStoreFast: readFast,
  ownerKey: ownerKeyOf,
  accountKey: accountKeyOf,
  accessPrefix: accessPrefixOf,
  accessKey: accessKeyOf,
  isObject: isRecord,
  readStoredAccount: readAccount,
  storedAccounts: accountsIn,
  findAccount: accountNamed,
  covers: includesAll,
  findToken: bestToken,
  lasts: isGoodFor,
  isFromFuture: isOfTheFuture,
};
