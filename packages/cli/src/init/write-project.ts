import { randomUUID } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, UsageError } from "../exit-codes.ts";
import type { ProjectFiles } from "./template.ts";

/** Folders that we write into before anything has its own name; one that was left by a kill is removed by the next run. */
const staging = /^\.doorcode-init-[\da-f-]{36}$/;
const abandonedMs = 60_000;

/** What may be there: a repository that was just made, and what the Mac's Finder leaves. */
const harmless = new Set([".git", ".DS_Store"]);

/**
 * Whether the folder is there, and good for a new project.
 * @throws UsageError a file is there, or a folder with something in it; CommandError `folder_not_writable`
 */
export function inspect(folder: string): "absent" | "empty" {
  try {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory()) {
      refuseFull(folder, readdirSync(folder));
      return "empty";
    }
    if (found === undefined && lstatSync(folder, { throwIfNoEntry: false }) === undefined) return "absent";
  } catch (error) {
    throw refusal(folder, error);
  }
  throw new UsageError(`${folder} is there already, and is no folder.`, "Name another folder.");
}

function refuseFull(folder: string, names: string[]): void {
  const found = names.filter((name) => !harmless.has(name) && !staging.test(name)).sort();
  if (found.length === 0) return;
  const listed = found.slice(0, 8).map((name) => `  ${name}`);
  if (found.length > listed.length) listed.push(`  and ${found.length - listed.length} more`);
  throw new UsageError(
    `The folder ${folder} is not empty:\n${listed.join("\n")}`,
    "Nothing was written. Name another folder, or empty this one.",
  );
}

/**
 * Writes the files, all or none. A folder that is not there yet appears complete, by one rename. One that is there keeps
 * its identity (a shell may stand in it, a disk may be mounted on it): each entry is moved in by a rename, all in one turn
 * that no signal interrupts, package.json last.
 * @throws UsageError, CommandError `folder_not_writable`
 */
export function writeProject(folder: string, files: ProjectFiles): void {
  const state = inspect(folder);
  const beside = state === "absent" ? dirname(folder) : folder;
  const staged = join(beside, `.doorcode-init-${randomUUID()}`);
  const moved: string[] = [];
  try {
    makeFolders(beside);
    mkdirSync(staged);
    removeAbandoned(beside);
    for (const [path, text] of files) {
      mkdirSync(dirname(join(staged, path)), { recursive: true });
      writeFileSync(join(staged, path), text, { flag: "wx" });
    }
    // Somebody else may have been quicker.
    if (inspect(folder) !== state) throw new UsageError(`${folder} is being changed by somebody else.`, "Try again.");
    if (state === "absent") {
      renameSync(staged, folder);
      return;
    }
    for (const name of packageJsonLast(readdirSync(staged))) {
      renameSync(join(staged, name), join(folder, name));
      moved.push(name);
    }
    rmdirSync(staged);
  } catch (error) {
    for (const each of [staged, ...moved.map((name) => join(folder, name))]) {
      rmSync(each, { recursive: true, force: true });
    }
    throw refusal(folder, error);
  }
}

const packageJsonLast = (names: string[]) =>
  names.sort((a, b) => Number(a === "package.json") - Number(b === "package.json"));

/** One by one: Node's own recursive way never ends where the system makes no folders, as in /proc. */
function makeFolders(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * A run takes no second, so what is older was left by one that was killed. Another user's, in a folder that all write
 * into, is theirs to change meanwhile, and stays.
 */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!staging.test(name)) continue;
    const found = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (!found?.isDirectory() || (process.getuid && found.uid !== process.getuid())) continue;
    if (Date.now() - found.mtimeMs > abandonedMs) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

const reasons: Record<string, string> = {
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "it is on a disk that is read-only",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "no folders can be made there",
  ENOTDIR: "a part of the path is a file",
};

function refusal(folder: string, error: unknown): Error {
  if (error instanceof UsageError) return error;
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  return new CommandError(
    "folder_not_writable",
    `The folder ${folder} cannot be made: ${reasons[code] ?? code}.`,
    "Nothing was written. Name another folder.",
    { cause: error },
  );
}
