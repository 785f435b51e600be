import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAX_ANSWER } from "../../src/directory/check-user-flow.ts";
import { matchesPattern, patternProblem } from "../../src/directory/pattern.ts";

/** Each makes a backtracking engine try every way to split a run of its letters. */
const PATTERNS: [pattern: string, unit: string, end: string][] = [
  ["([а-яА-Я]+[ -]?)+", "а", "!"],
  ["(a+)+", "a", "!"],
  ["(a|a)*", "a", "!"],
  ["(\\w+\\s?)+", "a", "!"],
  ["(ß|[ßẞ])*", "ß", "!"],
  ["(?:[\\p{L}]+['’ -]?)+", "é", "!"],
  ["(.*)*", "x", "\n"],
  ["(x+x+)+y", "x", "!"],
];

describe("an answer that nearly matches an administrator's pattern", () => {
  for (const [pattern, unit, end] of PATTERNS) {
    test(`is judged at once: ${pattern}`, () => {
      assert.equal(patternProblem(pattern), null);
      const answer = `${unit.repeat(MAX_ANSWER - 1)}${end}`;
      const began = performance.now();
      for (let i = 0; i < 20; i++) assert.equal(matchesPattern(pattern, answer.slice(i)), false);
      // A backtracking engine would take longer than the age of the universe; this one takes milliseconds.
      assert.ok(performance.now() - began < 30_000);
    });
  }
});
