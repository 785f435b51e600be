// cspell:ignore Benutzerabl äufe deaktivier
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { protocolErrors } from "../../../src/oauth/protocol-error.ts";
import { refusals } from "../../../src/ui/i18n/de/refusals.ts";
import { languages } from "../../../src/ui/i18n/languages.ts";

/**
 * The word of the console for a thing, and the second word that means the same. "User" remains for users in general, who are
 * on no page: what an app does with them.
 */
const secondWords = {
  en: [
    { use: "Person", not: /^Users?$|^User \(|\b(?:this|these|no|all|deleted) users?\b(?! flows?)/i },
    { use: "Disable", not: /\bblock/i },
  ],
  de: [
    { use: "Person", not: /^Benutzer$|^Benutzer \(|\b(?:diese[rmn]?|kein) Benutzern?\b/i },
    { use: "Benutzerflow", not: /Benutzerabl(?:auf|äufe)/ },
    { use: "Token (auch im Plural)", not: /\bTokens\b/ },
    { use: "gesperrt", not: /deaktivier/i },
    { use: "Protokoll", not: /Audit-Protokoll/ },
    { use: "E‑Mail", not: /(?<!E‑)\bMails?\b/ },
    { use: "Authenticator-App", not: /Authentifizierungs-?App/ },
    { use: "Berechtigung (Scope)", not: /\bBereich/ },
    { use: "Sie", not: /\b(?:du|dich|dir|dein|deine|deinem|deinen|deiner|euch|euer|eure)\b/ },
  ],
} as const;

function* textsOf(of: object, at: string): Generator<[path: string, text: string]> {
  for (const [key, value] of Object.entries(of)) {
    if (typeof value === "object" && value !== null) yield* textsOf(value, `${at}.${key}`);
    // The source of a function has its sentences, in every grammatical number.
    else
      for (const text of typeof value === "string" ? [value] : sentencesIn(String(value))) yield [`${at}.${key}`, text];
  }
}

const sentencesIn = (source: string) =>
  [...source.matchAll(/(["`])((?:(?!\1)[^\\]|\\.)*)\1/g)].map(([, , text = ""]) => text);

describe("The console has one word for one thing", () => {
  for (const locale of ["en", "de"] as const) {
    const { messages } = languages[locale];
    const texts = [
      ...Object.entries(messages)
        .filter(([name]) => name.startsWith(locale === "de" ? "audit" : "auditSentences") || name.startsWith("console"))
        .flatMap(([name, words]) => [...textsOf(words, name)]),
      ...(locale === "de" ? textsOf(refusals, "refusals") : []),
    ];

    for (const { use, not } of secondWords[locale]) {
      test(`in ${locale}: ${use}`, () => {
        assert.ok(texts.length > 500, "the texts were found");
        assert.deepEqual(
          texts.filter(([, text]) => not.test(text)),
          [],
        );
      });
    }
  }
});

test("what the tenant refuses has a German sentence in the console, each its own", () => {
  const { consoleRefusal } = languages.de.messages;
  // Polls that go on, and a denial, which the audit log has: register.ts reports none of them.
  const names = Object.keys(protocolErrors).filter((name) => !["pending", "slow_down", "declined"].includes(name));
  const pages = ["user_code_unknown", "app_disabled", "scope_unavailable", "administrator_required", "fault"];
  const sentences = [...names, ...pages].map((name) => consoleRefusal(name));
  for (const [index, sentence] of sentences.entries()) {
    assert.match(sentence ?? "", /^\p{Lu}.{8,}[^.]\.$/u, [...names, ...pages][index]);
  }
  assert.equal(new Set(sentences).size, sentences.length);
  assert.equal(consoleRefusal("constructor"), undefined);
});
