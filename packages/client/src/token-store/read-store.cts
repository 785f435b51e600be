// The reading part of the token store: its files, then the accounts and access tokens among its records. It is CommonJS
// because `doorcode token` requires it and little else, and an ES module costs a third of Node's own start time. The
// writing part uses the format and keys from here, so that both find the same records.
import type { AccountRef, Json, KeySource, Owner, StoredAccount, StoredToken, Unsealed } from "./contract.ts" with {
  "resolution-mode": "import",
};

const { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readFileSync, readdirSync } =
  require("node:fs") as typeof import("node:fs");
const { isAbsolute, join } = require("node:path") as typeof import("node:path");

/** Environment variables, such as `process.env`. */
type Environment = Record<string, string | undefined>;
type Entries = Iterable<readonly [key: string, value: Json]>;

/** Layout of `store.<generation>.enc`: magic, version, generation, key ID (all AAD), nonce, ciphertext, tag. */
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

/** @throws an error with the code `ENOHOME` */
function stateDirectory(env: Environment): string {
  if (env.DOORCODE_STORE_DIR) return env.DOORCODE_STORE_DIR;
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode");
  // XDG Base Directory specification: relative paths must be ignored.
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, "doorcode");
  return join(env.HOME || homeOfUser(), ".local", "state", "doorcode");
}

/** A container's user may be missing from the user database; then Node throws. */
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

