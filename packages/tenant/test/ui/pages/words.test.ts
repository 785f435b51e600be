import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { languages, locales } from "../../../src/ui/i18n/languages.ts";
import { renderPage } from "../../../src/ui/render.ts";
import { pseudoOf, withoutMarked } from "../i18n/pseudo.ts";
import { chrome, chromeIn, samples } from "./sample-views.ts";

const pseudo = { ...chrome, messages: pseudoOf(chrome.messages) };

/**
 * All texts for users and screen readers: between tags, in attributes that are read aloud, and in those that the script
 * shows.
 */
function textsOf(page: string): string[] {
  const body = page.replace(/<style\b.*?<\/style>/gs, "").replace(/<script\b.*?<\/script>/s, "");
  const between = body.split(/<[^>]*>/);
  const read = [
    ...body.matchAll(
      / (?:placeholder|title|aria-label|aria-description|alt|data-cancelled|data-exists|data-broken)="([^"]*)"/g,
    ),
  ];
  return [...between, ...read.map(([, text]) => text ?? "")].map(unescaped);
}

function unescaped(text: string): string {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name) => entities[name]!);
}

/** All texts of a view, except for those that select the page. */
function dataOf(value: unknown, key = ""): string[] {
  if (typeof value === "string")
    return ["page", "problem", "network", "kind", "of", "purpose", "leadsTo", "by"].includes(key) ? [] : [value];
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([k, v]) => dataOf(v, k));
}

/**
 * Everything that is not from the catalogue, in pieces. The dot is the one before the tenant's name in the document
 * title.
 */
const foreignTo = (texts: string[]) =>
  texts
    .flatMap(withoutMarked)
    .flatMap((text) => text.split(" · "))
    .map(plain);

const plain = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, "").toLowerCase();

describe("no page has hard-coded text", () => {
  for (const { name, view } of samples) {
    test(`${name}: everything not from the catalogue is data`, () => {
      const data = [...dataOf(view), chrome.tenantName].map(plain);
      const texts = textsOf(renderPage(view, pseudo));
      assert.ok(texts.some((text) => text.includes("⟦")));
      for (const rest of foreignTo(texts)) {
        assert.ok(
          data.some((text) => text.includes(rest)),
          `“${rest}” is hard-coded`,
        );
      }
    });
  }

  test("hard-coded text would be found", () => {
    const texts = textsOf('<p>⟦Sign in to ⟧Contoso⟦.⟧</p><button title="Hello">⟦Go⟧</button>');
    assert.deepEqual(foreignTo(texts).filter(Boolean), ["contoso", "hello"]);
  });
});

describe("the document declares its language", () => {
  for (const locale of locales) {
    test(locale, () => {
      for (const { view } of samples) {
        assert.ok(
          renderPage(view, chromeIn(locale)).includes(`<html lang="${locale}" dir="${languages[locale].dir}">`),
        );
      }
    });
  }

  test("and its direction, from the catalogue alone", () => {
    assert.match(renderPage({ page: "expired" }, { ...chrome, dir: "rtl" }), /<html lang="en" dir="rtl">/);
  });
});

test("German pages use no word of the protocol either", () => {
  for (const { name, view } of samples) {
    const words = textsOf(renderPage(view, chromeIn("de")))
      .join(" ")
      .replaceAll("ciam-client-app", "");
    assert.doesNotMatch(
      words,
      /autoris|berechtigung|scope|oauth|token|consent|einwillig|\bclient\b|totp|faktor/i,
      name,
    );
  }
});
