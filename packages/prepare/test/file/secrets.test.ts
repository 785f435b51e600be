import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { describeProblems } from "../../src/index.ts";
import { problemsOf, refusal } from "./fixtures/reading.ts";

const secret = "Tr0ub4dor&3-horse";

/** Everything that somebody may print of the refusal. */
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
    ["as a client's", `apps: { a: { clientSecret: "${secret}" } }`],
    ["under a name of its own", `apps:\n  a:\n    my_api_key: ${secret}\n    displayNme: x`],
    ["as a user's password", `users: { ada@a.example: { password: "${secret}" } }`],
    ["where a variable is meant", `users: { ada@a.example: { passwordFrom: "${secret}" } }`],
    ["where a variable is meant, as a list", `users: { ada@a.example: { passwordFrom: ["${secret}"] } }`],
    ["for all there is of a user", `users:\n  ada@a.example: ${secret}`],
    ["for all users", `users: ${secret}`],
    ["on several lines", `users:\n  ada@a.example:\n    passwordFrom: |\n      ${secret}\n      x`],
    ["beside another mistake", `users:\n  ada@a.example: { password: "${secret}", nmae: x }`],
    ["in an address", `apps: { a: { redirectUris: ["https://${secret}@a.example/"] } }`],
    ["in a file that is no YAML", `users:\n  ada@a.example: { password: ${secret}\n`],
    ["in a line that is no YAML", `apps:\n  a:\n    clientSecret: ${secret}: x\n`],
    ["under a key that is there twice", `users:\n  ada@a.example: { password: x, password: ${secret} }`],
  ];
  for (const [where, text] of places) {
    test(`${where} is repeated by nothing that is said`, () => {
      assert.ok(!everythingSaid(text).includes(secret), everythingSaid(text));
    });
  }

  test("that Entra made is known by its form wherever it stands", () => {
    const made = `abc8Q~${"x1Y_z.".repeat(6)}`;
    for (const text of [
      `apps: { a: { permissions: [${made}] } }`,
      `tenant: { name: 7, ${made}: x }`,
      `userFlows: { f: { signIn: [${made}] } }`,
    ]) {
      assert.ok(!everythingSaid(text).includes(made), everythingSaid(text));
    }
  });

  test("is refused with where secrets belong", () => {
    const { problems } = refusal('apps: { a: { clientSecret: "x" } }');
    assert.deepEqual(problems, [
      {
        line: 1,
        column: 14,
        message: '"clientSecret" looks like a secret, and no secret belongs in this file.',
        hint: "Keep it in the environment of the program that uses it: a user's passwordFrom names the variable. If the file was shared, replace the secret.",
      },
    ]);
  });

  test("is no reason to hide a misspelled passwordFrom", () => {
    assert.deepEqual(problemsOf("users: { ada@a.example: { paswordFrom: ADA } }"), [
      '1:27 "paswordFrom" is unknown in a user: expected name, administrator or passwordFrom. Did you mean passwordFrom?',
    ]);
  });

  test("is not seen in names of the file's own", () => {
    const [problem] = refusal("apis: { token-service: { scopes: { password.reset: { displayNam: x } } } }").problems;
    assert.match(problem?.message ?? "", /"password.reset" has no displayName/);
  });
});
