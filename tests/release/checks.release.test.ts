// Commands that a release must pass, each as a maintainer runs it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { root } from "../packaging/pack.ts";

const passes = (command: string) => async (t: TestContext) => {
  const shell = process.platform === "win32";
  const child = spawn("npm", ["run", "--silent", ...command.split(" ")], {
    cwd: root,
    shell,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [stdout, stderr, [exit]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  t.diagnostic(stdout.trimEnd());
  assert.equal(exit, 0, `npm run ${command}\n${stdout}${stderr}`);
};

test("the API reports show the public types as they are", passes("api:check"));
test("the API reference builds without a warning", passes("docs:api"));
test("licenses are allowed, and no vulnerability is known", passes("check:supply"));
