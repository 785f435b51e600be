import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readTenantFile } from "../../src/index.ts";
import { everything, problemsOf, refusal } from "./fixtures/reading.ts";

const read = (text: string) => readTenantFile(text, "doorcode.tenant.yaml");

describe("a tenant file as YAML", () => {
  test("a byte order mark and Windows line endings change nothing, including positions", () => {
    const model = read(everything());
    assert.deepEqual(read(`\ufeff${everything()}`), model);
    assert.deepEqual(read(everything().replace(/\n/g, "\r\n")), model);
    assert.deepEqual(read(everything().replace(/\n/g, "\r")), model);
    const wrong = "tenant:\n  name: Contoso\n  color: red\n";
    const expected = [
      '3:3 Unknown key "color" in a tenant: expected name, domain, colour, signUp, accountUserFlow or lifetimes. Did you mean colour?',
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

  test("a directive for YAML 1.1 does not change the meaning of words", () => {
    assert.equal(read("%YAML 1.1\n---\nuserFlows: { f: { mfa: off } }").userFlows.f?.mfa, "off");
  });

  test("an alias has the value of its anchor", () => {
    const model = read("groups:\n  a: &a { description: Both }\n  b: *a\n");
    assert.deepEqual([model.groups.a?.description, model.groups.b?.description], ["Both", "Both"]);
  });

  const refused: [what: string, text: string, problems: string[]][] = [
    ["an empty file", "", ["1:1 The file is empty."]],
    ["a file of spaces", " \n\n", ["1:1 The file is empty."]],
    ["a file of comments", "# apps:\n# apis:\n", ["1:1 The file is empty."]],
    ["an empty document", "---\n", ["1:1 The file is empty."]],
    ["a list", "- apps", ["1:1 The file must be a map; this is a list."]],
    ["plain text", "apps", ["1:1 The file must be a map; this is text."]],
    [
      "two documents",
      "apps:\n---\napis:\n",
      ["2:1 A second document begins here (---), but the file must have only one."],
    ],
    ["a tab that indents", "apps:\n\ta: {}\n", ["2:1 YAML does not allow tabs as indentation."]],
    ["a duplicate key", "apps: {}\napis: {}\napps: {}\n", ['3:1 "apps" is already defined on line 1.']],
    ["a key that is a number", "apps:\n  2024: {}\n", ['2:3 A key must be text. Write "2024", in quotes.']],
    ["a key that is null", "apps:\n  ~: {}\n", ['2:3 A key must be text. Write "~", in quotes.']],
    ["a key that is a list", "apps:\n  ? [a]\n  : {}\n", ["2:5 A key must be text."]],
    ["a key that is special in JavaScript", "apps:\n  __proto__: {}\n", ["2:3 __proto__ cannot be a name."]],
    ["a number instead of text", "tenant: { name: 2024 }", ["1:17 name must be text; this is a number."]],
    ["a boolean instead of text", "tenant:\n  name: true", ["2:9 name must be text; this is true or false."]],
    ["null instead of text", "tenant:\n  name:\n", ["2:3 name has no value: expected text."]],
    [
      "a color that became a comment",
      "tenant:\n  colour: #0b6e4f\n",
      ["2:3 colour has no value: expected text. Put it in quotes: # begins a comment."],
    ],
    [
      "text instead of a boolean",
      "apps: { a: { publicClient: on } }",
      ["1:28 publicClient must be true or false; this is text. Did you mean true?"],
    ],
    [
      "text instead of a list",
      "groups: { a: { members: ada@contoso.example } }",
      ["1:25 members must be a list; this is text."],
    ],
    ["a list instead of a map", "apps: [a]", ["1:7 apps must be a map; this is a list."]],
    [
      "mfa: on",
      "userFlows: { f: { mfa: on } }",
      ['1:24 mfa "on" is not valid: expected off or required. Did you mean required?'],
    ],
    [
      "mfa: true",
      "userFlows: { f: { mfa: true } }",
      ['1:24 mfa "true" is not valid: expected off or required. Did you mean required?'],
    ],
    ["an alias without an anchor", "apps: *a", ["1:7 The anchor &a is not defined above."]],
    ["an alias inside its own anchor", "apps: &a { b: *a }", ["1:15 An alias cannot be inside its own anchor."]],
    [
      "a merge key",
      "groups:\n  a: &a {}\n  b: { <<: *a }\n",
      ['3:8 Unknown key "<<" in a group: expected displayName, description or members.'],
    ],
    ["a tag", "apps: !secret {}", ["1:7 Tags (!name) are not supported in this file."]],
    [
      "a bracket that is not closed",
      "apps: { a: {}\n",
      ["2:1 A bracket or brace that was opened above is not closed."],
    ],
    ["a quote that is not closed", "tenant: { name: 'x }", ["1:21 A quote is not closed."]],
    [
      "text with a colon in it",
      "tenant:\n  name: a: b\n",
      ["2:9 A map cannot begin on the same line as another member."],
    ],
    ["text that begins with @", "tenant: { name: @x }", ["1:17 Text cannot begin with this character."]],
    ["an unknown escape", 'tenant: { name: "\\d" }', ["1:18 Unknown escape sequence in double quotes."]],
    ["bytes that are not UTF-8", "tenant:\n  name: M\ufffdller\n", ["2:10 The file is not UTF-8 text."]],
    ["half a surrogate pair", "tenant: { name: \ud83d }", ["1:17 The file is not UTF-8 text."]],
    ["a control character", "tenant: { name: \u0000 }", ["1:17 Control characters are not allowed in YAML."]],
    ["a control character, escaped", 'tenant: { name: "a\\eb" }', ["1:17 name contains an invisible character."]],
    [
      "a character that reverses the text direction",
      'tenant: { name: "a\u202eb" }',
      ["1:17 name contains an invisible character."],
    ],
    [
      "more than 1 MiB",
      `#${"x".repeat(1024 * 1024)}`,
      ["1:1 The file is larger than 1 MiB, so it is not a tenant file."],
    ],
    ["a map that is nested too deeply", `apps: ${"[".repeat(1_000)}`, ["1:70 The file is nested too deeply."]],
  ];
  for (const [what, text, problems] of refused) {
    test(`${what} is refused, with its position`, () => assert.deepEqual(problemsOf(text), problems));
  }

  test("a bomb of aliases does not exhaust memory", () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 12; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(10)
          .fill(`*a${level - 1}`)
          .join(", ")}]`,
      );
    }
    const { problems } = refusal(lines.join("\n"));
    assert.ok(problems.some(({ message }) => message === "The aliases expand to too many values."));
  });

  test("a date in place of text is read as that text", () => {
    assert.equal(read("tenant: { name: 2026-11-26 }").tenant.name, "2026-11-26");
  });
});
