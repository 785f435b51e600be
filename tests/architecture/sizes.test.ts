import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { projectFiles } from "./source-files.ts";

/** All files that are written by hand, except tests. */
const sources = projectFiles()
  .filter(({ path }) => /\.([cm]?ts|[cm]?js)$/.test(path) && !/(^|\/)tests?\//.test(path))
  .map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
  .sort((a, b) => a.lines - b.lines);
const median = sources[Math.floor(sources.length / 2)]!.lines;
const total = sources.reduce((sum, { lines }) => sum + lines, 0);

describe("the sizes of source files", () => {
  console.log(`sources: ${sources.length} files, ${total} lines, median ${median}, longest ${sources.at(-1)!.lines}`);

  test("have a median between 80 and 160 lines", () => {
    assert.ok(median >= 80 && median <= 160, `the median is ${median}`);
  });

  test("never exceed 400 lines", () => {
    assert.deepEqual(
      sources.filter(({ lines }) => lines > 400),
      [],
    );
  });

  test("are 12 lines or fewer in at most ten files", () => {
    const fragments = sources.filter(({ lines }) => lines <= 12);
    assert.ok(fragments.length <= 10, fragments.map(({ path, lines }) => `${lines} ${path}`).join("\n"));
  });
});
