import { constants } from "node:fs";
import { mkdir, open } from "node:fs/promises";
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

/** Private for the user, however wide the umask. */
export async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileProblem(error, directory);
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
