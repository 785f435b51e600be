import { describe, test } from "node:test";
import fc from "fast-check";
import { everything } from "./fixtures/reading.ts";
import { largeFiles, survives } from "./large-files.ts";

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
});

largeFiles(256 * 1024);
