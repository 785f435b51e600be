import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";

const docs = new URL("../../docs/", import.meta.url);
const model = readFileSync(new URL("threat-model.md", docs), "utf8");
const section = /\n## The checks that matter \(OWASP ASVS 5\.0\)\n(.*?)(?=\n## )/s.exec(model)?.[1] ?? "";
const rows = section
  .split("\n")
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split(" | "));

/** The requirements that apply to the pages of an identity provider. */
const NUMBERS =
  `6.1.1 6.2.1 6.2.5 6.2.9 6.2.12 11.4.2 6.3.1 4.1.3 6.3.5 6.3.7 6.3.8 6.4.3 6.5.1 6.5.5 6.6.2 6.6.3 6.7.2 7.2.3 7.2.4
  7.3.1 7.3.2 7.4.1 7.4.2 7.5.1 3.3.3 3.3.4 3.4.1 3.4.3 3.4.5 3.4.6 3.5.1 3.5.3 3.7.2 2.3.1 10.4.1 10.4.2 10.4.3 10.4.5 10.4.6 10.7.2 16.2.5 16.3.1 16.4.1`.split(
    /\s+/,
  );

describe("the threat model's ASVS checks", () => {
  test("have a row for each number", () => {
    const listed = rows.flatMap(([numbers = ""]) => numbers.match(/[\d.]+/g) ?? []);
    assert.deepEqual([...listed].sort(), [...NUMBERS].sort());
  });

  for (const [number = "", , , tests = ""] of rows) {
    test(`${number.slice(2)}: the tests that it names exist`, () => {
      const named = [...tests.matchAll(/\["([^\]]+)"\]\(([^)]+)\)/g)];
      assert.ok(named.length > 0);
      for (const [, name = "", path = ""] of named) {
        const file = new URL(path, docs);
        assert.ok(existsSync(file), path);
        assert.ok(readFileSync(file, "utf8").includes(name), `“${name}” in ${path}`);
      }
    });
  }
});
