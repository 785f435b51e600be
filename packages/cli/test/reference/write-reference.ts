// `npm run docs:reference`: writes the man page and docs/reference/command-line.md from the definition of the commands.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { program } from "../../src/definition/program.ts";
import { packageFolder } from "../cli-process.ts";
import { manPage } from "./man-page.ts";
import { markdownReference } from "./markdown.ts";

/** Path → required content. */
export const generated: Readonly<Record<string, () => string>> = {
  [join(packageFolder, "man/doorcode.1")]: () => manPage(program),
  [join(packageFolder, "../../docs/reference/command-line.md")]: () => markdownReference(program),
};

if (process.argv[1]?.endsWith("write-reference.ts")) {
  for (const [file, text] of Object.entries(generated)) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text());
  }
}
