import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { describeProblems, readTenantFile, TenantFileError } from "../../src/index.ts";
import { everything } from "./fixtures/reading.ts";

/** Microseconds of this process, which a busy machine does not lengthen; what grows with the square takes minutes. */
const LONG = 30_000_000;

/** Reads it and, where it is refused, describes it. Throws what is no TenantFileError, and when it takes long. */
function survives(text: string): void {
  const start = process.cpuUsage();
  try {
    readTenantFile(text, "fuzz.yaml");
  } catch (error) {
    if (!(error instanceof TenantFileError)) throw error;
    assert.ok(error.problems.length > 0);
    const lines = text.split(/\r\n?|\n/).length;
    for (const { line, column } of error.problems) assert.ok(line >= 1 && line <= lines && column >= 1);
    describeProblems(error);
  }
  const { user, system } = process.cpuUsage(start);
  assert.ok(user + system < LONG, `took ${(user + system) / 1_000} ms of the processor`);
}

const good = everything();
const piece = fc.constantFrom(
  ..."\n|\n  |: |- |{|}|[|]|,|\"|'|#|&a |*a|!|!!int |%|\t|---\n|? |>\n|null|true|off|2024|<<: |__proto__: |\\|é|\ud83d|\0|\r".split(
    "|",
  ),
);
/** A cut, a copy to elsewhere or an insertion, at places of the good file. */
const mutation = fc.oneof(
  fc.tuple(fc.nat(), fc.nat(40)).map(([at, length]) => (text: string) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + text.slice(from + length);
  }),
  fc.tuple(fc.nat(), fc.nat(), fc.nat(200)).map(([from, to, length]) => (text: string) => {
    const [at, copied] = [to % (text.length + 1), text.slice(from % (text.length + 1))];
    return text.slice(0, at) + copied.slice(0, length) + text.slice(at);
  }),
  fc.tuple(fc.nat(), piece).map(([at, inserted]) => (text: string) => {
    const to = at % (text.length + 1);
    return text.slice(0, to) + inserted + text.slice(to);
  }),
);

describe("a file that is anything at all", () => {
  test("random bytes are refused with a TenantFileError, or read", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => survives(new TextDecoder().decode(bytes))),
      { numRuns: 500 },
    );
  });

  test("random text of YAML's own characters is refused with a TenantFileError, or read", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.constantFrom("apps", "users", "a", "mfa", "scopes")), { maxLength: 80 }),
        (pieces) => survives(pieces.join("")),
      ),
      { numRuns: 1_000 },
    );
  });

  test("a good file with a few changes is refused with a TenantFileError, or read", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) =>
        survives(changes.reduce((text, change) => change(text), good)),
      ),
      { numRuns: 150 },
    );
  });

  const mebibyte = (unit: string) => unit.repeat(Math.floor((1024 * 1024 - 20) / unit.length));
  const large: [what: string, text: string][] = [
    ...["[", "{a: ", "- ", "? ", "'", '"\\', "a: ", "&a ", "*a ", "!", "\n", "---\n", "a\n ", "[]: ", "#\n"].map(
      (unit): [string, string] => [JSON.stringify(unit), mebibyte(unit)],
    ),
    ["a list of words", `apps: [${mebibyte("aaaaaaa, ")}]`],
    [
      "entries with mistakes",
      `apps:\n${Array.from({ length: 20_000 }, (_, at) => `  app${at}: { redirectUri: x }\n`).join("")}`,
    ],
    [
      "references to nothing",
      `groups: { g: { members: [${Array.from({ length: 40_000 }, (_, at) => `a${at}@b.c`).join(", ")}] } }`,
    ],
    ["one long line", `apps: { a: { displayName: ${"é".repeat(400_000)} } }`],
    ["one long key", `${"k".repeat(1_000)}: ${"k".repeat(900_000)}`],
    [
      "user flows with policies of their names",
      `userFlows:\n${Array.from({ length: 5_000 }, (_, at) => `  f${at}: { mfa: required }\n`).join("")}policies:\n${Array.from({ length: 5_000 }, (_, at) => `  "f${at}: second factor": { require: mfa }\n`).join("")}`,
    ],
    [
      "slow patterns",
      `userFlows: { f: { attributes: [${Array.from({ length: 60 }, (_, at) => `{ attribute: a${at}, label: A, pattern: "(a+)+${at}" }`).join(", ")}] } }`,
    ],
  ];
  for (const [what, text] of large) {
    test(`a megabyte of ${what} takes no time to speak of`, () => survives(text));
  }
});
