import { accessSync, constants, existsSync } from "node:fs";
import { stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { checkDataDir, isDataDirLocked, naming } from "../kernel/data-folder.ts";
import { error, type Finding, ok, warning } from "./finding.ts";
import { findSealKey, fingerprintOf, nextSealKeyFile, sealKeyIn } from "./seal-key.ts";

const MB = 1024 * 1024;

export function checkNode(version: string): Finding {
  const major = Number.parseInt(version, 10);
  if (major >= 24) return ok("node", `Node.js ${version}.`);
  return error("node", `Node.js ${version} is too old for the tenant.`, "Install Node.js 24 or newer.");
}

/**
 * Whether only this user can access the folder, and can write to it.
 *
 * @param storeFile the store, if it is SQLite
 */
export async function checkDataFolder(
  dir: string,
  storeFile: string | undefined,
  beforeStart: boolean,
): Promise<Finding[]> {
  await checkDataDir(dir);
  const present = nearestFolder(dir);
  if (present !== dir && !beforeStart) {
    return [error("data_folder", `${dir} does not exist.`, "Name the tenant's data folder, or start the tenant once.")];
  }
  await naming(present, async () => accessSync(present, constants.W_OK | constants.X_OK));
  if (present !== dir) return [ok("data_folder", `${dir} does not exist yet; the first start creates it.`)];
  const open: string[] = [];
  for (const file of [sealKeyIn(dir), join(dir, "ca-key.pem"), ...(storeFile === undefined ? [] : [storeFile])]) {
    const found = await stat(file).catch(() => undefined);
    if (process.platform !== "win32" && found && (found.mode & 0o077) !== 0) open.push(file);
  }
  const writable = await writableByOthers(dir, storeFile);
  if (open.length === 0 && writable.length === 0) return [ok("data_folder", `Only you can access ${dir}.`)];
  return [
    ...open.map((file) =>
      error("data_folder", `Other users of this machine can access ${file}.`, `Run: chmod 600 ${file}`),
    ),
    ...writable.map((folder) =>
      warning(
        "data_folder",
        `Other users of this machine can replace what is in ${folder}.`,
        `Run: chmod go-w ${folder}`,
      ),
    ),
  ];
}

/**
 * Folders that lead to the data folder or to a SQLite file outside of it, in which other users can rename and replace
 * files. The sticky bit (`/tmp`) forbids that. A user's own group has no other user.
 */
async function writableByOthers(dir: string, storeFile: string | undefined): Promise<string[]> {
  if (process.platform === "win32") return [];
  const folders = new Set(foldersAbove(dir));
  const store = storeFile === undefined ? dir : dirname(resolve(storeFile));
  if (store !== dir) for (const folder of [store, ...foldersAbove(store)]) folders.add(folder);
  folders.delete(dir);
  const found: string[] = [];
  for (const folder of folders) {
    const { mode, gid } = await naming(folder, () => stat(folder));
    const byGroup = (mode & 0o020) !== 0 && gid !== process.getgid?.();
    if ((mode & 0o1000) === 0 && ((mode & 0o002) !== 0 || byGroup)) found.push(folder);
  }
  return found;
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/** Whether a tenant runs on the folder, or on the store with another folder. One on PostgreSQL does not keep the lock. */
export async function checkLock(dir: string, storeFile: string): Promise<{ running: boolean; findings: Finding[] }> {
  const running = await isDataDirLocked(dir, storeFile);
  const message = running ? "A tenant is running on the data folder." : "No tenant is running on the data folder.";
  return { running, findings: existsSync(dir) ? [ok("lock", message)] : [] };
}

export async function checkDisks(dir: string, storeFile: string | undefined): Promise<Finding[]> {
  const store = storeFile === undefined ? [] : [dirname(resolve(storeFile))];
  const findings: Finding[] = [];
  for (const folder of new Set([dir, ...store])) {
    const { bavail, blocks, bsize } = await naming(folder, () => statfs(nearestFolder(folder)));
    const free = bavail * bsize;
    findings.push(judgeDisk({ folder, free, total: blocks * bsize, hasStore: store.includes(folder) }));
  }
  return findings;
}

/** @param disk.hasStore without a store in it, the folder has a few small files */
export function judgeDisk(disk: { folder: string; free: number; total: number; hasStore: boolean }): Finding {
  const { folder, free, total, hasStore } = disk;
  const [least, wanted] = hasStore ? [50 * MB, Math.max(500 * MB, total * 0.02)] : [MB, 10 * MB];
  const left = `${Math.floor(free / MB)} MB free on the disk of ${folder}.`;
  const hint = "Make space. On a full disk, the tenant cannot sign anyone in.";
  if (free >= wanted) return ok("disk", left);
  return free < least ? error("disk", left, hint) : warning("disk", left, hint);
}

function nearestFolder(path: string): string {
  for (let folder = resolve(path); ; folder = dirname(folder)) if (existsSync(folder)) return folder;
}

/** What is known of the seal key's file. */
export interface SealKeyState {
  file: string;
  /** `unused`: the store has no fingerprint to compare the key with. */
  is: "missing" | "differs" | "rotating" | "fits" | "unused";
  /** Whether the next key is there, too. */
  leftOver: boolean;
}

/**
 * @param fingerprint what the store keeps of its seal key
 * @throws TenantError `seal_key_damaged`, `seal_key_missing` if it cannot be read
 */
export async function sealKeyState(file: string, fingerprint: string | undefined): Promise<SealKeyState> {
  const key = await findSealKey(file);
  const next = await findSealKey(nextSealKeyFile(file));
  const state = (is: SealKeyState["is"]): SealKeyState => ({ file, is, leftOver: next !== undefined });
  if (next !== undefined && fingerprintOf(next) === fingerprint) return state("rotating");
  if (key === undefined) return state("missing");
  if (fingerprint === undefined) return state("unused");
  return state(fingerprintOf(key) === fingerprint ? "fits" : "differs");
}

/** @param isCreated whether the next start creates a missing key */
export function judgeSealKey({ file, is, leftOver }: SealKeyState, isCreated: boolean): Finding {
  const restore = "Put the tenant's seal key there: from a backup, or from another node of the tenant.";
  if (is === "missing" && isCreated) return ok("seal_key", `${file} does not exist yet; the first start creates it.`);
  if (is === "missing") {
    return error("seal_key", `${file} does not exist.`, `${restore} For a new tenant: openssl rand -out FILE 32`);
  }
  if (is === "differs") return error("seal_key", `${file} is not the seal key of this store.`, restore);
  if (is === "rotating") {
    const message = "A rotation of the seal key was interrupted after its commit.";
    return warning("seal_key", message, "Start the tenant: it finishes the rotation.");
  }
  if (leftOver) {
    const message = `${file}.next is left from an interrupted rotation.`;
    return warning("seal_key", message, "Delete it, or rotate the seal key again.");
  }
  if (is === "fits") return ok("seal_key", `${file} fits the store.`);
  return ok("seal_key", `${file} can be used. The store has nothing to compare it with.`);
}
