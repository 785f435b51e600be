import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { codeOf, measuredFiles, sourcesOf, testsOf } from "./group.ts";
import { groups } from "./groups.ts";
import { type Mutant, missedFloors, percent, resultOf, type Scores, short } from "./score.ts";

const mutant = (changes: Partial<Mutant> = {}): Mutant => ({
  file: "a.ts",
  line: 1,
  lineText: "if (a < b) return;",
  mutator: "EqualityOperator",
  original: "a < b",
  replacement: "a <= b",
  status: "survived",
  ...changes,
});
const named = { file: "a.ts", original: "a < b", replacement: "a <= b", reason: "a is never b" };

describe("the mutation score", () => {
  test("compares the faults that tests noticed, by failure or timeout, with those that they missed", () => {
    const mutants = (["killed", "timeout", "survived", "no coverage", "invalid"] as const).map((status) =>
      mutant({ status }),
    );
    const { scores, survivors } = resultOf(mutants, []);
    assert.deepEqual(scores, { "a.ts": { killed: 1, timeout: 1, survived: 1, noCoverage: 1, equivalent: 0 } });
    assert.equal(percent(scores["a.ts"]!), 50);
    assert.equal(survivors.length, 2);
  });

  test("leaves out a survivor that the configuration names as equivalent", () => {
    const { scores, survivors, wrongEntries } = resultOf([mutant(), mutant({ status: "killed" })], [named]);
    assert.equal(percent(scores["a.ts"]!), 100);
    assert.deepEqual([survivors, wrongEntries], [[], []]);
  });

  const others: [string, Mutant[], Partial<typeof named> & { line?: string }][] = [
    ["nothing", [], {}],
    ["a killed mutant only", [mutant({ status: "killed" })], {}],
    ["another file", [mutant()], { file: "b.ts" }],
    ["another replacement", [mutant()], { replacement: "a > b" }],
    ["another line", [mutant()], { line: "while" }],
    ["two survivors", [mutant(), mutant({ line: 9 })], {}],
  ];
  for (const [what, mutants, changes] of others) {
    test(`an equivalent that fits ${what} is an error, and excludes nothing`, () => {
      const { survivors, wrongEntries } = resultOf(mutants, [{ ...named, ...changes }]);
      assert.equal(wrongEntries.length, 1);
      assert.equal(survivors.length, mutants.filter(({ status }) => status === "survived").length);
    });
  }

  test("an equivalent names its text as the report prints it: on one line, truncated", () => {
    const original = `{\n  ${"call();\n  ".repeat(20)}}`;
    assert.match(short(original), /^\{ call\(\); call.*…$/);
    assert.deepEqual(resultOf([mutant({ original })], [{ ...named, original: short(original) }]).wrongEntries, []);
  });

  test("a score below its group's floor or the overall floor is reported; one that meets it is not", () => {
    const scored = (killed: number, survived: number): Scores => ({
      "a.ts": { killed, survived, timeout: 0, noCoverage: 0, equivalent: 0 },
    });
    const two = [{ name: "one", floor: 95 }, { name: "two" }];
    const missed = (one: Scores, other: Scores, floor = 90) =>
      missedFloors(
        two,
        new Map([
          ["one", one],
          ["two", other],
        ]),
        floor,
      );
    assert.deepEqual(missed(scored(95, 5), scored(85, 15)), []);
    assert.match(missed(scored(94, 6), scored(94, 6)).join(), /^one: 94\.0 %[^,]*95 %$/);
    assert.match(missed(scored(95, 5), scored(84, 16)).join(), /^all groups: 89\.5 %[^,]*90 %$/);
    assert.deepEqual(missed(scored(95, 5), scored(10, 90), 0), []);
    assert.deepEqual(missedFloors([{ name: "new" }], new Map(), 0), ["new: has never been measured"]);
  });

  test("a group is measured again when a source, a test or a fixture of its tests changes", () => {
    const measured = measuredFiles(groups.find(({ name }) => name === "guard")!);
    for (const path of ["src/verify-token.ts", "test/entra-profile.test.ts", "test/fixtures/manual-clock.ts"]) {
      assert.ok(measured.includes(`packages/guard/${path}`), path);
    }
  });

  test("a new comment or type leaves a score valid; a new operator, name or text does not", () => {
    const code = codeOf('export const at = (a: number, b: number) => a < b || "late";');
    assert.equal(codeOf('/** When. */\nexport const at = (a: bigint, b) =>\n  a < b || "late"; // Why.\n'), code);
    for (const other of ["a <= b || 'late'", 'a < c || "late"', 'a < b || "late "']) {
      assert.notEqual(codeOf(`export const at = (a, b) => ${other};`), code);
    }
  });

  test("each group names files that exist, and no source is in two groups", () => {
    const sources = groups.flatMap(sourcesOf);
    assert.deepEqual(sources, [...new Set(sources)]);
    for (const group of groups) assert.ok(testsOf(group).length > 0);
  });
});
