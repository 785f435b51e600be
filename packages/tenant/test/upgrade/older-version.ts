// An earlier version of the tenant, from the repository's history: its own code, not this one's without a migration.
import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../../", import.meta.url));

/** The last commit whose newest migration is 0015. */
const COMMIT = "829c7f32f90422da3f1e6c169fb4f0992d81a84b";

/** Why there is none: a clone without history. */
export const withoutOlderVersion: string | false = await run("git", ["cat-file", "-e", COMMIT], { cwd: root }).then(
  () => false as const,
  () => `this clone has no commit ${COMMIT.slice(0, 8)}`,
);

/** Its `node.ts`, in this folder, with the libraries of this version. */
export async function olderNode(folder: string): Promise<string> {
  const there = join(folder, "older-version");
  await mkdir(there);
  const archive = join(folder, "older-version.tar");
  const paths = ["packages/tenant/src", "packages/tenant/test/upgrade/node.ts"];
  await run("git", ["archive", `--output=${archive}`, COMMIT, ...paths], { cwd: root });
  await run("tar", ["-xf", archive, "-C", there]);
  await writeFile(join(there, "package.json"), JSON.stringify({ type: "module" }));
  await symlink(join(root, "node_modules"), join(there, "node_modules"), "junction");
  return join(there, "packages/tenant/test/upgrade/node.ts");
}
