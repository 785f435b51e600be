import { randomBytes } from "node:crypto";
import { constants, type Stats, statSync } from "node:fs";
import { chmod, type FileHandle, link, mkdir, open, readFile, realpath, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { TenantError } from "./tenant-error.ts";

/**
 * The default data folder, used unless `--data` names another (XDG Base Directory Specification).
 *
 * @throws TenantError `data_folder_refused` if this user has no home folder
 *
 * @example
 * ```ts
 * import { defaultDataDir } from "@doorcode/tenant/operator";
 *
 * console.log(defaultDataDir());
 * ```
 */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode", "tenant");
  const data = env.XDG_DATA_HOME?.startsWith("/") ? env.XDG_DATA_HOME : join(homeFolder(), ".local", "share");
  return join(data, "doorcode", "tenant");
}

/** @throws TenantError `data_folder_refused` */
export function homeFolder(): string {
  try {
    return homedir();
  } catch (error) {
    throw new TenantError(
      "data_folder_refused",
      "No home folder for the data folder: HOME is not set, and this user has no passwd entry.",
      "Name a folder with --data DIR.",
      { cause: error },
    );
  }
}

/** Creates the folder (mode 0700) or checks that only this user can access it. Resolves to its absolute path. */
export async function prepareDataDir(path: string): Promise<string> {
  const dir = resolve(path);
  await naming(dir, async () => {
    if (!(await isThere(dir))) await makeFolder(dir);
    refuseForeignDataDir(dir, await stat(dir));
  });
  return dir;
}

/**
 * Creates missing parent folders too. Node's own `recursive` hides the system's error on a read-only disk, and never
 * returns in a folder that allows no new entries (/proc).
 */
async function makeFolder(dir: string): Promise<void> {
  const above = dirname(dir);
  if (above !== dir && !(await isThere(above))) await makeFolder(above);
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    // Another process created it first.
    if (error.code !== "EEXIST") throw error;
  });
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Commands check this before they use the socket in the folder: another user must not have put it there. */
export async function checkDataDir(path: string): Promise<string> {
  const dir = resolve(path);
  await naming(dir, async () => {
    const found = statSync(dir, { throwIfNoEntry: false });
    if (found) refuseForeignDataDir(dir, found);
  });
  return dir;
}

const elsewhere = "Choose another folder: --data DIR, or data in the server file.";

/** Error codes of the operating system, and SQLite's result codes (https://sqlite.org/rescode.html). */
const reasons: Record<string, [reason: string, hint: string]> = {
  EACCES: ["you have no write permission there", elsewhere],
  EPERM: ["you have no write permission there", elsewhere],
  EROFS: ["the disk is read-only", elsewhere],
  ENOSPC: ["the disk is full", `Make space on it. Or: ${elsewhere}`],
  EDQUOT: ["your disk quota is used up", `Make space on it. Or: ${elsewhere}`],
  ENOTDIR: ["part of the path is a file", elsewhere],
  ENOENT: ["a folder in the path is missing and cannot be created", elsewhere],
  ENAMETOOLONG: ["the path is too long", elsewhere],
  ELOOP: ["a link in the path leads back to itself", elsewhere],
  EIO: ["the disk reported an error", elsewhere],
  sqlite8: ["it is read-only", elsewhere],
  sqlite10: ["the disk reported an error", elsewhere],
  sqlite13: ["the disk is full", `Make space on it. Or: ${elsewhere}`],
  sqlite14: ["it cannot be opened or created", "Check that its folder exists and that you can write to it."],
  sqlite26: ["it is a different kind of file", "Name a different file."],
};

/**
 * Runs `use`. If the system refuses access, the error names `path` and the reason.
 *
 * @param another what the user can choose instead
 * @throws TenantError `data_folder_refused`
 */
export async function naming<T>(path: string, use: () => Promise<T>, another = elsewhere): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const known = reasonOf(error) ?? reasonOf((error as Error).cause);
    if (known === undefined || error instanceof TenantError) throw error;
    throw new TenantError(
      "data_folder_refused",
      `Cannot use ${path}: ${known[0]}.`,
      known[1].replace(elsewhere, another),
      {
        cause: error,
      },
    );
  }
}

function refuseForeignDataDir(dir: string, found: Stats): void {
  const refuse = (message: string, hint: string) => new TenantError("data_folder_refused", message, hint);
  if (!found.isDirectory()) {
    throw refuse(`${dir} is a file, not a folder.`, elsewhere);
  }
  if (process.platform === "win32" || !process.getuid) return;
  if (found.uid !== process.getuid()) {
    throw refuse(
      `The data folder ${dir} belongs to another user, who could read the tenant's keys.`,
      "Start the tenant as the folder's owner, or name another folder with --data.",
    );
  }
  if ((found.mode & 0o077) !== 0) {
    throw refuse(
      `The data folder ${dir} is accessible to other users of this machine (mode ${(found.mode & 0o777).toString(8)}).`,
      `Run: chmod 700 ${dir}`,
    );
  }
}

export interface DataDirLock {
  release(): void;
}

/**
 * Locks a file for this process. The lock is an open SQLite transaction, so the operating system releases it when the
 * process ends for any reason: no lock can be stale.
 *
 * @param used what the error says is in use
 * @param another what the user can do besides stopping it
 */
