// cspell:ignoreRegExp /[\u0600-\u0dff\u200c\u200d]+/g
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleanDeviceText } from "../../src/directory/device-text.ts";

test("a plain name is not changed", () => {
  for (const name of [
    "Living-room TV",
    "Küche 2",
    "居間のテレビ",
    "HP LaserJet 4",
    "Pi (attic)",
    "Model 3.x",
    "Build 2.rc1",
    "St. Ives",
    "リビング・テレビ",
    "Sala Paral·lel",
    "طابعة ١٢٠",
    "Windows 10.0.22631.4037",
    "Linux 6.8.0-45-generic",
    "Chrome 120.0.6099.109",
    "std::box",
    "aa:bb:cc:dd:ee:ff",
    "Camera 2024-11-29",
    "Printer 4711-08",
    "Fire TV 2024",
    "@home",
  ]) {
    assert.deepEqual(cleanDeviceText(name), { text: name });
  }
});

test("joiners that are spelling are kept, and hide no address", () => {
  for (const name of [
    "ශ්\u200dරී TV",
    "پخش\u200cکننده",
    "TV 👨\u200d👩\u200d👧",
    "TV \u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
  ]) {
    assert.deepEqual(cleanDeviceText(name), { text: name });
  }
  const refused = { problem: "it contains control characters or invisible characters." };
  for (const name of [
    "T\u200dV",
    "TV\u200d",
    "\u200cTV",
    "T\u200c\u200cV",
    "evil\u200d.example",
    "evil.\u200cexample",
  ]) {
    assert.deepEqual(cleanDeviceText(name), refused, JSON.stringify(name));
  }
  for (const name of ["مثال.ب\u200cب", "ක්\u200dෂ.ලංකා"]) {
    assert.deepEqual(cleanDeviceText(name), { problem: "it looks like a web address." }, JSON.stringify(name));
  }
  // They part digits and dots for a check, and not for a reader.
  for (const name of [
    "0800\ufe0f 123\ufe0f 4567",
    "0800\u034f123\u034f4567",
    "192.\ufe0f0.2.1",
    "http:\ufe0f//x",
    "a\u3164b",
  ]) {
    assert.deepEqual(cleanDeviceText(name), refused, JSON.stringify(name));
  }
  assert.deepEqual(cleanDeviceText([..."08001234567"].map((digit) => `${digit}\u20e3`).join("")), {
    problem: "it looks like a telephone number.",
  });
  assert.deepEqual(cleanDeviceText("Ada’s ❤\ufe0f TV"), { text: "Ada’s ❤\ufe0f TV" });
});

test("an empty or blank text is no name", () => {
  for (const name of [undefined, "", "   "]) assert.deepEqual(cleanDeviceText(name), { text: null });
});

test("spaces are trimmed and collapsed, letters composed, and letters of other shapes become plain ones", () => {
  assert.deepEqual(cleanDeviceText("  Ku\u0308che   2 "), { text: "Küche 2" });
  assert.deepEqual(cleanDeviceText("\uff34\uff36 \u{1d5e5}oom\u00a0\u2461"), { text: "TV Room 2" });
});

test("40 characters are accepted, 41 are not, counted as users see them", () => {
  assert.deepEqual(cleanDeviceText("📺".repeat(40)), { text: "📺".repeat(40) });
  assert.deepEqual(cleanDeviceText("x".repeat(41)), { problem: "it is longer than 40 characters." });
});

const refusals: [string, string[]][] = [
  [
    "it contains control characters or invisible characters.",
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
      "example\u2024com",
      "example\ufe52com",
      "example\ua4f8com",
      "example\u06d4com",
      "example\u{1d16d}com",
      "example\u00b7com",
      "example\u2022com",
      "example\u0660com",
      "example .com",
      "\u{1d5f2}xample.\uff43om",
      "http\uff1a\uff0f\uff0fx",
    ],
  ],
  ["it looks like an email address.", ["ada@contoso", "ada @ contoso", "ada\uff20contoso", "ada\ufe6bcontoso"]],
  [
    "it looks like an IP address.",
    [
      "192.0.2.7",
      "at 10.0.0.1",
      "192\u30020\u30022\u30027",
      "\uff11\uff190.0.2.7",
      "fe80::1",
      "2001:db8::7",
      "::1",
      "2001:db8:1:2:3:4:5:6",
    ],
  ],
  [
    "it looks like a telephone number.",
    [
      "call 0800 123 4567",
      "+49 30 901820",
      "(030) 90 18-20",
      "555.123.4567",
      "01.23.45.67.89",
      "0800/1234567",
      "0800\u20131234567",
      "call08001234567",
      "SN 12345678",
      "\uff10\uff18\uff10\uff10 123 456",
      "\u0668\u0660\u0660 \u0661\u0662\u0663 \u0664\u0665",
      "0800 2024-11-29 123 4567",
    ],
  ],
];
/** As ASCII: some reporters treat U+2028 as the end of a line. */
const shown = (text: string) =>
  JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`);

for (const [problem, texts] of refusals) {
  for (const text of texts) {
    test(`${shown(text)} is refused: ${problem}`, () => assert.deepEqual(cleanDeviceText(text), { problem }));
  }
}

test("for any input, the displayed text has no control or invisible character and at most 40 characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const cleaned = cleanDeviceText(text);
      if (!("text" in cleaned) || cleaned.text === null) return;
      assert.ok([...cleaned.text].length <= 40);
      assert.doesNotMatch(cleaned.text, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
});
