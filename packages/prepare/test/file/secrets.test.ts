import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { describeProblems } from "../../src/index.ts";
import { problemsOf, refusal } from "./fixtures/reading.ts";

const secret = "Tr0ub4dor&3-horse";

/** All the text of the error that a program may print. */
function everythingSaid(text: string): string {
  const error = refusal(text);
  return [
    describeProblems(error),
    inspect(error, { depth: 9, showHidden: true }),
    JSON.stringify(error),
    error.stack,
  ].join("\n");
}

describe("a secret in the file", () => {
  const places: [where: string, text: string][] = [
    ["as a client's secret", `apps: { a: { clientSecret: "${secret}" } }`],
    ["under a name that the file chose", `apps:\n  a:\n    my_api_key: ${secret}\n    displayNme: x`],
    ["as a user's password", `users: { ada@a.example: { password: "${secret}" } }`],
    ["in place of a variable", `users: { ada@a.example: { passwordFrom: "${secret}" } }`],
    ["in place of a variable, as a list", `users: { ada@a.example: { passwordFrom: ["${secret}"] } }`],
    ["in place of a user", `users:\n  ada@a.example: ${secret}`],
    ["in place of all users", `users: ${secret}`],
    ["on several lines", `users:\n  ada@a.example:\n    passwordFrom: |\n      ${secret}\n      x`],
    ["next to another error", `users:\n  ada@a.example: { password: "${secret}", nmae: x }`],
    ["in an address", `apps: { a: { redirectUris: ["https://${secret}@a.example/"] } }`],
    ["in a URL's query", `apps: { a: { redirectUris: ["https://a.example/?password=${secret}&x=1"], nmae: x } }`],
    ["before a host", `apps: { a: { redirectUris: ["user:${secret}@smtp.a.example"], nmae: x } }`],
    ["in a file that is not YAML", `users:\n  ada@a.example: { password: ${secret}\n`],
    ["in a line that is not YAML", `apps:\n  a:\n    clientSecret: ${secret}: x\n`],
    ["under a duplicate key", `users:\n  ada@a.example: { password: x, password: ${secret} }`],
  ];
  for (const [where, text] of places) {
    test(`${where} is never repeated in a message`, () => {
      assert.ok(!everythingSaid(text).includes(secret), everythingSaid(text));
    });
  }

  test("that Entra created is recognized by its form anywhere", () => {
    const made = `abc8Q~${"x1Y_z.".repeat(6)}`;
    for (const text of [
      `apps: { a: { permissions: [${made}] } }`,
      `tenant: { name: 7, ${made}: x }`,
      `userFlows: { f: { signIn: [${made}] } }`,
    ]) {
      assert.ok(!everythingSaid(text).includes(made), everythingSaid(text));
    }
  });

  test("is refused, and the error says where secrets belong", () => {
    const { problems } = refusal('apps: { a: { clientSecret: "x" } }');
    assert.deepEqual(problems, [
      {
        line: 1,
        column: 14,
        message: '"clientSecret" looks like a secret. This file must not contain secrets.',
        hint: "Keep it in the environment of the program that uses it: for a user, passwordFrom names the variable. If the file was shared, replace the secret.",
      },
    ]);
  });

  test("does not hide a misspelled passwordFrom", () => {
    assert.deepEqual(problemsOf("users: { ada@a.example: { paswordFrom: ADA } }"), [
      '1:27 Unknown key "paswordFrom" in a user: expected name, administrator or passwordFrom. Did you mean passwordFrom?',
    ]);
  });

  test("is not found in names that the file chose", () => {
    const [problem] = refusal("apis: { token-service: { scopes: { password.reset: { displayNam: x } } } }").problems;
    assert.match(problem?.message ?? "", /"password.reset" has no displayName/);
  });
});
