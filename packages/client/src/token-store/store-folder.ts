import { constants, existsSync, lstatSync } from "node:fs";
import { chmod, mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { listPrivateFolder } from "./read-store.cts";
import { fileProblem } from "./store-errors.ts";

/**
 * The names in the store's folder; an empty list if the folder does not exist. Throws if other users could tamper with
 * it.
 */
export function listFolder(directory: string): string[] {
  try {
    return listPrivateFolder(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileProblem(error, directory);
  }
}

/**
 * Creates the folder and its parents with access for this user only, whatever the umask. Node's `recursive` is not
 * used: it reports a read-only folder as ENOENT, without naming it.
 */
export async function makeFolder(directory: string): Promise<void> {
  const folder = resolve(directory);
  if (existsSync(folder)) return;
  const above = dirname(folder);
  if (above !== folder) await makeFolder(above);
  try {
    await mkdir(folder, { mode: 0o700 });
    const { mode } = lstatSync(folder);
    if ((mode & 0o700) !== 0o700) await chmod(folder, 0o700);
  } catch (error) {
    // Another process was faster.
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return;
    throw fileProblem(error, above);
  }
}

/** Makes added or removed names survive a power failure. */
export async function syncFolder(directory: string): Promise<void> {
  // Windows cannot open folders; its file systems journal the names themselves.
  if (process.platform === "win32") return;
  const folder = await open(directory, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
