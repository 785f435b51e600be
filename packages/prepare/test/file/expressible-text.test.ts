import assert from "node:assert/strict";
import { test } from "node:test";
import { expressibleText } from "../../src/file/scalars.ts";

const LINES = "line ends, for which the file has spaces";
const FOREIGN = "line ends of another system, which the file changes to its own";
const TABS = "tabs, for which the file has spaces";
const INVISIBLE = "invisible characters, which the file omits";

test("a text that a file can express is not changed", () => {
  for (const value of [" Ada ", "", "  ", "f\u00fcr", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"]) {
    assert.deepEqual(expressibleText(value, false), { text: value, changes: [] });
  }
  for (const value of ["One\ntwo\n", "\n\nOne \n"]) {
    assert.deepEqual(expressibleText(value, true), { text: value, changes: [] });
  }
});

test("a text that a file cannot express is changed only where it cannot, and for the reason that is given", () => {
  for (const [value, lines, text, ...changes] of [
    ["Ada\n", false, "Ada", LINES],
    [" Ada\r\n\r\nLovelace ", false, " Ada Lovelace ", LINES],
    ["One\r\ntwo\r\n", true, "One\ntwo\n", FOREIGN],
    ["One\u2028two", true, "One\ntwo", FOREIGN],
    ["\tOne\ttwo ", true, " One two ", TABS],
    ["One\u200b ", true, "One ", INVISIBLE],
    ["a\tb\r\nc\u0007", true, "a b\nc", FOREIGN, TABS, INVISIBLE],
  ] as const) {
    assert.deepEqual(expressibleText(value, lines), { text, changes }, JSON.stringify(value));
  }
});
