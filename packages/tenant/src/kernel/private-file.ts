import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a whole file or nothing: temporary file, fsync, rename, fsync of the folder. */
export async function writeFileAtomically(path: string, data: string | Uint8Array, mode: number): Promise<void> {
  const scratch = `${path}.${process.pid}.tmp`;
  await rm(scratch, { force: true });
  try {
    await withFile(scratch, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode, async (file) => {
      await file.writeFile(data);
      await file.sync();
    });
    await rename(scratch, path);
  } catch (error) {
    await rm(scratch, { force: true });
    throw error;
  }
  // Windows cannot open a folder to sync it.
  if (process.platform !== "win32") {
    await withFile(dirname(path), constants.O_RDONLY, undefined, (folder) => folder.sync());
  }
}

/** The file's text, or undefined when there is none. */
export async function readFileIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
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
