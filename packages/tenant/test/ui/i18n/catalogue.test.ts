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
  "ownAccount.activity.withApp",
  "ownAccount.device.app",
  "ownAccount.profile.name",
  "time.clock",
  "time.minute",
  "titles.my_app",
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

/** The text of an entry. If it takes data, every language gets the same. */
function wordsOf(entry: Leaf): string {
  if (typeof entry === "string") return entry;
  const given = Array.from({ length: entry.length }, (_, i) => i + 2);
  return String(entry(...given));
}

/**
 * What users read. The console is for those who know the words of the protocol, and its sentences take records and markup:
 * console-words.test.ts and audit-record.test.ts check them.
 */
const ofUsers = (entries: Map<string, Leaf>) =>
  new Map([...entries].filter(([path]) => !/^(?:console|audit)/.test(path)));

const english = entriesOf(languages.en.messages);

for (const locale of locales) {
  const all = entriesOf(languages[locale].messages);
  const entries = ofUsers(all);

  describe(`the catalogue ${locale}`, () => {
    test("has the same entries as English", () => {
      const shape = (of: Map<string, Leaf>) => [...of].map(([path, entry]) => `${path}: ${typeof entry}`).sort();
      assert.deepEqual(shape(all), shape(english));
    });

    test("has text in every entry, without surrounding spaces", () => {
      for (const [path, entry] of entries) assert.match(wordsOf(entry), /^\S(.*\S)?$/s, path);
    });

    test("writes its data into each sentence", () => {
      for (const [path, entry] of entries) {
        if (typeof entry === "string" || path.startsWith("time.")) continue;
        for (let i = 0; i < entry.length; i++) assert.match(wordsOf(entry), new RegExp(`\\b${i + 2}\\b`), path);
      }
    });

    test("escapes its data", () => {
      const { ended, signOut } = languages[locale].messages;
      for (const message of [ended.failed, signOut.signedIn]) {
        assert.ok(String(message(html`${"<b>"}`)).includes("&lt;b&gt;"));
      }
    });
  });
}

test("German uses one term for one thing, and does not break “E‑Mail”", () => {
  for (const [path, entry] of ofUsers(entriesOf(languages.de.messages))) {
    assert.doesNotMatch(wordsOf(entry), /Authentifizierungs-?App|\bE-Mail/i, path);
  }
});

test("German addresses the reader as Sie, on pages and in mails", () => {
  for (const [path, entry] of ofUsers(entriesOf(languages.de.messages))) {
    assert.doesNotMatch(
      wordsOf(entry),
      /\b(?:du|dich|dir|dein|deine|deinem|deinen|deiner|deines|euch|euer|eure|euren|ihr)\b/,
      path,
    );
  }
});

test("no language uses a word of the protocol", () => {
  const words = {
    en: /\b(?:authori[sz]\w*|scopes?|tokens?|consents?|oauth|clients?|grants?)\b/i,
    de: /autoris|berechtigung|scope|token|consent|einwillig|oauth|\bclient\b|faktor/i,
  };
  for (const locale of locales) {
    for (const [path, entry] of ofUsers(entriesOf(languages[locale].messages))) {
      assert.doesNotMatch(wordsOf(entry), words[locale], path);
    }
  }
});

test("no entry was left in English", () => {
  const german = entriesOf(languages.de.messages);
  const same = [...ofUsers(english)].filter(([path, entry]) => wordsOf(entry) === wordsOf(german.get(path)!));
  assert.deepEqual(new Set(same.map(([path]) => path)), sameInGerman);
});
