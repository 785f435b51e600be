import assert from "node:assert/strict";
import { test } from "node:test";
import { startProcess } from "./fixtures/main-job-process.ts";

test("the demo signs up, signs in, calls the API, renews and signs out, without user input", async (t) => {
  const demo = startProcess(t, "demo.ts");
  const exitCode = await demo.ended;
  const transcript = demo.stdout();
  assert.equal(exitCode, 0, transcript + demo.stderr());
  assert.equal(demo.stderr(), "");

  const code = /code {2}(\S+)$/m.exec(transcript)?.[1];
  assert.ok(code, "the device shows a code");
  assertInOrder(linesOf("device", transcript), [
    /^ {2}page {2}http:\/\/localhost:\d+\/device {3}\(open on this computer\)$/,
    /^The code is valid for 15 minutes\.$/,
    /^Signed in as Demo Person \(demo@example\.com\)$/,
    /^Added a to-do: Buy oat milk$/,
    /^To-dos: Buy oat milk$/,
    /^Renewed silently: a new access token, with no prompt$/,
    /^Revoked the refresh token: a renewal is refused now \(invalid_grant\)$/,
    /^Signed out$/,
  ]);
  assertInOrder(linesOf("person", transcript), [
    new RegExp(`^Enter the code shown on your device +${code}$`),
    /^What’s your email\? +demo@example\.com$/,
    /^Check your email +\d{8}, as the mail says$/,
    /^What’s your name\? +Demo Person$/,
    /^Are you trying to sign in to ciam-client-app\?$/,
    new RegExp(`^ {2}Code +${code}$`),
    /^ {2}It may +\w+/,
    /^ +yes$/,
  ]);
  assert.ok(!transcript.includes("\u001b"), "no colors without a terminal");
  assert.doesNotMatch(transcript, /eyJ/, "no token is printed");
  assert.doesNotMatch(transcript, /\/console/, "the console would be gone when its address is read");
  assert.deepEqual(demo.leftovers(), []);
});

test("the demo with a second factor sets up an authenticator app on the way", async (t) => {
  const demo = startProcess(t, "demo.ts", {}, "--mfa");
  const exitCode = await demo.ended;
  const transcript = demo.stdout();
  assert.equal(exitCode, 0, transcript + demo.stderr());
  assertInOrder(linesOf("person", transcript), [
    /^What’s your name\? +Demo Person$/,
    /^Set up an authenticator app +I have an app$/,
    /^Add this account to your app +\d{6}, as the app shows$/,
    /^Save your recovery codes +10 codes, written down$/,
    /^Are you trying to sign in to ciam-client-app\?$/,
    /^ +yes$/,
  ]);
  assertInOrder(linesOf("device", transcript), [
    /^Signed in as Demo Person \(demo@example\.com\)$/,
    /^Renewed silently: a new access token, with no prompt$/,
    /^Signed out$/,
  ]);
  assert.deepEqual(demo.leftovers(), []);
});

function linesOf(speaker: string, transcript: string): string[] {
  const label = `${speaker} │ `;
  return transcript
    .split("\n")
    .filter((line) => line.startsWith(label))
    .map((line) => line.slice(label.length));
}

function assertInOrder(lines: string[], expected: RegExp[]): void {
  let next = 0;
  for (const pattern of expected) {
    const found = lines.findIndex((line, index) => index >= next && pattern.test(line));
    assert.notEqual(found, -1, `${pattern} is missing, or out of order, in:\n${lines.join("\n")}`);
    next = found + 1;
  }
}
