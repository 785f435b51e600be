// Runs what the READMEs of the packages show.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type PublishedName, published, root } from "./pack.ts";

const readmeOf = (name: PublishedName): Promise<string> =>
  readFile(join(root, "packages", published[name], "README.md"), "utf8");

/** The first block of that language. */
async function block(name: PublishedName, language: string): Promise<string> {
  const found = [...(await readmeOf(name)).matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter(([, of, text]) => of === language && !text!.startsWith("npm install"))
    .at(0);
  if (found === undefined) throw new Error(`The README of ${name} shows no ${language}.`);
  return found[2]!;
}

/** The program, with the reader's own values replaced. It has no types, so it also runs as JavaScript. */
export async function programOf(name: PublishedName, values: Record<string, string> = {}): Promise<string> {
  let program = await block(name, "ts");
  for (const [placeholder, value] of Object.entries(values)) {
    if (!program.includes(placeholder)) throw new Error(`The README of ${name} does not say ${placeholder}.`);
    program = program.replaceAll(placeholder, value);
  }
  return program;
}

/** The words of each command line, without comments. */
export async function commandLines(name: PublishedName): Promise<string[][]> {
  const lines = (await block(name, "sh")).trimEnd().split("\n");
  return lines.map((line) =>
    line
      .replace(/\s#.*$/, "")
      .trim()
      .split(/\s+/),
  );
}

/** Targets of the README's links. */
export async function linksOf(name: PublishedName): Promise<string[]> {
  return [...(await readmeOf(name)).matchAll(/\]\(([^)]+)\)/g)].map(([, target]) => target!);
}

/** The documents that the README names without a link: npm shows it outside of the repository. */
export async function documentsOf(name: PublishedName): Promise<string[]> {
  return [...(await readmeOf(name)).matchAll(/`((?:docs|examples)\/[\w./-]+\.md)`/g)].map(([, path]) => path!);
}
