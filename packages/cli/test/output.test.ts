import assert from "node:assert/strict";
import { test } from "node:test";
import { UsageError } from "../src/exit-codes.ts";
import { printError, say } from "../src/output.ts";
import { asTyped } from "../src/stored-session.cts";

test("a message keeps backticks in names from outside; our own errors drop the backticks around names", (t) => {
  const written: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  say("Mail for gr`a`ce@contoso.example");
  printError(new UsageError("Unknown key `signIm`.", "Use `signIn`."), 2, { json: false, verbose: false });
  t.mock.restoreAll();
  assert.deepEqual(written, ["Mail for gr`a`ce@contoso.example\n", "doorcode: Unknown key signIm.\nUse signIn.\n"]);
});

test("commands have npx where npx or a script of npm started this one, and only commands", () => {
  for (const npm_lifecycle_event of ["npx", "start"]) {
    const typed = (text: string) => asTyped(text, { npm_lifecycle_event });
    assert.equal(typed("Sign in: doorcode login"), "Sign in: npx doorcode login");
    assert.equal(
      typed("Choose one:\n  doorcode login --client-id tv"),
      "Choose one:\n  npx doorcode login --client-id tv",
    );
    assert.equal(typed("doorcode tenant token | doorcode prepare"), "npx doorcode tenant token | npx doorcode prepare");
    for (const same of [
      "doorcode: The file nope.yaml does not exist.",
      "npx --package doorcode@1.0.0 --package @doorcode/tenant@1.0.0 doorcode tenant start",
      "Add it: npm install --global @doorcode/tenant@1.0.0",
      "doorcode.tenant.yaml is missing",
      "In .doorcode there is none.",
    ]) {
      assert.equal(typed(same), same);
    }
  }
  assert.equal(asTyped("Sign in: doorcode login", {}), "Sign in: doorcode login");
});
