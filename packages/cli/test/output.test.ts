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
    assert.equal(typed("Use `doorcode login`, or:"), "Use `npx doorcode login`, or:");
    assert.equal(typed("To sign in: doorcode login --authority URL"), "To sign in: npx doorcode login --authority URL");
    assert.equal(
      typed("List the user's sign-ins: doorcode tenant signins"),
      "List the user's sign-ins: npx doorcode tenant signins",
    );
    assert.equal(typed("Run: doorcode tenant apps"), "Run: npx doorcode tenant apps");
    assert.equal(
      typed("doorcode login --client-id 'doorcode sample'"),
      "npx doorcode login --client-id 'doorcode sample'",
    );
    assert.equal(typed("doorcode tenant token | doorcode prepare"), "npx doorcode tenant token | npx doorcode prepare");
    for (const same of [
      "doorcode: The file nope.yaml does not exist.",
      "npx --package doorcode@1.0.0 --package @doorcode/tenant@1.0.0 doorcode tenant start",
      "Add it: npm install --global @doorcode/tenant@1.0.0",
      "doorcode.tenant.yaml is missing",
      "In .doorcode there is none.",
      "npx doorcode login",
      "Sign in: npx doorcode login",
      "The file my doorcode notes.yaml does not exist.",
      "--client-id 'Sign in: doorcode sample'",
      "--client-id 'it'\\''s: doorcode sample'",
      'No app is named "a \\" | doorcode sample".',
    ]) {
      assert.equal(typed(same), same);
    }
  }
  assert.equal(asTyped("Sign in: doorcode login", {}), "Sign in: doorcode login");
});

test("commands in a long text are found in linear time", () => {
  for (const part of ["doorcode x ", "npx ", " '", ' "', '\\"', " ", ": ", "`", ": doorcode x", "'\\''"]) {
    const text = part.repeat(200_000 / part.length);
    const start = performance.now();
    asTyped(`npx ${text}`, { npm_lifecycle_event: "npx" });
    asTyped(text, { npm_lifecycle_event: "npx" });
    const milliseconds = performance.now() - start;
    // Quadratic time is many seconds.
    assert.ok(milliseconds < 1_000, `${JSON.stringify(part)}: ${milliseconds} ms`);
  }
});

test("a command between backticks in an error has npx, too", (t) => {
  const written: string[] = [];
  const before = process.env.npm_lifecycle_event;
  process.env.npm_lifecycle_event = "npx";
  t.mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  printError(new UsageError("Not signed in.", "First run `doorcode login`, then this."), 2, {
    json: false,
    verbose: false,
  });
  t.mock.restoreAll();
  if (before === undefined) delete process.env.npm_lifecycle_event;
  else process.env.npm_lifecycle_event = before;
  assert.deepEqual(written, ["doorcode: Not signed in.\nFirst run npx doorcode login, then this.\n"]);
});