async function lockFile(file: string, used: string, another: string): Promise<DataDirLock> {
  for (let attempt = 0; ; attempt++) {
    const database = await naming(file, async () => new DatabaseSync(file, { timeout: 0 }));
    try {
      // Nothing is ever written, so no journal file is needed.
      database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
      if (process.platform !== "win32") await chmod(file, 0o600);
      return { release: () => database.close() };
    } catch (error) {
      database.close();
      const busy = error instanceof Error && "errcode" in error && error.errcode === 5; // SQLITE_BUSY
      if (!busy) {
        throw new TenantError("data_folder_refused", `Cannot lock ${file}.`, elsewhere, {
          cause: error,
        });
      }
      // A tenant that is shutting down releases the lock within a moment.
      if (attempt === 20) {
        throw new TenantError(
          "already_running",
          `A tenant is already running on ${used}.`,
          `Stop it first, or ${another}`,
        );
      }
      await wait(50);
    }
  }
}

/**
 * One running tenant per data folder.
 *
 * @throws TenantError `already_running`, `data_folder_refused`
 */
export const lockDataDir = (dir: string): Promise<DataDirLock> =>
  lockFile(
    runningLock(dir),
    `the data folder ${dir}`,
    "give this one its own folder: --data DIR, or data in the server file.",
  );

/**
 * One tenant or command per SQLite file: the same file can be used with another data folder.
 *
 * @throws TenantError `already_running`, `data_folder_refused`
 */
export async function lockSqliteFile(file: string): Promise<DataDirLock> {
  if (file === ":memory:") return { release: () => undefined };
  const hint = "name the data folder that it runs with (--data DIR), or another file (--store-file FILE).";
  return lockFile(await sqliteLock(file), `the SQLite file ${file}`, hint);
}

const runningLock = (dir: string) => join(dir, "running.lock");

/** All names of the file have one lock: links are resolved, also those of a file that does not exist yet. */
async function sqliteLock(file: string): Promise<string> {
  const real = (path: string) => realpath(path).catch(() => undefined);
  return `${(await real(file)) ?? join((await real(dirname(resolve(file)))) ?? dirname(resolve(file)), basename(file))}.lock`;
}

/**
 * Whether a tenant, or a command, holds the lock of the folder or of the SQLite file at this moment. Creates nothing.
 */
export async function isDataDirLocked(dir: string, sqliteFile?: string): Promise<boolean> {
  const own = runningLock(dir);
  for (const file of sqliteFile === undefined ? [own] : [own, await sqliteLock(sqliteFile)]) {
    if (await naming(file, () => isLocked(file))) return true;
  }
  return false;
}

async function isLocked(file: string): Promise<boolean> {
  if (!(await isThere(file))) return false;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 0 });
  try {
    database.prepare("select 1 from sqlite_master").all();
    return false;
  } catch (error) {
    if ((error as { errcode?: unknown }).errcode === 5) return true;
    throw error;
  } finally {
    database.close();
  }
}

/** Writes the whole file or nothing: temporary file, fsync, rename, fsync of the folder. */
export async function writeFileAtomically(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await throughTemporary(path, data, mode, (temporary) => rename(temporary, path));
  await syncFolder(dirname(path));
}

/**
 * Writes the whole file or nothing, and never replaces a file.
 *
 * @throws an error with the code `EEXIST` if the name is taken
 */
export async function createFileAtomically(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  await throughTemporary(path, data, mode, async (temporary) => {
    await giveName(temporary, path);
    await rm(temporary, { force: true });
  });
}

/**
 * Gives a complete file its final name. Unlike rename(), this fails if the name is taken. The first name may remain.
 *
 * @throws an error with the code `EEXIST` if the name is taken
 */
export async function giveName(temporary: string, path: string): Promise<void> {
  const linked = await link(temporary, path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (["EPERM", "ENOTSUP", "EOPNOTSUPP"].includes(error.code ?? "")) return false;
      throw error;
    },
  );
  // Not every file system has links. There, an empty file takes the name first.
  if (!linked) await withFile(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600, async () => {});
  try {
    if (!linked) await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** A name beside the file that no other process uses, also in another container with the same process id. */
export const temporaryName = (path: string): string => `${path}.${randomBytes(6).toString("hex")}.tmp`;

async function throughTemporary(
  path: string,
  data: string | Uint8Array,
  mode: number,
  finish: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await withFile(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode, async (file) => {
      await file.writeFile(data);
      await file.sync();
    });
    await finish(temporary);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Names of files in the folder are on disk afterwards. Windows cannot open a folder to sync it. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  await withFile(path, constants.O_RDONLY, undefined, (folder) => folder.sync());
}

/** The file's text, or undefined if it does not exist. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  return (await readBytesIfThere(path))?.toString();
}

/** The file's bytes, or undefined if it does not exist. */
export async function readBytesIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function reasonOf(error: unknown) {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  return typeof errcode === "number" ? reasons[`sqlite${errcode & 0xff}`] : reasons[String(code)];
}

async function withFile(
  path: string,
  flags: number,
  mode: number | undefined,
  use: (file: FileHandle) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, mode);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
