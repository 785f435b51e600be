// An empty project with the packed packages in its node_modules, as npm would put them there. The registry is not used:
// the libraries that a package declares are links to the workspace's, inside that package, so that an undeclared
// library is not found.
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
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export const installedAt = (project: string, name: string): string => join(project, "node_modules", name);

export async function manifestOf(project: string, name: PublishedName): Promise<Manifest> {
  return JSON.parse(await readFile(join(installedAt(project, name), "package.json"), "utf8"));
}

/**
 * `names`: the packages that the project needs; our packages that they depend on are added. `libraries`: its own
 * dependencies.
 */
export async function makeProject(
  folder: string,
  tarballs: Tarballs,
  names: readonly PublishedName[] = publishedNames,
  libraries: readonly string[] = [],
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
  await install(folder, tarballs, names, libraries);
  return folder;
}

/** What `npm install` would leave in node_modules. */
async function install(
  folder: string,
  tarballs: Tarballs,
  names: readonly PublishedName[],
  libraries: readonly string[],
): Promise<void> {
  await mkdir(join(folder, "node_modules"));
  await Promise.all(names.map((name) => unpack(folder, name, tarballs[name])));
  await Promise.all(libraries.map((library) => link(library, join(root, "package.json"), folder)));
  await mkdir(join(folder, "node_modules", ".bin"));
  for (const name of [...names, ...libraries]) await linkCommands(folder, name);
}

/** `npm install` in a project with a manifest. `node` is the runtime that its manifest names for this machine. */
export async function installIn(folder: string, tarballs: Tarballs, node: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  const wanted = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const isOurs = (name: string): name is PublishedName => name in published;
  await install(
    folder,
    tarballs,
    await withTheirs(wanted.filter(isOurs)),
    wanted.filter((name) => !isOurs(name)),
  );
  const runtime = `node-${process.platform}-${process.arch}`;
  if (manifest.optionalDependencies && runtime in manifest.optionalDependencies)
    await installNode(folder, runtime, node);
}

/** The packages, and those of ours that they need. */
async function withTheirs(names: readonly PublishedName[]): Promise<PublishedName[]> {
  const all = new Set(names);
  for (const name of all) {
    const text = await readFile(join(root, "packages", published[name], "package.json"), "utf8");
    const { dependencies = {} } = JSON.parse(text) as Manifest;
    for (const each of publishedNames) if (each in dependencies) all.add(each);
  }
  return [...all];
}

/** npm's package of the Node.js binary, with a binary that is already on this machine. */
export async function installNode(project: string, name: string, node: string): Promise<void> {
  const bin = join(installedAt(project, name), "bin");
  await mkdir(bin, { recursive: true });
  const manifest = { name, bin: { node: "bin/node" } };
  await writeFile(join(installedAt(project, name), "package.json"), JSON.stringify(manifest));
  await symlink(node, join(bin, "node"));
  await linkCommands(project, name);
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

async function linkCommands(project: string, name: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(installedAt(project, name), "package.json"), "utf8")) as Manifest;
  const { bin = {} } = manifest;
  for (const [command, path] of Object.entries(typeof bin === "string" ? { [name]: bin } : bin)) {
    await symlink(join("..", name, path), join(project, "node_modules", ".bin", command));
  }
}
