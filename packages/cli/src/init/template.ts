import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ProjectName } from "./name.ts";
import { runtimeOf } from "./runtime.ts";

export type Language = "ts" | "js";

/** Path below the project, with forward slashes → text. */
export type ProjectFiles = Map<string, string>;

interface Manifest {
  name: string;
  version: string;
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const templates = fileURLToPath(new URL("../../templates/", import.meta.url));

/** The templates' own name for the project; they are whole files that work as they are. */
const placeholder = "my-device";

/** npm would leave these out of our package, or obey them, under their own names. */
const hidden: Record<string, string> = { gitignore: ".gitignore", "env.example": ".env.example" };

/** The files of a new project. `node`: version of the Node.js that it is made on. */
export async function projectFiles(language: Language, { full, short }: ProjectName, node: string) {
  const files: ProjectFiles = new Map();
  for (const part of ["both", language]) {
    for (const path of await pathsOf(join(templates, part))) {
      const text = await readFile(join(templates, part, path), "utf8");
      if (path === "package.json") files.set(path, await manifest(text, full, node));
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

/** With the name, the versions that this command line belongs to, and the runtime. */
async function manifest(text: string, name: string, node: string): Promise<string> {
  const own = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as Manifest;
  const template = JSON.parse(text) as Manifest;
  for (const dependencies of [template.dependencies, template.devDependencies]) {
    for (const each of Object.keys(dependencies)) {
      // All packages of the project are released together.
      if (each === own.name || each.startsWith(`@${own.name}/`)) dependencies[each] = own.version;
    }
  }
  return `${JSON.stringify({ ...template, name, ...runtimeOf(node) }, null, 2)}\n`;
}
