import { randomUUID } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { CommandError, UsageError } from "../exit-codes.ts";
import type { ProjectFiles } from "./template.ts";

/** Temporary folders that are written first. The next run removes those of a run that was killed. */
const staging = /^\.doorcode-init-[\da-f-]{36}$/;
const abandonedMs = 60_000;

/** Allowed in the folder: a new Git repository, and the file of macOS Finder. */
const harmless = new Set([".git", ".DS_Store"]);

/**
 * Whether the folder exists and can be used for a new project.
 * @throws UsageError for a file, or a folder that is not empty; CommandError `folder_not_writable`
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
  throw new UsageError(`${folder} already exists and is not a folder.`, "Choose another folder.");
}

function refuseFull(folder: string, names: string[]): void {
  const found = names.filter((name) => !harmless.has(name) && !staging.test(name)).sort();
  if (found.length === 0) return;
  const listed = found.slice(0, 8).map((name) => `  ${name}`);
  if (found.length > listed.length) listed.push(`  and ${found.length - listed.length} more`);
  throw new UsageError(
    `The folder ${folder} is not empty:\n${listed.join("\n")}`,
    "Nothing was written. Choose another folder, or empty this one.",
  );
}

/**
 * Writes all files or none. A new folder appears complete, with one rename. An existing folder is kept, because a shell
 * may be in it or a disk mounted on it: each entry is renamed into it, package.json last, in one turn that no signal
 * interrupts.
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
    // Another process may have been faster.
    if (inspect(folder) !== state) throw new UsageError(`Another process is changing ${folder}.`, "Try again.");
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

/** One at a time: Node's `recursive` never ends where the system creates no folders, as in /proc. */
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
 * A run takes less than a second, so an older folder belongs to a run that was killed. In a folder that everyone can
 * write to, those of other users stay.
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
  EROFS: "the disk is read-only",
  ENOSPC: "the disk is full",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "no folders can be created there",
  ENOTDIR: "a part of the path is a file",
};

function refusal(folder: string, error: unknown): Error {
  if (error instanceof UsageError) return error;
  const { code = "unknown" } = error as NodeJS.ErrnoException;
  return new CommandError(
    "folder_not_writable",
    `The folder ${folder} cannot be created: ${reasons[code] ?? code}.`,
    "Nothing was written. Choose another folder.",
    { cause: error },
  );
}
