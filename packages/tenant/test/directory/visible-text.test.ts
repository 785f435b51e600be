// cspell:ignoreRegExp /[\u0600-\u0dff\u200c\u200d]+/g
// cspell:ignore gbeng gbsct gbwls usca adda
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { cleanDisplayName, cleanRegisteredName } from "../../src/directory/identity.ts";
import { withoutInvisible, withoutSpelling } from "../../src/directory/visible-text.ts";

const JOINER = "\u200d";
const NON_JOINER = "\u200c";
const tagged = (flag: string) =>
  `\u{1f3f4}${[...flag].map((letter) => String.fromCodePoint(0xe0000 + letter.charCodeAt(0))).join("")}\u{e007f}`;

const spelled: [string, string[]][] = [
  ["Sinhala", [`ශ්${JOINER}රී ලංකා`, `ප්${JOINER}රියංකා`, `බුද${JOINER}්ධ`]],
  ["Persian", [`علی${NON_JOINER}رضا`, `می${NON_JOINER}خواهم`, `خانِ${NON_JOINER}ه`]],
  ["Malayalam, also at the end of a word", [`രാജന്${JOINER}`, `അവന്${JOINER} വന്നു`, `രാജ്${NON_JOINER}കുമാർ`]],
  ["Hindi, Kannada and Bengali", [`क्${JOINER}ष`, `ರಾಜ್${NON_JOINER}ಕುಮಾರ`, `র${JOINER}্যাব`]],
  ["emoji sequences", ["👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🧑🏿‍🦰", "❤️‍🔥"]],
  ["flags of England, Scotland and Wales", ["gbeng", "gbsct", "gbwls"].map(tagged)],
];

const disguise: [string, [string, string][]][] = [
  [
    "in Latin, Greek and Cyrillic",
    [`A${JOINER}da`, `Αδ${NON_JOINER}α`, `Ад${JOINER}а`].map((t) => [t, t.replace(/[\u200c\u200d]/, "")]),
  ],
  [
    "alone, first or last",
    [
      [JOINER, ""],
      [`${JOINER}Ada`, "Ada"],
      [`Ada${NON_JOINER}`, "Ada"],
      [`علی${NON_JOINER}`, "علی"],
      [`👩${JOINER}`, "👩"],
    ],
  ],
  [
    "repeated",
    [
      [`ශ්${JOINER}${JOINER}රී`, `ශ්${JOINER}රී`],
      [`علی${NON_JOINER}${NON_JOINER}رضا`, "علیرضا"],
    ],
  ],
  ["after an Arabic letter that never joins", [[`دار${NON_JOINER}ها`, "دارها"]]],
  [
    "between letters of two scripts",
    [
      [`علی${NON_JOINER}Ada`, "علیAda"],
      [`A${JOINER}්`, "A්"],
      [`ශ්${NON_JOINER}A`, "ශ්A"],
    ],
  ],
];

describe("invisible characters in what people call themselves", () => {
  for (const [where, texts] of spelled) {
    test(`joiners stay where they are spelling: ${where}`, () => {
      for (const text of texts) {
        assert.equal(cleanDisplayName(text), text.normalize("NFC"));
        assert.doesNotMatch(withoutSpelling(text), /\p{C}/u);
      }
    });
  }

  for (const [where, texts] of disguise) {
    test(`joiners go where they change nothing that can be seen: ${where}`, () => {
      for (const [text, clean] of texts) assert.equal(cleanDisplayName(text), clean, JSON.stringify(text));
    });
  }

  test("bidi controls, zero-width spaces, soft hyphens and other tags go", () => {
    for (const sign of ["\u202e", "\u2066", "\u200b", "\u200e", "\u2060", "\u00ad", "\u{e0061}", "\u0000"]) {
      assert.equal(cleanDisplayName(`A${sign}da`), "Ada");
    }
    assert.equal(cleanDisplayName(tagged("usca")), "\u{1f3f4}");
    assert.equal(cleanDisplayName(tagged("gbsct").replace("\u{e007f}", "")), "\u{1f3f4}");
  });

  test("what was cleaned once stays as it is, composed", () => {
    const sign = fc.constantFrom(
      JOINER,
      NON_JOINER,
      "\u200b",
      "ශ",
      "්",
      "ر",
      "ی",
      "َ",
      "e",
      "\u0301",
      "👩",
      "\ufe0f",
      "🏽",
      " ",
    );
    fc.assert(
      fc.property(fc.array(sign, { maxLength: 12 }), (signs) => {
        const once = cleanDisplayName(signs.join(""));
        assert.equal(cleanDisplayName(once), once);
        assert.equal(withoutInvisible(once), once);
        assert.equal(once.normalize("NFC"), once);
      }),
      { numRuns: 2_000 },
    );
  });

  test("thousands of joiners and marks are cleaned at once", () => {
    const before = process.cpuUsage();
    for (const text of [NON_JOINER, `ی${"َ".repeat(9)}${NON_JOINER}`, `👩${"\ufe0f".repeat(9)}${JOINER}`, "َ"]) {
      cleanDisplayName(text.repeat(16_384));
    }
    assert.ok(process.cpuUsage(before).user < 5_000_000);
  });
});

test("a name of an app, API, group or policy has no joiner, so that no second one looks the same", () => {
  assert.equal(cleanRegisteredName(`  ශ්${JOINER}රී\u00a0 ලංකා `), "ශ්රී ලංකා");
  assert.equal(cleanRegisteredName(`Contoso${NON_JOINER}`), "Contoso");
  for (const ignorable of ["\u034f", "\ufe0f", "\u3164", "\u115f", "\u17b4", "\u{e0100}"]) {
    assert.equal(cleanRegisteredName(`Ada${ignorable}Ada`), "AdaAda", ignorable.codePointAt(0)?.toString(16));
  }
  assert.equal(cleanRegisteredName("👨‍👩‍👧"), "👨👩👧");
});
