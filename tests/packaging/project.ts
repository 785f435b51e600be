// An empty project with the packed packages in its node_modules, as npm would put them there. The registry is not asked: the
// libraries that a package declares are links to the workspace's, inside that package, so that one which it uses without
// declaring it is not found.
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { type PublishedName, published, publishedNames, root, type Tarballs } from "./pack.ts";
import { mustRun } from "./run-command.ts";

export interface Manifest {
  name: string;
  version: string;
  type?: string;
  engines?: { node?: string };
  exports?: Record<string, unknown>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
}

export const installedAt = (project: string, name: string): string => join(project, "node_modules", name);

export async function manifestOf(project: string, name: PublishedName): Promise<Manifest> {
  return JSON.parse(await readFile(join(installedAt(project, name), "package.json"), "utf8"));
}

/** `names`: the packages that the project wants, with those of ours which they need; `libraries`: its own dependencies. */
export async function makeProject(
  folder: string,
  tarballs: Tarballs,
  names: readonly PublishedName[] = publishedNames,
  libraries: readonly string[] = [],
): Promise<string> {
  await mkdir(join(folder, "node_modules"), { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  await Promise.all(names.map((name) => unpack(folder, name, tarballs[name])));
  await Promise.all(libraries.map((library) => link(library, join(root, "package.json"), folder)));
  await linkCommands(folder, names);
  return folder;
}

async function unpack(project: string, name: PublishedName, tarball: string): Promise<void> {
  const target = installedAt(project, name);
  await mkdir(target, { recursive: true });
  await mustRun("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
  const { dependencies = {} } = await manifestOf(project, name);
  const foreign = Object.keys(dependencies).filter((dependency) => !(dependency in published));
  const from = join(root, "packages", published[name], "package.json");
  await Promise.all(foreign.map((library) => link(library, from, target)));
}

/** Puts the library that `from` would load into the node_modules of `into`. */
async function link(library: string, from: string, into: string): Promise<void> {
  const manifest = findPackageJSON(library, pathToFileURL(from));
  if (manifest === undefined) throw new Error(`${library} is not installed in the workspace.`);
  const place = installedAt(into, library);
  await mkdir(dirname(place), { recursive: true });
  await symlink(dirname(manifest), place, "junction");
}

async function linkCommands(project: string, names: readonly PublishedName[]): Promise<void> {
  const folder = join(project, "node_modules", ".bin");
  await mkdir(folder);
  for (const name of names) {
    const { bin = {} } = await manifestOf(project, name);
    for (const [command, path] of Object.entries(bin)) await symlink(join("..", name, path), join(folder, command));
  }
}
