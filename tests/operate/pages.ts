// The pages of docs/operate as an operator reads them: commands and configuration files.
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { program } from "../../packages/cli/src/definition/program.ts";
import { root } from "../packaging/pack.ts";

export const folder = join(root, "docs/operate");
export const pages = globSync("*.md", { cwd: folder }).map((file) => basename(file, ".md"));

export interface Block {
  /** `sh`, `yaml`, `sql`. */
  language: string;
  /**
   * `run`: the commands run beside a tenant that is served. `stopped`: while it is stopped. Otherwise they need another
   * machine, and only the commands of `doorcode` in them are checked. `ha=MEMBER`: on that member of deploy/ha/try, in tests/ha.
   */
  as: string;
  text: string;
  /** Of its first line in the page. */
  line: number;
}

/** A block in a list is indented. */
export async function blocksOf(page: string): Promise<Block[]> {
  const source = await readFile(join(folder, `${page}.md`), "utf8");
  return [...source.matchAll(/^( *)```(\w+)(?: (.+))?\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indent = "", language = "", as = "", text = ""] = match;
    return {
      language,
      as,
      text: text.replace(new RegExp(`^${indent}`, "gm"), ""),
      line: source.slice(0, match.index).split("\n").length + 1,
    };
  });
}

const first = Object.keys(program.commands ?? {}).join("|");
const command = new RegExp(`(?:^|[|;&(]\\s*|\\s)doorcode ((?:${first})\\b[^|;&)>]*)`, "g");

/** The arguments of each `doorcode` command in a block, and in code within the text. */
export function doorcodeCommands(text: string): string[][] {
  // The result of another command, such as $(date +%F), is part of a word.
  const plain = text.replace(/\$\((?!doorcode)[^()]*\)/g, "RESULT");
  const lines = plain.split("\n").map((line) => line.replace(/\s+#\s.*$/, ""));
  return lines.flatMap((line) =>
    [...line.matchAll(command)].map(([, words]) =>
      [...words!.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
        ([, ...forms]) => forms.find((form) => form !== undefined)!,
      ),
    ),
  );
}
