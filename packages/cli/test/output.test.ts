import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../src/exit-codes.ts";
import { printError, say } from "../src/output.ts";

test("a message keeps backticks in names from outside; our own errors drop the backticks around names", (t) => {
  const written: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  say("Mail for gr`a`ce@contoso.example");
  printError(new UsageError("Unknown key `signIm`.", "Use `signIn`."), 2, { json: false, verbose: false });
  t.mock.restoreAll();
  assert.deepEqual(written, ["Mail for gr`a`ce@contoso.example\n", "doorcode: Unknown key signIm.\nUse signIn.\n"]);
});
