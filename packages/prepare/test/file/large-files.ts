import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { describeProblems, readTenantFile, TenantFileError } from "../../src/index.ts";

/** CPU time in microseconds, which a busy machine does not increase; quadratic growth would take minutes. */
const LONG = 30_000_000;

/** Reads the file and describes its errors. Throws any error other than a TenantFileError, and if it is slow. */
export function survives(text: string): void {
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

/** Files of that size that a naive reader reads slowly. */
export function largeFiles(bytes: number): void {
  describe(`a file of ${bytes / 1024} KiB`, () => {
    const filled = (unit: string) => unit.repeat(Math.floor((bytes - 20) / unit.length));
    const many = (count: number) => Math.floor((count * bytes) / 2 ** 20);
    const large: [what: string, text: string][] = [
      ...["[", "{a: ", "- ", "? ", "'", '"\\', "a: ", "&a ", "*a ", "!", "\n", "---\n", "a\n ", "[]: ", "#\n"].map(
        (unit): [string, string] => [JSON.stringify(unit), filled(unit)],
      ),
      ["a list of words", `apps: [${filled("aaaaaaa, ")}]`],
      [
        "entries with errors",
        `apps:\n${Array.from({ length: many(20_000) }, (_, at) => `  app${at}: { redirectUri: x }\n`).join("")}`,
      ],
      [
        "references to nothing",
        `groups: { g: { members: [${Array.from({ length: many(40_000) }, (_, at) => `a${at}@b.c`).join(", ")}] } }`,
      ],
      ["one long line", `apps: { a: { displayName: ${"é".repeat(many(400_000))} } }`],
      ["one long key", `${"k".repeat(1_000)}: ${"k".repeat(many(900_000))}`],
      [
        "user flows with policies of their names",
        `userFlows:\n${Array.from({ length: many(5_000) }, (_, at) => `  f${at}: { mfa: required }\n`).join("")}policies:\n${Array.from({ length: many(5_000) }, (_, at) => `  "f${at}: second factor": { require: mfa }\n`).join("")}`,
      ],
      [
        "slow patterns",
        `userFlows: { f: { attributes: [${Array.from({ length: 60 }, (_, at) => `{ attribute: a${at}, label: A, pattern: "(a+)+${at}" }`).join(", ")}] } }`,
      ],
    ];
    for (const [what, text] of large) {
      test(`${what} is read fast`, () => survives(text));
    }
  });
}
