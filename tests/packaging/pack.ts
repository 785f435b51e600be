// What `npm publish` would send, from a clean build: existing dist folders may be older or newer than the sources, and
// may contain the output of deleted sources.
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { mustRun, plainEnvironment } from "./run-command.ts";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Package name → its folder in packages/. */
export const published = {
  "@doorcode/client": "client",
  "@doorcode/guard": "guard",
  "@doorcode/prepare": "prepare",
  "@doorcode/tenant": "tenant",
  doorcode: "cli",
} as const;

export type PublishedName = keyof typeof published;
export const publishedNames = Object.keys(published) as PublishedName[];

/** Of each package, the path of its tarball. */
export type Tarballs = Record<PublishedName, string>;

/** Compiles and packs the five packages below `scratch`, without the registry. */
export async function packPackages(scratch: string): Promise<Tarballs> {
  const workspace = join(scratch, "workspace");
  await copyWorkspace(workspace);
  await mustRun(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b"], { cwd: workspace });
  await mustRun(process.execPath, [join(root, "tools/bundle.mjs"), workspace]);
  const tarballs = join(scratch, "tarballs");
  await mkdir(tarballs);
  const folders = Object.values(published).map((folder) => `./packages/${folder}`);
  const settings = ["--json", "--offline", "--ignore-scripts", "--cache", join(scratch, "npm-cache")];
  const answer = await mustRun("npm", ["pack", ...folders, "--pack-destination", tarballs, ...settings], {
    cwd: workspace,
    env: plainEnvironment(),
    shell: process.platform === "win32",
  });
  const packed = JSON.parse(answer) as { name: PublishedName; filename: string }[];
  return Object.fromEntries(packed.map(({ name, filename }) => [name, join(tarballs, filename)])) as Tarballs;
}

/** The packages as committed, without build output, and with links to the libraries. */
async function copyWorkspace(workspace: string): Promise<void> {
  const made = new Set(["compiled", "dist", "node_modules", "tsconfig.tsbuildinfo"]);
  for (const folder of Object.values(published)) {
    const from = join(root, "packages", folder);
    const to = join(workspace, "packages", folder);
    await mkdir(to, { recursive: true });
    for (const entry of await readdir(from)) {
      if (!made.has(entry)) await cp(join(from, entry), join(to, entry), { recursive: true });
    }
    // A library that npm did not put into the common folder.
    const own = join(from, "node_modules");
    if (existsSync(own)) await symlink(own, join(to, "node_modules"), "junction");
  }
  for (const file of ["tsconfig.json", "tsconfig.base.json"]) await cp(join(root, file), join(workspace, file));
  const libraries = join(workspace, "node_modules");
  await mkdir(join(libraries, "@doorcode"), { recursive: true });
  for (const entry of await readdir(join(root, "node_modules"))) {
    const ours = entry === "@doorcode" || entry === "doorcode" || entry.startsWith(".");
    if (!ours) await symlink(join(root, "node_modules", entry), join(libraries, entry), "junction");
  }
  for (const name of publishedNames) {
    await symlink(join(workspace, "packages", published[name]), join(libraries, name), "junction");
  }
}
