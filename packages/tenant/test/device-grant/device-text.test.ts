import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanDeviceText } from "../../src/device-grant/device-text.ts";

test("a plain name passes as it is", () => {
  for (const name of ["Living-room TV", "Küche 2", "居間のテレビ", "HP LaserJet 4", "Pi (attic)"]) {
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
  assert.ok("problem" in cleanDeviceText("x".repeat(41)));
});

test("what could disguise or lead away is refused", () => {
  const bad = [
    "a\u0000b",
    "a\nb",
    "\u202Etxt",
    "a\u200Bb",
    "https://evil.example",
    "www.evil",
    "call evil.example",
    "\uD800",
  ];
  for (const name of bad) assert.ok("problem" in cleanDeviceText(name), JSON.stringify(name));
});

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
