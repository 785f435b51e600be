import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { describeProblems } from "../../src/index.ts";
import { refusal } from "./fixtures/reading.ts";

describe("problems described for a terminal", () => {
  test("have file, line, column and message, the line with a caret below the position, and the hint", () => {
    assert.equal(
      describeProblems(refusal("tenant:\n  name: 2024\n  colour: green\n")),
      `\
doorcode.tenant.yaml:2:9  name must be text; this is a number.
2 |   name: 2024
  |         ^
hint: Write it in quotes: "2024".

doorcode.tenant.yaml:3:11  colour is not a color: write #rgb or #rrggbb, in quotes.
3 |   colour: green
  |           ^
`,
    );
  });

  test("have the caret below the right position, even after wide, combining and masked characters", () => {
    const lines = describeProblems(refusal('tenant: { name: "漢字 é👩‍💻", colour: green }')).split("\n");
    assert.equal(lines[1], '1 | tenant: { name: "漢字 é👩‍💻", colour: green }');
    assert.equal(lines[2], `  | ${" ".repeat(36)}^`);
    const masked = describeProblems(refusal("users: { a@b.c: { password: hunter22, nmae: x } }")).split("\n");
    assert.equal(masked[6], "1 | users: { a@b.c: { password: …, nmae: … } }");
    assert.equal(masked[7], `  | ${" ".repeat(31)}^`);
  });

  for (const width of [40, 60, 80, 200]) {
    test(`show no line wider than ${width} columns, and always the position`, () => {
      const text = `apps: { a: { redirectUris: [${"https://a.example/, ".repeat(20)}"*", ${"https://a.example/, ".repeat(20)}] } }`;
      const error = refusal(text);
      const at = error.problems.findIndex(({ message }) => message.includes("wildcard"));
      const [, source, caret] = describeProblems(error, { width, most: 100 }).split("\n\n")[at]!.split("\n");
      assert.ok(source!.length <= width && caret!.length <= width);
      assert.equal(source![caret!.indexOf("^")], '"');
    });
  }

  test("have no colors unless requested", () => {
    const error = refusal("tenant: { colour: green }");
    const colored = describeProblems(error, { color: true });
    assert.ok(colored.includes("\u001b[31m^\u001b[0m"));
    assert.equal(stripVTControlCharacters(colored), describeProblems(error));
  });

  test("pass no control characters of the file to the terminal", () => {
    const text = 'apps: { "a\\e[31m\\u202e": { x: y } } # \u0085\u202e';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not appear
    assert.doesNotMatch(describeProblems(refusal(text.replace("\u0085", ""))), /[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  test("of a file with thousands are limited to the first ones and the number of the rest", () => {
    const many = `apps:\n${Array.from({ length: 3_000 }, (_, at) => `  a${at}: { x: y }\n`).join("")}`;
    const error = refusal(many);
    assert.equal(error.problems.length, 1_001);
    assert.equal(error.problems.at(-1)?.message, "2000 more errors follow.");
    assert.match(describeProblems(error), /\n\n… and 951 more\.\n$/);
  });
});
