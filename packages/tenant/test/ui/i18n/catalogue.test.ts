import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { html } from "../../../src/ui/html.ts";
import { languages, locales } from "../../../src/ui/i18n/languages.ts";

/** Words that are the same in German. */
const sameInGerman = new Set([
  "common.problem",
  "enterCode.label",
  "deviceConsent.code",
  "signUp.details.name",
  "account.passkeys",
  "passkeys.add.name",
  "passkeys.edit.name",
]);

type Leaf = string | ((...given: unknown[]) => unknown);

/** Every entry by its path. */
function entriesOf(catalogue: object, at = ""): Map<string, Leaf> {
  return new Map(
    Object.entries(catalogue).flatMap(([key, value]) =>
      typeof value === "object" ? [...entriesOf(value, `${at}${key}.`)] : [[`${at}${key}`, value] as [string, Leaf]],
    ),
  );
}

/** The entry in words; where it takes data, with the same data in every language. */
function wordsOf(entry: Leaf): string {
  if (typeof entry === "string") return entry;
  const given = Array.from({ length: entry.length }, (_, i) => i + 2);
  return String(entry(...given));
}

const english = entriesOf(languages.en.messages);

for (const locale of locales) {
  const entries = entriesOf(languages[locale].messages);

  describe(`the catalogue ${locale}`, () => {
    test("has the entries that English has, and no other", () => {
      const shape = (of: Map<string, Leaf>) => [...of].map(([path, entry]) => `${path}: ${typeof entry}`).sort();
      assert.deepEqual(shape(entries), shape(english));
    });

    test("has words in every entry, without spaces around them", () => {
      for (const [path, entry] of entries) assert.match(wordsOf(entry), /^\S(.*\S)?$/s, path);
    });

    test("writes the data that it is given into each sentence", () => {
      for (const [path, entry] of entries) {
        if (typeof entry === "string" || path.startsWith("time.")) continue;
        for (let i = 0; i < entry.length; i++) assert.match(wordsOf(entry), new RegExp(`\\b${i + 2}\\b`), path);
      }
    });

    test("escapes what it is given as text", () => {
      const { ended, signOut } = languages[locale].messages;
      for (const message of [ended.failed, signOut.somebody]) {
        assert.ok(String(message(html`${"<b>"}`)).includes("&lt;b&gt;"));
      }
    });
  });
}

test("German has one word for one thing, and does not break “E‑Mail”", () => {
  for (const [path, entry] of entriesOf(languages.de.messages)) {
    assert.doesNotMatch(wordsOf(entry), /Authentifizierungs-?App|\bE-Mail/i, path);
  }
});

test("no entry was left in English", () => {
  const german = entriesOf(languages.de.messages);
  const same = [...english].filter(([path, entry]) => wordsOf(entry) === wordsOf(german.get(path)!));
  assert.deepEqual(new Set(same.map(([path]) => path)), sameInGerman);
});
