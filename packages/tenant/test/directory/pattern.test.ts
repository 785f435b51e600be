import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { MAX_PATTERN_STEPS, matchesPattern, patternProblem } from "../../src/directory/pattern.ts";

describe("patterns", () => {
  test("match the whole value, by Unicode", () => {
    assert.equal(matchesPattern("[A-Z]{2}", "AB"), true);
    assert.equal(matchesPattern("[A-Z]{2}", "ABC"), false);
    assert.equal(matchesPattern("a|b", "ab"), false);
    assert.equal(matchesPattern("a|ab", "ab"), true);
    assert.equal(matchesPattern("^\\d+$", "12"), true);
    assert.equal(matchesPattern(".", "🦉"), true);
    assert.equal(matchesPattern("[a-zA-Z0-9-]+", "a-b"), true, "Entra's own patterns have a bare dash");
  });

  test("mean what they mean in JavaScript", () => {
    for (const [pattern, value] of [
      ["\\u0041\\u{1f989}", "A🦉"],
      ["\\p{Script=Greek}+", "αβγ"],
      ["\\P{sc=Greek}+", "abc"],
      ["\\\\u0041", "\\u0041"],
      ["(?<year>\\d{4})-\\d{2}", "2026-11"],
      ["(?:[A-Z]{2} )?\\d{2}-\\d{3}", "PL 00-950"],
      ["\\p{L}[\\p{L}\\p{M} '-]*", "Łucja O'Neill-Żak"],
    ] as const) {
      assert.equal(patternProblem(pattern), null, pattern);
      assert.equal(matchesPattern(pattern, value), true, pattern);
      assert.equal(new RegExp(`^(?:${pattern})$`, "u").test(value), true, pattern);
    }
  });

  test("with constructs that cannot be matched in linear time are refused, and the error names the construct", () => {
    for (const [pattern, construct] of [
      ["(?=.*\\d).+", "(?="],
      ["(?!admin).+", "(?!"],
      ["(?<=a)b", "(?<=a)b"],
      ["(a)\\1", "\\1"],
      ["(?<x>a)\\k<x>", "\\k"],
      ["a{1001}", "{1001}"],
    ] as const) {
      const problem = patternProblem(pattern) ?? "";
      assert.ok(
        problem.startsWith(`uses ${construct},`) || problem.startsWith("is too large"),
        `${pattern}: ${problem}`,
      );
      assert.equal(matchesPattern(pattern, "a"), false, "and one that was stored before matches nothing");
    }
    for (const pattern of ["[a-", "a)|(b", "(", "*"])
      assert.equal(patternProblem(pattern), "is not a regular expression");
  });

  test("that are too large are refused before they are compiled", () => {
    for (const pattern of ["(.?){1000}".repeat(95), "((a{1,100}){1,100}){1,9}", "(?:[ab]{9}){400}", "\\p{L}{1,1000}"]) {
      assert.match(patternProblem(pattern) ?? "", /^is too large/, pattern);
    }
    for (const pattern of ["[\\p{L} ]{1,250}", "[A-Z]{2}\\d{2}(?: [0-9A-Z]{4}){1,7}", "(?:\\d{1,3}\\.){3}\\d{1,3}"]) {
      assert.equal(patternProblem(pattern), null, pattern);
    }
  });

  test("what is accepted never compiles to more than it may", () => {
    const atom = fc.constantFrom("a", "\\d", "[a-z]", "\\p{L}", ".", "[^\\]x]", "\\{", "\\u0041");
    const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
      part: fc.oneof(
        { maxDepth: 4 },
        atom,
        fc
          .tuple(tie("pattern"), fc.constantFrom("", "?", "*", "+", "{3}", "{2,}", "{0,7}", "{1,40}"))
          .map(([inner, count]) => `(?:${inner})${count}`),
        fc.tuple(atom, fc.constantFrom("?", "{0}", "{20}", "{1,90}", "{30,}?")).map(([inner, count]) => inner + count),
      ),
      pattern: fc.array(tie("part"), { minLength: 1, maxLength: 4 }).map((parts) => parts.join("")),
    }));
    fc.assert(
      fc.property(pattern, (written) => {
        if (patternProblem(written) !== null) return;
        const steps = RE2JS.compile(written.replaceAll("\\u0041", "A")).programSize();
        assert.ok(steps <= MAX_PATTERN_STEPS + 10, `${written}: ${steps}`);
      }),
      { numRuns: 300 },
    );
  });
});
