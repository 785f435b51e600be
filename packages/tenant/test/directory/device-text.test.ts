import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanDeviceText } from "../../src/directory/device-text.ts";

test("a plain name passes as it is", () => {
  for (const name of [
    "Living-room TV",
    "Küche 2",
    "居間のテレビ",
    "HP LaserJet 4",
    "Pi (attic)",
    "Model 3.x",
    "Build 2.rc1",
    "St. Ives",
  ]) {
    assert.deepEqual(cleanDeviceText(name), { text: name });
  }
});

test("nothing, and blanks, are no name", () => {
  for (const name of [undefined, "", "   "]) assert.deepEqual(cleanDeviceText(name), { text: null });
});

test("blanks are trimmed and joined, letters composed", () => {
  assert.deepEqual(cleanDeviceText("  Ku\u0308che   2 "), { text: "Küche 2" });
});

test("40 characters pass, 41 do not, counted as a person counts", () => {
  assert.deepEqual(cleanDeviceText("📺".repeat(40)), { text: "📺".repeat(40) });
  assert.deepEqual(cleanDeviceText("x".repeat(41)), { problem: "it is longer than 40 characters." });
});

const refusals: [string, string[]][] = [
  [
    "it holds control or invisible characters.",
    ["a\u0000b", "a\nb", "\u202Etxt", "a\u200Bb", "a\uE000b", "a\u2028b", "a\u2029b", "\uD800"],
  ],
  [
    "it looks like a web address.",
    [
      "https://x",
      "www.1",
      "WWW.1",
      "call evil.example",
      "evil.example.",
      "8.example",
      "x-.example",
      "_.example",
      "ü.example",
      "буквы.рф",
      "x.भारत",
      "भी.example",
      "x.xn--p1ai",
      "example\u3002com",
      "example\uff0ecom",
      "example\uff61com",
    ],
  ],
];
/** As ASCII: some reporters take U+2028 for the end of a line. */
const shown = (text: string) =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);

for (const [problem, texts] of refusals) {
  for (const text of texts) {
    test(`${shown(text)} is refused: ${problem}`, () => assert.deepEqual(cleanDeviceText(text), { problem }));
  }
}

test("whatever is sent, what is shown has no control or invisible character and at most 40", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const cleaned = cleanDeviceText(text);
      if (!("text" in cleaned) || cleaned.text === null) return;
      assert.ok([...cleaned.text].length <= 40);
      assert.doesNotMatch(cleaned.text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
