import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import {
  displayUserCode,
  guessGrade,
  newUserCode,
  normalizeUserCode,
  USER_CODE_ALPHABET,
  userCodeLength,
} from "../../src/directory/user-code.ts";

const code = fc
  .array(fc.constantFrom(...USER_CODE_ALPHABET), { minLength: 8, maxLength: 12 })
  .map((letters) => letters.join(""));
const separator = fc.constantFrom("", "", "-", " ", "–", "_", ".", "\u00a0", "\t", "- ");

describe("user_code", () => {
  test("its alphabet has twenty different consonants and nothing that looks like a digit", () => {
    assert.equal(new Set(USER_CODE_ALPHABET).size, 20);
    assert.match(USER_CODE_ALPHABET, /^[B-DF-HJ-NP-TV-XZ]+$/);
  });

  test("the 24th live code has 8 characters, the 25th 9, the 488th 9, the 9,765th 10", () => {
    const nth = (count: number) => userCodeLength(count - 1);
    assert.deepEqual([1, 24, 25, 488, 489, 9_765, 9_766].map(nth), [8, 8, 9, 9, 10, 10, 11]);
  });

  test("a thousand guesses a day hit any of the live codes with a probability of at most 2^-20", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), (others) => {
        const hit = (1_000 * (others + 1)) / 20 ** userCodeLength(others);
        assert.ok(hit <= 2 ** -20, `${hit}`);
      }),
    );
  });

  test("codes get a letter longer after 500 wrong guesses in a day, and after eight times as many again", () => {
    assert.deepEqual([0, 500, 501, 4_500, 4_501, 36_500, 36_501].map(guessGrade), [0, 0, 1, 1, 2, 2, 3]);
    assert.equal(userCodeLength(0, 2), userCodeLength(0) + 2);
  });

  test("a new code has the requested length, only letters of the alphabet, and over time all of them", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const drawn = newUserCode(9);
      assert.equal(drawn.length, 9);
      for (const letter of drawn) seen.add(letter);
    }
    assert.deepEqual([...seen].sort().join(""), [...USER_CODE_ALPHABET].sort().join(""));
  });

  test("case, dashes, spaces and other punctuation make no difference to what was typed", () => {
    fc.assert(
      fc.property(code, fc.infiniteStream(fc.tuple(separator, fc.boolean())), (letters, typing) => {
        let typed = "";
        for (const letter of letters) {
          const [before, lower] = typing.next().value;
          typed += before + (lower ? letter.toLowerCase() : letter);
        }
        assert.equal(normalizeUserCode(`${typed} `), letters);
      }),
    );
  });

  test("a displayed code can be read back", () => {
    fc.assert(fc.property(code, (letters) => assert.equal(normalizeUserCode(displayUserCode(letters)), letters)));
    assert.equal(displayUserCode("BCDFGHJK"), "BCDF-GHJK");
    assert.equal(displayUserCode("BCDFGHJKL"), "BCDFG-HJKL");
  });

  test("full-width letters, which some phones type, are letters", () => {
    assert.equal(normalizeUserCode("ＢＣＤＦ－ｇｈｊｋ"), "BCDFGHJK");
  });

  test("any text becomes at most a short string of letters and digits, and does not change when normalized again", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (typed) => {
        const normalized = normalizeUserCode(typed);
        assert.match(normalized, /^[A-Z0-9]*$/);
        // One character may become several (a ligature), but not without limit.
        assert.ok(normalized.length <= 64 * 18);
        assert.ok(normalized.startsWith(normalizeUserCode(normalized)));
      }),
    );
    assert.equal(normalizeUserCode("B".repeat(100_000)).length, 64);
  });
});
