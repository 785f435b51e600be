import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { attrs, html, styleElement } from "../../src/ui/html.ts";

const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `' onfocus='alert(1)' autofocus='`,
  `</title></textarea></style><script>alert(1)</script>`,
  `&lt;b&gt; &amp; &#60;`,
  `<!--`,
  `]]>`,
];

/** Arbitrary text: any characters, and the ones that are special in HTML. */
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: fc.constantFrom("<", ">", '"', "'", "&", "/", "=", " ", "a", ";", "#", "-", "!") }),
  fc.constantFrom(...hostile),
);

function unescaped(markup: string): string {
  const characters: Record<string, string> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&" };
  return markup.replace(/&(?:lt|gt|quot|#39|amp);/g, (entity) => characters[entity]!);
}

describe("the html template", () => {
  test("any text between tags stays text, and none of it is lost", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const markup = html`<p>${text}</p>`.toString();
        const inside = markup.slice("<p>".length, -"</p>".length);
        assert.doesNotMatch(inside, /[<>"']/);
        assert.equal(unescaped(inside), text);
      }),
    );
  });

  test("any text in a quoted attribute stays inside its quotes", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const markup of [
          html`<p title="${text}">`,
          html`<p title='${text}'>`,
          html`<p${attrs({ title: text })}>`,
        ]) {
          const inside = markup.toString().slice(`<p title="`.length, -`">`.length);
          assert.doesNotMatch(inside, /[<>"']/);
          assert.equal(unescaped(inside), text);
        }
      }),
    );
  });

  test("markup made by the template is not escaped a second time", () => {
    const item = html`<li>${"a & b"}</li>`;
    assert.equal(html`<ul>${[item, [item]]}</ul>`.toString(), "<ul><li>a &amp; b</li><li>a &amp; b</li></ul>");
  });

  test("null, undefined and false leave nothing; zero and the empty string are values", () => {
    assert.equal(html`<p>${null}${undefined}${false}${0}${""}</p>`.toString(), "<p>0</p>");
  });

  test("an object that only looks like markup is refused or escaped, never trusted", () => {
    const forged = { toString: () => "<script>" } as unknown as string;
    assert.throws(() => html`<p>${forged}</p>`, TypeError);
  });

  test("text in a tag outside quotes is refused, because a space would start another attribute", () => {
    assert.throws(() => html`<p title=${"a onclick=alert(1)"}>`, TypeError);
    assert.throws(() => html`<p ${"onclick=alert(1)"}>`, TypeError);
    assert.throws(() => html`<${"script"}>`, TypeError);
  });

  test("markup inside a quoted attribute is refused, because its quotes would end it", () => {
    assert.throws(() => html`<p title="${html`<b class="x">`}">`, TypeError);
  });

  test("a quote inside text does not start an attribute", () => {
    assert.equal(html`<p>don't</p><p title="${"<"}">${"<"}</p>`.toString(), `<p>don't</p><p title="&lt;">&lt;</p>`);
  });
});

describe("attrs", () => {
  test("true is a bare attribute; null, undefined and false are left out; the empty string is a value", () => {
    const some = { autofocus: true, required: false, id: null, name: undefined, value: "", maxlength: 4 };
    assert.equal(attrs(some).toString(), ` autofocus value="" maxlength="4"`);
  });

  test("event handlers, style and names that are not attribute names are refused", () => {
    for (const name of ["onclick", "onfocus", "style", "a b", "a=b", "A", "", `x">`]) {
      assert.throws(() => attrs({ [name]: "1" }), TypeError, name);
    }
  });
});

describe("the style element", () => {
  test("a style sheet that would end its element is refused", () => {
    assert.throws(() => styleElement("p{}</style><script>", "n"), TypeError);
  });

  test("the nonce is escaped", () => {
    assert.equal(styleElement("p{}", `"><x>`).toString(), `<style nonce="&quot;&gt;&lt;x&gt;">p{}</style>`);
  });
});
