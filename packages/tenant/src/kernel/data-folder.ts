import { constants, type Stats, statSync } from "node:fs";
import { chmod, type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { TenantError } from "./tenant-error.ts";

/**
 * Where a tenant keeps its files unless `--data` says otherwise (XDG Base Directory Specification).
 * @throws TenantError `data_folder_refused` when this user has no home folder
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
      "There is no home folder to keep the data folder in: HOME is not set, and this user has no passwd entry.",
      "Name a folder with --data DIR.",
      { cause: error },
    );
  }
}

/** Makes the folder (0700) or checks that the one there is ours alone; resolves to its absolute path. */
export async function prepareDataDir(path: string): Promise<string> {
  const dir = resolve(path);
  await naming(dir, async () => {
    if (!(await isThere(dir))) await makeFolder(dir);
    refuseForeignDataDir(dir, await stat(dir));
  });
  return dir;
}

/**
 * With the folders above it. Node's own `recursive` reports another error than the system's where a disk is read-only,
 * and does not end where the system has a folder but allows none in it (/proc).
 */
async function makeFolder(dir: string): Promise<void> {
  const above = dirname(dir);
  if (above !== dir && !(await isThere(above))) await makeFolder(above);
  await mkdir(dir, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    // Another process was faster.
    if (error.code !== "EEXIST") throw error;
  });
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** What a command checks before it talks to the socket in there: nobody else may have put it. */
export async function checkDataDir(path: string): Promise<string> {
  const dir = resolve(path);
  await naming(dir, async () => {
    const found = statSync(dir, { throwIfNoEntry: false });
    if (found) refuseForeignDataDir(dir, found);
  });
  return dir;
}

const elsewhere = "Name another folder with --data DIR.";

/** Reasons of the operating system, and of SQLite by its result codes (https://sqlite.org/rescode.html). */
const reasons: Record<string, [reason: string, hint: string]> = {
  EACCES: ["you may not write there", elsewhere],
  EPERM: ["you may not write there", elsewhere],
  EROFS: ["the disk is read-only", elsewhere],
  ENOSPC: ["the disk is full", `Make space on it. Or: ${elsewhere}`],
  EDQUOT: ["your share of the disk is used up", `Make space on it. Or: ${elsewhere}`],
  ENOTDIR: ["a part of the path is a file", elsewhere],
  ENOENT: ["a folder of the path is missing, and cannot be made", elsewhere],
  ENAMETOOLONG: ["the path is too long", elsewhere],
  ELOOP: ["a link of the path leads to itself", elsewhere],
  EIO: ["the disk failed", elsewhere],
  sqlite8: ["it is read-only", elsewhere],
  sqlite10: ["the disk failed", elsewhere],
  sqlite13: ["the disk is full", `Make space on it. Or: ${elsewhere}`],
  sqlite14: ["it cannot be opened or made", "Check that its folder is there and that you may write to it."],
  sqlite26: ["it is another kind of file", "Name another file."],
};

/**
 * What `use` does in the folder or file `path`: when the system refuses, the error names the path and the reason.
 * @throws TenantError `data_folder_refused`
 */
export async function naming<T>(path: string, use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    const known = reasonOf(error) ?? reasonOf((error as Error).cause);
    if (known === undefined || error instanceof TenantError) throw error;
    throw new TenantError("data_folder_refused", `${path} cannot be used: ${known[0]}.`, known[1], { cause: error });
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
      `The data folder ${dir} is open to other users of this machine (mode ${(found.mode & 0o777).toString(8)}).`,
      `Run: chmod 700 ${dir}`,
    );
  }
}

export interface DataDirLock {
  release(): void;
}

/**
 * One running tenant per data folder. The lock is the operating system's, held through an open SQLite transaction:
 * it is free the moment its process ends, however it ends, so no lock can be stale.
 */
export async function lockDataDir(dir: string): Promise<DataDirLock> {
  const file = join(dir, "running.lock");
  for (let attempt = 0; ; attempt++) {
    const database = await naming(file, async () => new DatabaseSync(file, { timeout: 0 }));
    try {
      // Nothing is ever written, so no journal is needed beside it.
      database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
      if (process.platform !== "win32") await chmod(file, 0o600);
      return { release: () => database.close() };
    } catch (error) {
      database.close();
      const busy = error instanceof Error && "errcode" in error && error.errcode === 5; // SQLITE_BUSY
      if (!busy) {
        throw new TenantError("data_folder_refused", `${file} cannot be locked.`, elsewhere, {
          cause: error,
        });
      }
      // A tenant that is just stopping gives the lock back in a moment.
      if (attempt === 20) {
        throw new TenantError(
          "already_running",
          `A tenant is running on the data folder ${dir} already.`,
          "Stop it first, or start this one with a folder of its own: --data DIR",
        );
      }
      await wait(50);
    }
  }
}

/** Writes a whole file or nothing: temporary file, fsync, rename, fsync of the folder. */
export async function writeFileAtomically(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  await rm(temporary, { force: true });
  try {
    await withFile(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode, async (file) => {
      await file.writeFile(data);
      await file.sync();
    });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  // Windows cannot open a folder to sync it.
  if (process.platform !== "win32") {
    await withFile(dirname(path), constants.O_RDONLY, undefined, (folder) => folder.sync());
  }
}

/** The file's text, or undefined when there is none. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  return (await readBytesIfThere(path))?.toString();
}

/** The file's bytes, or undefined when there is none. */
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
