import { constants, type Stats, statSync } from "node:fs";
import { chmod, type FileHandle, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { TenantError } from "./tenant-error.ts";

/** Where a tenant keeps its files unless `--data` says otherwise (XDG Base Directory Specification). */
export function defaultDataDir(env: NodeJS.ProcessEnv = process.env): string {
  if (process.platform === "win32" && env.LOCALAPPDATA) return join(env.LOCALAPPDATA, "doorcode", "tenant");
  const data = env.XDG_DATA_HOME?.startsWith("/") ? env.XDG_DATA_HOME : join(homedir(), ".local", "share");
  return join(data, "doorcode", "tenant");
}

/** Makes the folder (0700) or checks that the one there is ours alone; resolves to its absolute path. */
export async function prepareDataDir(path: string): Promise<string> {
  const dir = resolve(path);
  await mkdir(dir, { recursive: true, mode: 0o700 });
  refuseForeignDataDir(dir, await stat(dir));
  return dir;
}

/** What a command checks before it talks to the socket in there: nobody else may have put it. */
export function checkDataDir(path: string): string {
  const dir = resolve(path);
  const found = statSync(dir, { throwIfNoEntry: false });
  if (found) refuseForeignDataDir(dir, found);
  return dir;
}

function refuseForeignDataDir(dir: string, found: Stats): void {
  const refuse = (message: string, hint: string) => new TenantError("data_folder_refused", message, hint);
  if (!found.isDirectory()) {
    throw refuse(`${dir} is not a folder.`, "Name another folder with --data.");
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
    const database = new DatabaseSync(file, { timeout: 0 });
    try {
      // Nothing is ever written, so no journal is needed beside it.
      database.exec("PRAGMA journal_mode = OFF; BEGIN EXCLUSIVE");
      if (process.platform !== "win32") await chmod(file, 0o600);
      return { release: () => database.close() };
    } catch (error) {
      database.close();
      const busy = error instanceof Error && "errcode" in error && error.errcode === 5; // SQLITE_BUSY
      if (!busy) {
        throw new TenantError("data_folder_refused", `${file} cannot be locked.`, "Name another folder with --data.", {
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
