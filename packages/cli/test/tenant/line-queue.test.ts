import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { lineQueue } from "../../src/tenant/line-queue.ts";

/** A reader that takes what was written when `take` is called. */
function slowReader(most?: number) {
  const written: string[] = [];
  let done: (() => void) | undefined;
  const write = lineQueue(
    (text, after) => {
      written.push(text);
      done = after;
    },
    (count) => `skipped ${count}\n`,
    most,
  );
  return {
    written,
    write,
    take() {
      const after = done;
      done = undefined;
      after?.();
    },
  };
}

describe("lines for a reader who may stop reading", () => {
  test("are written one after another, without waiting", () => {
    const { written, write, take } = slowReader();
    for (const line of ["1\n", "2\n", "3\n"]) write(line);
    assert.deepEqual(written, ["1\n"]);
    take();
    assert.deepEqual(written, ["1\n", "2\n3\n"]);
    take();
    write("4\n");
    assert.deepEqual(written, ["1\n", "2\n3\n", "4\n"]);
  });

  test("are dropped beyond a limit, in bytes, and counted in their place", () => {
    const { written, write, take } = slowReader(20);
    write("first\n");
    write("\u00e4\u00e4\n");
    // It does not fit, and nothing else is written until the reader goes on.
    write("123456789\n");
    write("6\n");
    take();
    assert.deepEqual(written.slice(1), ["\u00e4\u00e4\nskipped 2\n"]);
    write("7\n");
    take();
    take();
    assert.deepEqual(written.slice(2), ["7\n"]);
  });

  test("are a megabyte at most", () => {
    const { written, write, take } = slowReader();
    const line = `${"x".repeat(999)}\n`;
    for (let n = 0; n < 1_500; n++) write(line);
    take();
    assert.equal(written.join(""), `${line.repeat(1_000)}skipped 500\n`);
  });
});
