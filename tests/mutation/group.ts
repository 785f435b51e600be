import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { join, posix } from "node:path";
import { parse } from "acorn";
import { importsOf, root } from "../architecture/source-files.ts";

/** Code that is mutated together, and the quick tests that must notice. */
export interface Group {
  name: string;
  /** Source files, from the repository's root; globs are allowed. */
  mutate: string[];
  /** Test files that run on Node.js alone: each mutant runs them, so they take well under a second. */
  tests: string[];
  /** Percent. A group without a floor counts in the floor of all groups. */
  floor?: number;
  equivalent?: Equivalent[];
}

/** A mutant that no test can notice, because the program does the same. */
export interface Equivalent {
  file: string;
  /** The source text that is replaced, as a run prints it. */
  original: string;
  /** The replacement by Stryker, as a run prints it. */
  replacement: string;
  /** A part of the line where the text begins; required if the file contains the text more than once. */
  line?: string;
  reason: string;
}

export const sourcesOf = (group: Group): string[] => files(group, "mutate");
export const testsOf = (group: Group): string[] => files(group, "tests");

function files(group: Group, key: "mutate" | "tests"): string[] {
  const found = group[key].map((pattern) => {
    const paths = globSync(pattern, { cwd: root }).map((path) => path.replaceAll("\\", "/"));
    if (paths.length === 0) throw new Error(`Group ${group.name}: no file matches ${pattern}.`);
    return paths;
  });
  return [...new Set(found.flat())].sort();
}

/**
 * The files that a score depends on. Fixtures count, because tests assert through them; sources that the group does not
 * mutate do not.
 */
export const measuredFiles = (group: Group): string[] => [...sourcesOf(group), ...withFixtures(testsOf(group))];

/** Changes when the code of a measured file does, or the group itself. Comments, types and layout do not count. */
export function digestOf(group: Group): string {
  const hash = createHash("sha256").update(JSON.stringify(group));
  for (const path of measuredFiles(group)) {
    hash.update(`\0${path}\0`).update(codeOf(readFileSync(join(root, path), "utf8")));
  }
  return hash.digest("hex").slice(0, 16);
}

/** What runs of a TypeScript module, one token a line. */
export function codeOf(text: string): string {
  const tokens: string[] = [];
  const code = stripTypeScriptTypes(text);
  parse(code, {
    ecmaVersion: "latest",
    sourceType: "module",
    onToken: ({ start, end }) => tokens.push(code.slice(start, end)),
  });
  return tokens.join("\n");
}

function withFixtures(tests: string[]): string[] {
  const seen = new Set(tests);
  for (const path of seen) {
    for (const { specifier } of importsOf(readFileSync(join(root, path), "utf8"))) {
      const target = posix.join(posix.dirname(path), specifier);
      if (specifier.startsWith(".") && !target.includes("/src/") && existsSync(join(root, target))) seen.add(target);
    }
  }
  return [...seen].sort();
}
