import { link, lstat, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { newestGeneration } from "./read-store.cts";
import { listFolder, syncFolder } from "./store-folder.ts";
import { createPrivate, isAlive, removeIfThere, writeTempFile } from "./temp-files.ts";

/** Gives `bytes` the name `store.<generation>.enc` unless somebody else was first. True when they are in, on the disk. */
export type Commit = (directory: string, generation: number, bytes: Buffer) => Promise<boolean>;

export const storePath = (directory: string, generation: number) => join(directory, `store.${generation}.enc`);

/** `link()` fails where the name is taken, and what it names is complete: one system call decides between all writers. */
export const commitByLink: Commit = async (directory, generation, bytes) => {
  const temp = await writeTempFile(directory, bytes);
  try {
    await link(temp, storePath(directory, generation));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: somebody took the temp file for a dead process's, which happens across containers.
    if (code === "EEXIST" || code === "ENOENT") return false;
    throw error;
  } finally {
    await removeIfThere(temp);
  }
  await syncFolder(directory);
  return true;
};

/** EACCES: Android forbids them. A folder that cannot be written has refused the temp file before. */
const WITHOUT_LINKS = new Set<string | undefined>(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS"]);

/** The file system has no hard links (FAT, some network and phone file systems). */
export function isWithoutLinks(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === "link" && WITHOUT_LINKS.has(code);
}

/** A claim older than this, by the file system's own clock, binds nobody. */
const CLAIM_LIFE_MS = 10_000;
/** `claim.<generation>.<attempt>` */
const NAME = /^claim\.(\d+)\.\d+$/;

/** For file systems without hard links. */
export function commitByClaim(clock: Clock): Commit {
  return async (directory, generation, bytes) => {
    const temp = await writeTempFile(directory, bytes);
    const isFree = () => newestGeneration(listFolder(directory)) === generation - 1;
    return await placeByClaim({
      clock,
      directory,
      generation,
      temp,
      path: storePath(directory, generation),
      isFree,
    });
  };
}

/**
 * Gives a complete temp file its name unless somebody else does: first a claim on the generation, a file that only one can
 * create, with its process id; then a rename. Over the claim of a dead writer goes one of the next attempt.
 */
export async function placeByClaim(input: {
  clock: Clock;
  directory: string;
  /** 0 for the key. */
  generation: number;
  temp: string;
  path: string;
  /** Asked once the claim is held. */
  isFree(): boolean;
}): Promise<boolean> {
  const { clock, directory, generation, temp, path } = input;
  const start = clock.now();
  // Held for longer, it may be another's by now.
  const stillOurs = () => Math.abs(clock.now() - start) < CLAIM_LIFE_MS / 2;
  let claimed: string | undefined;
  try {
    claimed = await claim(directory, generation, temp);
    if (claimed === undefined || !input.isFree() || !stillOurs()) return false;
    await rename(temp, path);
    await syncFolder(directory);
    return true;
  } finally {
    await removeIfThere(temp);
    if (claimed !== undefined && stillOurs()) await removeIfThere(claimed);
    await removeSpentClaims(directory);
  }
}

/** The claim's file, or undefined when another holds it. `fresh` is a file of now. */
async function claim(directory: string, generation: number, fresh: string): Promise<string | undefined> {
  for (let attempt = 0; ; attempt++) {
    const path = join(directory, `claim.${generation}.${attempt}`);
    try {
      const file = await createPrivate(path);
      await file.writeFile(String(process.pid));
      await file.close();
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      if (await binds(path, fresh)) return undefined;
    }
  }
}

async function binds(path: string, fresh: string): Promise<boolean> {
  try {
    const [stat, now, holder] = await Promise.all([lstat(path), lstat(fresh), readFile(path, "utf8")]);
    if (now.mtimeMs - stat.mtimeMs > CLAIM_LIFE_MS) return false;
    // Empty, its writer is just about to put its number in; it counts as 0, which is this process and alive.
    return isAlive(Number(holder));
  } catch {
    // It was taken away meanwhile: whoever held it has written or given up.
    return true;
  }
}

/** Claims of generations that are in; the key's once there is a store that is sealed with it. */
async function removeSpentClaims(directory: string): Promise<void> {
  const names = listFolder(directory);
  const newest = newestGeneration(names);
  for (const name of names) {
    const generation = Number(NAME.exec(name)?.[1]);
    if (newest > 0 && generation <= newest) await removeIfThere(join(directory, name));
  }
}
