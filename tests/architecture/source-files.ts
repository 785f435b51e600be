import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export interface SourceFile {
  /** From the repository's root, with forward slashes. */
  path: string;
  text: string;
}

/** Every file of the project: tracked by Git, or new and not ignored. */
export function projectFiles(): SourceFile[] {
  const listing = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
  });
  const paths = [...new Set(listing.split("\0"))].filter((path) => path !== "" && existsSync(join(root, path)));
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

export interface Import {
  specifier: string;
  /** `import()`, evaluated only when reached. */
  lazy: boolean;
  /** `import type`, erased by the compiler. */
  typeOnly: boolean;
}

const staticImport = /^\s*(?:import|export)\s(?<clause>[^;"']*?\sfrom\s*)?["'](?<specifier>[^"'\n]+)["']/gm;
const callImport = /\b(?:import|require|require\.resolve)\(\s*["'](?<specifier>[^"'\n]+)["']/g;

/** Good enough for formatted sources: Biome puts every import at the start of a line. */
export function importsOf(text: string): Import[] {
  const found: Import[] = [];
  for (const { groups } of text.matchAll(staticImport)) {
    found.push({ specifier: groups!.specifier!, lazy: false, typeOnly: /^type\s/.test(groups!.clause ?? "") });
  }
  for (const { groups } of text.matchAll(callImport)) {
    found.push({ specifier: groups!.specifier!, lazy: true, typeOnly: false });
  }
  return found;
}

/** `packages/tenant`, `examples/main-job`, or the top folder. */
export function partOf(path: string): string {
  const [top, name] = path.split("/");
  return (top === "packages" || top === "examples") && name !== undefined ? `${top}/${name}` : top!;
}

export const isBuiltin = (specifier: string) => specifier.startsWith("node:") || builtinModules.includes(specifier);

/** `@azure/msal-node/x` → `@azure/msal-node`. */
export function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
