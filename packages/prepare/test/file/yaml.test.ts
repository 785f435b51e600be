import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readTenantFile } from "../../src/index.ts";
import { everything, problemsOf, refusal } from "./fixtures/reading.ts";

const read = (text: string) => readTenantFile(text, "doorcode.tenant.yaml");

describe("what YAML makes of a tenant file", () => {
  test("a byte order mark and the line ends of Windows change nothing, positions included", () => {
    const model = read(everything());
    assert.deepEqual(read(`\ufeff${everything()}`), model);
    assert.deepEqual(read(everything().replace(/\n/g, "\r\n")), model);
    assert.deepEqual(read(everything().replace(/\n/g, "\r")), model);
    const wrong = "tenant:\n  name: Contoso\n  color: red\n";
    const expected = [
      '3:3 "color" is unknown in a tenant: expected name, domain, colour, signUp, accountUserFlow or lifetimes. Did you mean colour?',
    ];
    for (const text of [wrong, `\ufeff${wrong}`, wrong.replace(/\n/g, "\r\n")]) {
      assert.deepEqual(problemsOf(text), expected);
    }
  });

  test("JSON is YAML too", () => {
    assert.equal(read('{"apps": {"a": {"displayName": "A"}}}').apps.a?.displayName, "A");
  });

  test("sections, entries and lists may be left empty", () => {
    const model = read("tenant:\napps:\n  a:\n    redirectUris:\napis:\nuserFlows:\n  f:\ngroups:\n  g:\n");
    assert.deepEqual(model.apps.a?.redirectUris, []);
    assert.deepEqual(model.userFlows.f?.signIn, ["password"]);
    assert.deepEqual(model.groups.g, { displayName: "g", description: "", members: [] });
  });

  for (const off of ["off", '"off"', "'off'", "false", "!!str off"]) {
    test(`mfa: ${off} is off`, () => {
      assert.equal(read(`userFlows: { f: { mfa: ${off} } }`).userFlows.f?.mfa, "off");
    });
  }

  test("a directive for YAML 1.1 does not make words of today mean something else", () => {
    assert.equal(read("%YAML 1.1\n---\nuserFlows: { f: { mfa: off } }").userFlows.f?.mfa, "off");
  });

  test("an alias stands for what its anchor marks", () => {
    const model = read("groups:\n  a: &a { description: Both }\n  b: *a\n");
    assert.deepEqual([model.groups.a?.description, model.groups.b?.description], ["Both", "Both"]);
  });

  const refused: [what: string, text: string, problems: string[]][] = [
    ["an empty file", "", ["1:1 The file says nothing."]],
    ["a file of blanks", " \n\n", ["1:1 The file says nothing."]],
    ["a file of comments", "# apps:\n# apis:\n", ["1:1 The file says nothing."]],
    ["an empty document", "---\n", ["1:1 The file says nothing."]],
    ["a list", "- apps", ["1:1 The file has to be a map; this is a list."]],
    ["plain text", "apps", ["1:1 The file has to be a map; this is text."]],
    ["two documents", "apps:\n---\napis:\n", ["2:1 A second document begins here (---); the file is one."]],
    ["a tab that indents", "apps:\n\ta: {}\n", ["2:1 A tab cannot indent in YAML."]],
    ["a key twice", "apps: {}\napis: {}\napps: {}\n", ['3:1 "apps" is there already, on line 1.']],
    ["a key that is a number", "apps:\n  2024: {}\n", ['2:3 A key has to be text. Write "2024", in quotes.']],
    ["a key that is nothing", "apps:\n  ~: {}\n", ['2:3 A key has to be text. Write "~", in quotes.']],
    ["a key that is a list", "apps:\n  ? [a]\n  : {}\n", ["2:5 A key has to be text."]],
    ["a key that JavaScript minds", "apps:\n  __proto__: {}\n", ["2:3 __proto__ cannot be a name."]],
    ["a number for text", "tenant: { name: 2024 }", ["1:17 name has to be text; this is a number."]],
    ["a truth for text", "tenant:\n  name: true", ["2:9 name has to be text; this is true or false."]],
    ["nothing for text", "tenant:\n  name:\n", ["2:3 name has no value: expected text."]],
    [
      "a colour that became a comment",
      "tenant:\n  colour: #0b6e4f\n",
      ["2:3 colour has no value: expected text. Put it in quotes: # begins a comment."],
    ],
    [
      "text for a truth",
      "apps: { a: { publicClient: on } }",
      ["1:28 publicClient has to be true or false; this is text. Did you mean true?"],
    ],
    [
      "text for a list",
      "groups: { a: { members: ada@contoso.example } }",
      ["1:25 members has to be a list; this is text."],
    ],
    ["a list for a map", "apps: [a]", ["1:7 apps has to be a map; this is a list."]],
    [
      "mfa: on",
      "userFlows: { f: { mfa: on } }",
      ['1:24 mfa "on" is unknown: expected off or required. Did you mean required?'],
    ],
    [
      "mfa: true",
      "userFlows: { f: { mfa: true } }",
      ['1:24 mfa "true" is unknown: expected off or required. Did you mean required?'],
    ],
    ["an alias without an anchor", "apps: *a", ["1:7 There is no anchor &a above."]],
    [
      "an alias within what it stands for",
      "apps: &a { b: *a }",
      ["1:15 An alias cannot stand within what it stands for."],
    ],
    [
      "a merge key",
      "groups:\n  a: &a {}\n  b: { <<: *a }\n",
      ['3:8 "<<" is unknown in a group: expected displayName, description or members.'],
    ],
    ["a tag", "apps: !secret {}", ["1:7 Tags (!name) mean nothing in this file."]],
    [
      "a bracket that is not closed",
      "apps: { a: {}\n",
      ["2:1 A bracket or brace that was opened above is not closed."],
    ],
    ["a quote that is not closed", "tenant: { name: 'x }", ["1:21 A quote that was opened is not closed."]],
    [
      "text with a colon in it",
      "tenant:\n  name: a: b\n",
      ["2:9 A map cannot begin here, after another member on the same line."],
    ],
    ["text that begins with @", "tenant: { name: @x }", ["1:17 Text cannot begin with this character."]],
    ["an unknown escape", 'tenant: { name: "\\d" }', ["1:18 This escape is unknown in text in double quotes."]],
    ["bytes that were no UTF-8", "tenant:\n  name: M\ufffdller\n", ["2:10 This is not UTF-8 text."]],
    ["half a surrogate pair", "tenant: { name: \ud83d }", ["1:17 This is not UTF-8 text."]],
    [
      "a control character",
      "tenant: { name: \u0000 }",
      ["1:17 This is a control character, which YAML does not have."],
    ],
    ["a control character, escaped", 'tenant: { name: "a\\eb" }', ["1:17 name has a character that cannot be seen."]],
    [
      "a character that turns the text around",
      'tenant: { name: "a\u202eb" }',
      ["1:17 name has a character that cannot be seen."],
    ],
    ["more than 1 MiB", `#${"x".repeat(1024 * 1024)}`, ["1:1 The file is larger than 1 MiB: this is no tenant file."]],
    ["a nesting that is too deep", `apps: ${"[".repeat(1_000)}`, ["1:70 It is nested too deeply."]],
  ];
  for (const [what, text, problems] of refused) {
    test(`${what} is refused, with its place`, () => assert.deepEqual(problemsOf(text), problems));
  }

  test("a bomb of aliases goes off in nobody's memory", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    }
    const { problems } = refusal(lines.join("\n"));
    assert.ok(problems.some(({ message }) => message === "Too much of the file stands in aliases."));
  });

  test("a date where text is meant is the text that was written", () => {
    assert.equal(read("tenant: { name: 2026-11-26 }").tenant.name, "2026-11-26");
  });
});
