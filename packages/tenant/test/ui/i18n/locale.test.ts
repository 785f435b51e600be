import assert from "node:assert/strict";
import { test } from "node:test";
import { acceptedLocale, askedLocale } from "../../../src/ui/i18n/locale.ts";

test("ui_locales: the first available language wins; mkt comes after it", () => {
  const asked = (uiLocales?: string, mkt?: string) => askedLocale({ uiLocales, mkt });
  assert.equal(asked("de"), "de");
  assert.equal(asked("fr-CA de-CH en"), "de");
  assert.equal(asked("EN-us de"), "en");
  assert.equal(asked(undefined, "de-DE"), "de");
  assert.equal(asked("en", "de"), "en");
  assert.equal(asked("fr", "de"), "de");
  for (const unknown of [
    "",
    " ",
    "fr",
    "deutsch",
    "de_DE",
    "d",
    "*",
    "de-",
    "-de",
    "../de",
    `${"x".repeat(2_000)} de`,
  ]) {
    assert.equal(asked(unknown), undefined, unknown);
  }
});

test("Accept-Language: sorted by weight, then by order", () => {
  const accepted: Record<string, string> = {
    de: "de",
    "de-AT,de;q=0.9,en;q=0.8": "de",
    "en;q=0.3, de;q=0.7": "de",
    "de;q=0.7, en": "en",
    "fr, de;q=0.5, en;q=0.4": "de",
    "fr;q=1.0, *;q=0.5": "en",
    "en;q=0, *": "de",
    "de;q=0": "en",
    "DE ; q=0.500": "de",
    "en; q=0.3, de; q=0.7": "de",
    "de-AT, en;q=0.9, de;q=0.1": "de",
  };
  for (const [header, locale] of Object.entries(accepted)) assert.equal(acceptedLocale(header), locale, header);
});

test("an unreadable or missing header means English", () => {
  const junk = [
    undefined,
    "",
    ",,;",
    "xx-XX;q=9",
    "de;q=9",
    "de;q=abc",
    "de;q=1.001",
    "<de>",
    `${"fr,".repeat(2_000)}de`,
  ];
  for (const header of junk) assert.equal(acceptedLocale(header), "en", header);
});
