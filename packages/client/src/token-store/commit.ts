import { link } from "node:fs/promises";
import { join } from "node:path";
import { removeIfThere, writeScratch } from "./scratch-files.ts";
import { syncFolder } from "./store-folder.ts";

/** Gives `bytes` the name `store.<generation>.enc` unless somebody else was first. True when they are in, on the disk. */
export type Commit = (directory: string, generation: number, bytes: Buffer) => Promise<boolean>;

export const storePath = (directory: string, generation: number) => join(directory, `store.${generation}.enc`);

/** `link()` fails where the name is taken, and what it names is complete: one system call decides between all writers. */
export const commitByLink: Commit = async (directory, generation, bytes) => {
  const scratch = await writeScratch(directory, bytes);
  try {
    await link(scratch, storePath(directory, generation));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: somebody took the scratch file for a dead process's, which happens across containers.
    if (code === "EEXIST" || code === "ENOENT") return false;
    throw error;
  } finally {
    await removeIfThere(scratch);
  }
  await syncFolder(directory);
  return true;
};

/** EACCES: Android forbids them. A folder that cannot be written has refused the scratch file before. */
const WITHOUT_LINKS = new Set<string | undefined>(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS"]);

/** The file system has no hard links (FAT, some network and phone file systems). */
export function isWithoutLinks(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === "link" && WITHOUT_LINKS.has(code);
}
