// The chapters of docs/guide as a reader follows them: files to write and commands to run, in order.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { root } from "../packaging/pack.ts";

/** In the order of docs/guide/README.md. */
export const chapters = [
  "prepare-your-tenant",
  "prepare-your-app",
  "sign-in-and-sign-out",
  "call-a-web-api",
  "run-the-sample",
];

export interface Block {
  /** `yaml`, `js`, `sh`, `env`. */
  language: string;
  /**
   * `file=NAME` writes the file. A command runs to its end; with `background`, until it reports that it answers; with
   * `person`, until it shows a code, which the next `approve` decides. `entra` is for Entra, and is tested against this
   * project's tenant.
   */
  as: string;
  text: string;
  /** Of its first line in the chapter. */
  line: number;
}

export async function blocksOf(chapter: string): Promise<Block[]> {
  const source = await readFile(join(root, "docs/guide", `${chapter}.md`), "utf8");
  return [...source.matchAll(/^```(\w+)(?: (.+))?\n([\s\S]*?)^```$/gm)].map(([, language, as = "", text], at, all) => ({
    language: language!,
    as,
    text: text!,
    line: source.slice(0, all[at]!.index).split("\n").length + 1,
  }));
}

/** The commands of a block, without comments. */
export const commandsOf = ({ text }: Block): string[] =>
  text
    .split("\n")
    .map((line) => line.replace(/\s+#\s.*$/, "").trim())
    .filter((line) => line !== "");
