import { posix } from "node:path";
import { importsOf, isBuiltin, packageName, partOf, type SourceFile } from "./source-files.ts";

/** Package name → its folder. */
export const folderOf: Record<string, string> = {
  "@doorcode/client": "packages/client",
  "@doorcode/tenant": "packages/tenant",
  "@doorcode/guard": "packages/guard",
  "@doorcode/prepare": "packages/prepare",
  doorcode: "packages/cli",
};

/** The other parts of the project that the sources of a published package may use, and how. */
export const mayImport: Record<string, { part: string; lazyOnly: boolean }[]> = {
  "packages/client": [],
  "packages/tenant": [],
  "packages/guard": [],
  "packages/prepare": [],
  "packages/cli": [
    { part: "packages/client", lazyOnly: false },
    { part: "packages/tenant", lazyOnly: true },
    { part: "packages/prepare", lazyOnly: true },
  ],
};

const isPublishedSource = (path: string) => /^packages\/[^/]+\/(src|bin)\//.test(path);

/** Imports that "Who may import whom" in ARCHITECTURE.md forbids, one sentence each; empty if there are none. */
export function layeringViolations(
  files: SourceFile[],
  dependenciesOf: (part: string) => string[] | undefined,
): string[] {
  const violations: string[] = [];
  for (const { path, text } of files) {
    if (!isPublishedSource(path) || !/\.[cm]?[jt]s$/.test(path)) continue;
    const own = partOf(path);
    const allowed = mayImport[own];
    if (allowed === undefined) {
      violations.push(`${path}: no rule says what ${own} may import. Add one to tests/architecture/layering.ts.`);
      continue;
    }
    for (const { specifier, lazy, typeOnly } of importsOf(text)) {
      if (isBuiltin(specifier)) continue;
      if (specifier.startsWith(".")) {
        const target = posix.join(posix.dirname(path), specifier);
        if (partOf(target) !== own) violations.push(`${path} reaches into ${partOf(target)} by a relative path.`);
        else if (/^packages\/[^/]+\/test\//.test(target)) violations.push(`${path} imports its tests.`);
        continue;
      }
      const name = packageName(specifier);
      const target = folderOf[name];
      if (target !== undefined && target !== own) {
        const rule = allowed.find(({ part }) => part === target);
        if (rule === undefined) violations.push(`${path} imports ${specifier}, which ${own} may not.`);
        else if (rule.lazyOnly && !lazy && !typeOnly) violations.push(`${path} imports ${specifier} at its start.`);
      }
      const declared = dependenciesOf(own);
      if (declared !== undefined && name !== packageNameOf(own) && !declared.includes(name)) {
        violations.push(`${path} imports ${name}, which ${own}/package.json does not declare.`);
      }
    }
  }
  return violations;
}

function packageNameOf(part: string): string | undefined {
  return Object.keys(folderOf).find((name) => folderOf[name] === part);
}
