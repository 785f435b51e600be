import { type FileHandle, lstat, open, unlink } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "./store-state.ts";

/** `tmp.<pid>.<random>`: what a writer builds before it gets its final name. */
const NAME = /^tmp\.(\d{1,10})\.[0-9a-f]{16}$/;
/** A live writer needs milliseconds. One that is not known to be dead gets this long. */
const ABANDONED_AFTER_MS = 10 * 60 * 1000;

/**
 * A new file that only its owner can read and write. Under a umask such as 0777, the mode alone does not ensure that.
 */
export async function createPrivate(path: string): Promise<FileHandle> {
  const file = await open(path, "wx", 0o600);
  const { mode } = await file.stat();
  if ((mode & 0o600) !== 0o600) await file.chmod(0o600);
  return file;
}

/** Writes a file under an unpredictable name. It is on disk when the promise resolves; a failure leaves nothing. */
export async function writeTempFile(directory: string, bytes: Buffer): Promise<string> {
  const path = join(directory, `tmp.${process.pid}.${randomBytes(8).toString("hex")}`);
  const file = await createPrivate(path);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await file.close();
    await removeIfThere(path);
    throw error;
  }
  await file.close();
  return path;
}

/**
 * Removes the files of killed writers. `newest`: a file created just now, since the file system's own clock decides the
 * age.
 */
export async function removeAbandoned(directory: string, names: readonly string[], newest: string): Promise<void> {
  for (const name of names) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (Number.isNaN(pid)) continue;
    const path = join(directory, name);
    if (!isAlive(pid) || (await isOld(path, newest))) await removeIfThere(path);
  }
}

export async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: another user's process, so the ID is in use.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

async function isOld(path: string, newest: string): Promise<boolean> {
  try {
    const [file, now] = await Promise.all([lstat(path), lstat(newest)]);
    return now.mtimeMs - file.mtimeMs > ABANDONED_AFTER_MS;
  } catch {
    // One of the files is gone in the meantime; the next writer tries again.
    return false;
  }
}
