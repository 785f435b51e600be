import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { root } from "./source-files.ts";

const folder = join(root, "docs/decisions");
const files = readdirSync(folder)
  .filter((name) => name !== "README.md")
  .sort();

/** `| 4 | [Title](0004-title.md) | One line. | Accepted |` */
const line = /^\| (?<number>\d+) \| \[(?<title>.+)\]\((?<file>[^)]+)\) \| (?<summary>[^|]+) \| (?<status>[^|]+) \|$/;
const index = readFileSync(join(folder, "README.md"), "utf8")
  .split("\n")
  .filter((each) => /^\| *\[?\d/.test(each))
  .map((each) => line.exec(each)?.groups ?? assert.fail(`docs/decisions/README.md: a line has another form: ${each}`));

describe("the records in docs/decisions", () => {
  test("are all in the index, in order, and the index lists no others", () => {
    assert.deepEqual(
      index.map(({ file }) => file),
      files,
    );
  });

  test("are numbered consecutively in file name, heading and index", () => {
    for (const [position, file] of files.entries()) {
      const number = position + 1;
      assert.match(file, new RegExp(`^${String(number).padStart(4, "0")}-[a-z0-9-]+\\.md$`));
      const [heading] = readFileSync(join(folder, file), "utf8").split("\n");
      assert.equal(heading, `# ${number}. ${index[position]?.title}`, file);
      assert.equal(index[position]?.number, String(number), file);
    }
  });

  test("have a one-line summary and a status, and a superseded one names its successor", () => {
    const known = new Set(index.map(({ number }) => number));
    for (const { file, summary, status } of index) {
      assert.match(summary!.trim(), /^\S.*\.$/, `${file}: a sentence`);
      const successor = /^(?:Accepted|Proposed|Superseded by (?<number>\d+))$/.exec(status!)?.groups;
      assert.ok(successor, `${file}: status ${status}`);
      if (successor.number)
        assert.ok(known.has(successor.number), `${file}: record ${successor.number} does not exist`);
    }
  });
});