function nameGeneration(name: string): number | undefined {
  const digits = /^store\.([1-9]\d{0,15})\.enc$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function newest(names: readonly string[]): number {
  let highest = 0;
  for (const name of names) highest = Math.max(highest, nameGeneration(name) ?? 0);
  return highest;
}

/** Identifies a key without revealing anything about it. */
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

/** Reads a file without following links or waiting on a pipe, and only if no other user can read or replace it. */
function readPrivate(path: string, kind: KeySource["kind"] | "store"): Buffer {
  // A mounted folder of secrets (systemd, Kubernetes) may consist of links and belong to root.
  const mounted = kind === "systemd" || kind === "named";
  const noFollow = mounted ? 0 : (constants.O_NOFOLLOW ?? 0);
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | noFollow);
  try {
    const { mode, uid, nlink } = fstatSync(file);
    const self = process.geteuid?.();
    const byRoot = mounted && uid === 0;
    const foreign = self !== undefined && uid !== self && !byRoot;
    // An orchestrator mounts root's files readable for all users of a container (0444, 0644); none of them may write
    // there.
    const open = self !== undefined && (mode & (byRoot ? 0o022 : mounted ? 0o027 : 0o077)) !== 0;
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw refused("EFTYPE", path);
    // Replaced after it was opened: the caller sees it as missing, and tries again.
    if (nlink < 1) throw refused("ENOENT", path);
    if (foreign) throw refused("EOWNER", path);
    if (open) throw refused("EMODE", path);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

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

/**
 * An error like those of node:fs: `ENOENT` missing, `EFTYPE` neither file nor folder, `EOWNER` another user's, `EMODE`
 * open to others, `ENOHOME` no home folder.
 */
function refused(code: "ENOENT" | "EFTYPE" | "ELOOP" | "EOWNER" | "EMODE" | "ENOHOME", path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}

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
      // A writer replaced the file after the folder was listed: list it again.
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

function accountsIn(records: Entries, owner?: Owner): StoredAccount[] {
  const prefix = owner === undefined ? "account:" : `account:${ownerKeyOf(owner)}|`;
  const found: StoredAccount[] = [];
  for (const [key, value] of records) {
    const account = key.startsWith(prefix) ? readAccount(value) : undefined;
    if (account) found.push(account);
  }
  return found.sort((a, b) => b.signed_in_at - a.signed_in_at);
}

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

function includesAll(granted: readonly string[], wanted: readonly string[]): boolean {
  const have = new Set(granted.map((scope) => scope.toLowerCase()));
  return wanted.length > 0 && wanted.every((scope) => have.has(scope.toLowerCase()));
}

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

/** How long a token must remain valid by default, in milliseconds. */
const DEFAULT_MIN_TTL_MS = 5 * 60_000;

/** Processes that share a store over a network may differ slightly. */
const CLOCK_SLACK_MS = 10_000;

const isOfTheFuture = ({ obtainedAt }: Pick<StoredToken, "obtainedAt">, now: number): boolean =>
  obtainedAt > now + CLOCK_SLACK_MS;

function isGoodFor(token: StoredToken, now: number, minTtlMs: number | undefined): boolean {
  const { expiresAt, obtainedAt } = token;
  const half = Math.max(0, expiresAt - obtainedAt) / 2;
  return !isOfTheFuture(token, now) && expiresAt - now > (minTtlMs ?? Math.min(DEFAULT_MIN_TTL_MS, half));
}

// A CommonJS file cannot use the export syntax of ES modules; these lines give importers the types.
export type {
  AccountRef,
  KeySource,
  StoredState,
  StoredToken,
  Unsealed,
} from "./contract.ts" with { "resolution-mode": "import" };
export type { Environment };
/** The layout of a store file, in bytes. @example console.log(STORE_FORMAT.cipher); // "aes-256-gcm" */
export declare const STORE_FORMAT: typeof FORMAT;
/**
 * The store's folder: DOORCODE_STORE_DIR, otherwise in XDG_STATE_HOME or ~/.local/state. @throws `ENOHOME`
 * @example const directory = defaultStoreDirectory(process.env);
 */
export declare const defaultStoreDirectory: typeof stateDirectory;
/**
 * Returns where the store's key is; the file may not exist yet.
 * @example const { path, kind } = keySource("/var/lib/todo/tokens", process.env);
 */
export declare const keySource: typeof findKey;
/** Returns the generation in a store file's name, or undefined. @example generationOf("store.12.enc"); // 12 */
export declare const generationOf: typeof nameGeneration;
/** Returns the highest generation among file names, or 0. @example newestGeneration(["store.12.enc"]); // 12 */
export declare const newestGeneration: typeof newest;
/**
 * Returns 8 bytes that identify a key without revealing anything about it.
 * @example const id = keyId(readPrivateFile("/var/lib/todo/tokens/key", "folder")).toString("hex");
 */
export declare const keyId: typeof identify;
/**
 * Decrypts a store file (AES-256-GCM). Never throws: a fault is part of the result.
 * @example const opened = unseal(readPrivateFile("store.12.enc", "store"), readPrivateFile("key", "folder"), 12);
 */
export declare const unseal: typeof unsealFile;
/**
 * Reads a file that no other user can access. @throws `ENOENT`, `EFTYPE`, `EOWNER`, `EMODE`, …
 * @example const key = readPrivateFile("/var/lib/todo/tokens/key", "folder");
 */
export declare const readPrivateFile: typeof readPrivate;
/**
 * Lists a folder that no other user can access. @throws `ENOENT`, `ELOOP`, `EFTYPE`, `EOWNER`, `EMODE`, …
 * @example const generation = newestGeneration(listPrivateFolder("/var/lib/todo/tokens"));
 */
export declare const listPrivateFolder: typeof listPrivate;
/**
 * Reads the newest records, or returns the code of the problem, which `openFileStore` explains. Never throws.
 * @example const read = readStoreFast(undefined, process.env); // the folder of the environment
 */
export declare const readStoreFast: typeof readFast;
/**
 * Returns the part of a record's key that names its program and authority.
 * @example ownerKey({ clientId: "ABC", authority: "https://login.example" }); // "abc|https://login.example"
 */
export declare const ownerKey: typeof ownerKeyOf;
/**
 * Returns the key of an account's record.
 * @example const key = accountKey({ id: "1234", clientId: "abc", authority: "https://login.example" });
 */
export declare const accountKey: typeof accountKeyOf;
/**
 * Returns what the keys of an account's access tokens begin with.
 * @example const prefix = accessPrefix({ id: "1234", clientId: "abc", authority: "https://login.example" });
 */
export declare const accessPrefix: typeof accessPrefixOf;
/**
 * Returns the key of an access token's record, for these scopes.
 * @example const key = accessKey({ id: "1234", clientId: "abc", authority: "https://login.example" }, ["openid"]);
 */
export declare const accessKey: typeof accessKeyOf;
/** Whether a record's value is an object, not a list. @example isObject({ token: "…" }); // true */
export declare const isObject: typeof isRecord;
/**
 * Reads an account's record; undefined if it has another shape.
 * @example const account = readStoredAccount({ id: "1234", username: "ada", issuer: "https://login.example" });
 */
export declare const readStoredAccount: typeof readAccount;
/**
 * Lists the accounts of one program at one authority, or all, the most recent sign-in first.
 * @example const accounts = storedAccounts(new Map());
 */
export declare const storedAccounts: typeof accountsIn;
/**
 * Finds an account by its exact id, otherwise by user name or id without case.
 * @example const account = findAccount([{ id: "1234", username: "ada@contoso.example" }], "ADA@contoso.example");
 */
export declare const findAccount: typeof accountNamed;
/**
 * Whether granted scopes include all wanted ones, without case. False if none are wanted.
 * @example covers(["Items.Read", "Items.Write"], ["items.read"]); // true
 */
export declare const covers: typeof includesAll;
/**
 * Finds the access token that covers these scopes and expires last; of equals, the one obtained last, then the one that
 * was requested with exactly these scopes. With `fewer`, that one counts even if the issuer did not grant all of them.
 * @example const token = findToken(new Map(), { id: "1234", clientId: "abc", authority: "https://login.example" }, []);
 */
export declare const findToken: typeof bestToken;
/**
 * Whether a token is valid for more than `minTtlMs`. Default: five minutes, or half of a shorter lifetime.
 * @example const usable = (token: StoredToken) => lasts(token, Date.now(), 60_000);
 */
export declare const lasts: typeof isGoodFor;
/**
 * Whether a token was obtained later than now: the clock was set back, so its expiry is meaningless.
 * @example const usable = (token: StoredToken) => !isFromFuture(token, Date.now());
 */
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
