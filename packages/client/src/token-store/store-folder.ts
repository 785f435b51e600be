import { constants, existsSync, lstatSync } from "node:fs";
import { chmod, mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { listPrivateFolder } from "./read-store.cts";
import { fileProblem } from "./store-errors.ts";

/** The names in the store's folder; none when there is no folder yet. Refuses one that others could tamper with. */
export function listFolder(directory: string): string[] {
  try {
    return listPrivateFolder(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw fileProblem(error, directory);
  }
}

/**
 * Private for the user, however wide or narrow the umask, with the folders above it. Not by Node's `recursive`: it says
 * ENOENT of a folder that is read-only, and never which one.
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

/** Makes names that were added or removed survive a power cut. */
export async function syncFolder(directory: string): Promise<void> {
  // Windows opens no folders; its file systems keep their names by a journal of their own.
  if (process.platform === "win32") return;
  const folder = await open(directory, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
