// The part of the token store that reads. CommonJS on purpose: `doorcode token` requires it and nothing else, and an ES
// module costs a third of Node's own start. What writes the store takes the format from here.
import type { Json } from "./contract.ts" with { "resolution-mode": "import" };

const { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readFileSync, readdirSync } =
  require("node:fs") as typeof import("node:fs");
const { isAbsolute, join } = require("node:path") as typeof import("node:path");

type Environment = Record<string, string | undefined>;

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

function stateDirectory(env: Environment): string {
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode");
  // The XDG Base Directory specification: a relative path is to be ignored.
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return join(env.XDG_STATE_HOME, "doorcode");
  const home = env.HOME || (require("node:os") as typeof import("node:os")).homedir();
  return join(home, ".local", "state", "doorcode");
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
    const foreign = self !== undefined && uid !== self && !(mounted && uid === 0);
    const open = self !== undefined && (mode & (mounted ? 0o027 : 0o077)) !== 0;
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

/** In the shape of the errors of node:fs: `ENOENT` gone, `EFTYPE` neither file nor folder, `EOWNER` somebody else's, `EMODE` open to others. */
function refused(code: "ENOENT" | "EFTYPE" | "ELOOP" | "EOWNER" | "EMODE", path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}

/**
 * The newest records, or why they cannot be read here; then the slow way (`openFileStore`) finds the words for it.
 * A folder that does not exist holds no records.
 */
function readFast(directory: string, env: Environment): { records: Record<string, Json> } | { problem: string } {
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

// The syntax of ES modules is not open to a CommonJS file; these lines give its importers the types.
export type { Environment, KeySource, StoredState, Unsealed };
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
};
