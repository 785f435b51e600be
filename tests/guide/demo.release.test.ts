// docs/demo.md shows what `npm run demo` prints: run it and paste its output if this fails.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../packaging/pack.ts";
import { plainEnvironment, runCommand } from "../packaging/run-command.ts";

/** Removes what differs between runs: IDs, ports and codes. */
const steady = (text: string) =>
  text
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "ID")
    .replace(/(?<=(localhost|127\.0\.0\.1):)\d+/g, "PORT")
    .replace(/\b[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}\b/g, "CODE")
    .replace(/\b\d{8}\b/g, "DIGITS")
    .trim();

test("the demo prints what docs/demo.md shows", async () => {
  const page = await readFile(join(root, "docs/demo.md"), "utf8");
  const [, shown] = /^```\n([\s\S]*?)^```$/m.exec(page) ?? assert.fail("The page shows no output.");
  const args = [join(root, "tools/start.mjs"), "--demo"];
  const { exit, stdout, stderr } = await runCommand(process.execPath, args, { cwd: root, env: plainEnvironment() });
  assert.equal(exit, 0, stderr);
  assert.equal(steady(shown!), steady(stdout));
});
