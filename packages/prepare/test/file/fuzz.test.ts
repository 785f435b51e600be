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
/** A deletion, a copy or an insertion somewhere in the valid file. */
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

describe("a file with any content", () => {
  test("random bytes are read or rejected with a TenantFileError", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => survives(new TextDecoder().decode(bytes))),
      { numRuns: 500 },
    );
  });

  test("random text of YAML's special characters is read or rejected with a TenantFileError", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.constantFrom("apps", "users", "a", "mfa", "scopes")), { maxLength: 80 }),
        (pieces) => survives(pieces.join("")),
      ),
      { numRuns: 1_000 },
    );
  });

  test("a valid file with a few changes is read or rejected with a TenantFileError", () => {
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (changes) =>
        survives(changes.reduce((text, change) => change(text), good)),
      ),
      { numRuns: 150 },
    );
  });
});

largeFiles(256 * 1024);
