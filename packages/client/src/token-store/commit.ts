import { link, lstat, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../clock.ts";
import { newestGeneration } from "./read-store.cts";
import { listFolder, syncFolder } from "./store-folder.ts";
import { createPrivate, isAlive, removeIfThere, writeTempFile } from "./temp-files.ts";

/**
 * Names `bytes` `store.<generation>.enc` unless another writer was first. True once they are on disk under that name.
 */
export type Commit = (directory: string, generation: number, bytes: Buffer) => Promise<boolean>;

export const storePath = (directory: string, generation: number) => join(directory, `store.${generation}.enc`);

/** `link()` fails if the name exists, and what it names is complete: one system call decides between all writers. */
export const commitByLink: Commit = async (directory, generation, bytes) => {
  const temp = await writeTempFile(directory, bytes);
  try {
    await link(temp, storePath(directory, generation));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: another process mistook the temp file for a dead process's, which happens across containers.
    if (code === "EEXIST" || code === "ENOENT") return false;
    throw error;
  } finally {
    await removeIfThere(temp);
  }
  await syncFolder(directory);
  return true;
};

/** EACCES: Android forbids hard links. A read-only folder would already have rejected the temp file. */
const WITHOUT_LINKS = new Set<string | undefined>(["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EXDEV", "ENOSYS"]);

/** The file system has no hard links (FAT, some network and phone file systems). */
export function isWithoutLinks(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === "link" && WITHOUT_LINKS.has(code);
}

/** A claim older than this, in milliseconds by the file system's own clock, is void. */
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
 * Names a complete temp file unless another writer does. The writer first claims the generation, with a file that only
 * one can create and that holds its process ID, then renames. The claim of a dead writer is superseded by one of the
 * next attempt.
 */
export async function placeByClaim(input: {
  clock: Clock;
  directory: string;
  /** 0 for the key. */
  generation: number;
  temp: string;
  path: string;
  /** Called once the claim is held. */
  isFree(): boolean;
}): Promise<boolean> {
  const { clock, directory, generation, temp, path } = input;
  const start = clock.now();
  // An older claim may have been superseded by now.
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

/** Returns the claim's file, or undefined if another writer holds the claim. `fresh`: a file created just now. */
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
    // If empty, its writer is about to write its process ID. It reads as 0, which means this process: alive.
    return isAlive(Number(holder));
  } catch {
    // The claim is gone: its holder has written or given up.
    return true;
  }
}

/** Claims on generations that exist, and on the key once a store is sealed with it. */
async function removeSpentClaims(directory: string): Promise<void> {
  const names = listFolder(directory);
  const newest = newestGeneration(names);
  for (const name of names) {
    const generation = Number(NAME.exec(name)?.[1]);
    if (newest > 0 && generation <= newest) await removeIfThere(join(directory, name));
  }
}
