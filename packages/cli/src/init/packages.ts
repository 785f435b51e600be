import { execFile } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CommandError } from "../exit-codes.ts";
import { ownManifest, packageFolder } from "../own-package.ts";
import { findTenantNode, platform } from "../tenant-node.ts";

/** A clone of the repository that this command runs from. New projects use its packages. */
export interface Clone {
  folder: string;
  /** Folder of the Node.js package that the clone's setup installed, for a machine whose own is too old. */
  runtime: string | undefined;
}

/** Undefined if this command was installed from npm. */
export async function findClone(): Promise<Clone | undefined> {
  const folder = dirname(dirname(dirname(join(packageFolder, "package.json"))));
  const text = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}");
  if ((JSON.parse(text) as { name?: unknown }).name !== "doorcode-workspace") return undefined;
  const node = findTenantNode({});
  const runtime = node === undefined ? undefined : dirname(dirname(node));
  return {
    folder,
    runtime: runtime?.endsWith(platform) && existsSync(join(runtime, "package.json")) ? runtime : undefined,
  };
}

/** A dependency that npm links instead of fetching it. */
export const linkTo = (folder: string): string => `file:${realpathSync(folder).replaceAll("\\", "/")}`;

/** Longer than a slow registry takes. */
const patienceMs = 15_000;

/**
 * Asks npm, which knows the configured registry and proxy, whether it has the packages of this version. Resolves to the
 * reason if it cannot say, and to undefined if it has them.
 * @throws CommandError `packages_unavailable`
 */
export async function checkPackages(signal: AbortSignal): Promise<string | undefined> {
  const { name, version } = ownManifest();
  const wanted = `@${name}/client@${version}`;
  const answer = await askNpm(
    ["view", wanted, "version", "--json", "--fetch-retries=0", "--no-update-notifier"],
    signal,
  );
  if (answer.version === version) return undefined;
  if (answer.code !== "E404") return answer.code;
  throw new CommandError(
    "packages_unavailable",
    `npm does not have ${wanted}, which the new project needs: this version is not released.`,
    "Nothing was written. In a clone of the repository, npx doorcode init DIR creates a project with the clone's packages.",
  );
}

/** The version that npm prints, else its error code. */
function askNpm(args: string[], signal: AbortSignal): Promise<{ version?: string; code: string }> {
  // On Windows npm is a batch file, which needs a shell. No argument comes from a user.
  const options = { timeout: patienceMs, signal, shell: process.platform === "win32" };
  return new Promise((resolve) => {
    execFile("npm", args, options, (error, stdout) => {
      if (error?.code === "ENOENT") return resolve({ code: "npm is not installed" });
      if (error?.killed) return resolve({ code: `no answer in ${patienceMs / 1_000} s` });
      resolve(readAnswer(stdout));
    });
  });
}

function readAnswer(stdout: string): { version?: string; code: string } {
  try {
    const answer = JSON.parse(stdout) as string | { error?: { code?: string } };
    if (typeof answer === "string") return { version: answer, code: "" };
    return { code: answer.error?.code ?? "unknown answer" };
  } catch {
    return { code: "unknown answer" };
  }
}
