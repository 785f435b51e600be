// The commands and files that docs/operate shows exist as shown. pages.release.test.ts runs the commands.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { commandOf, parse } from "../../packages/cli/src/arguments.ts";
import { program } from "../../packages/cli/src/definition/program.ts";
import { root } from "../packaging/pack.ts";
import { blocksOf, doorcodeCommands, folder, pages } from "./pages.ts";

/** What is wrong with a command: it does not exist, one of its options does not, or an argument is missing. */
function problemOf(words: readonly string[]): string | undefined {
  try {
    const { path, command, rest } = commandOf(program, words);
    parse(path, command, rest);
    return undefined;
  } catch (error) {
    return `doorcode ${words.join(" ")}: ${(error as Error).message}`;
  }
}

/** The text names a command without its arguments. */
const isNamed = (problem: string) => problem.includes("Missing argument");

describe("the commands of docs/operate", () => {
  for (const page of pages) {
    test(`${page}: every doorcode command exists with these options`, async () => {
      const text = await readFile(join(folder, `${page}.md`), "utf8");
      const inText = [...text.matchAll(/`(doorcode [^`]+)`/g)].map(([, command]) => command!);
      const inBlocks = (await blocksOf(page)).filter(({ language }) => language === "sh").map((block) => block.text);
      const wrongIn = (texts: string[]) => texts.flatMap(doorcodeCommands).flatMap((words) => problemOf(words) ?? []);
      assert.deepEqual([...wrongIn(inText).filter((problem) => !isNamed(problem)), ...wrongIn(inBlocks)], []);
    });
  }

  test("a misspelled command or option is found", () => {
    const [words = []] = doorcodeCommands("sudo -u x doorcode tenant serve --checks > log  # comment");
    assert.deepEqual(words, ["tenant", "serve", "--checks"]);
    assert.match(problemOf(words) ?? "", /--checks/);
    assert.match(problemOf(["tenant", "server"]) ?? "", /server/);
    assert.equal(problemOf(["tenant", "serve", "--check"]), undefined);
  });
});

test("install.md shows the values that the chart of deploy/helm needs", async () => {
  const shown = (await blocksOf("install")).find(({ as }) => as === "file=values.yaml");
  const file = await readFile(join(root, "deploy/helm/doorcode/ci/minimum-values.yaml"), "utf8");
  assert.equal(shown?.text, file.replace(/^#.*\n/gm, ""));
});

test("install.md shows the server file that deploy/systemd has", async () => {
  const shown = (await blocksOf("install")).find(({ as }) => as === "file=doorcode.server.yaml");
  const file = await readFile(join(root, "deploy/systemd/doorcode.server.yaml"), "utf8");
  assert.equal(shown?.text, file.replace(/^#.*\n/gm, ""));
});
