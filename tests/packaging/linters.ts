import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { publint } from "publint";
import { publishedNames, root } from "./pack.ts";
import type { Packed } from "./packed.ts";
import { plainEnvironment, runCommand } from "./run-command.ts";

/**
 * Two findings that are intended. `cjs-resolves-to-esm` warns that `require` of an ES module fails; the packages are ES
 * modules, and every Node.js that they support (from 20.19) lets CommonJS require them, as the tests of the imports
 * show. `node10` is the resolution of much older versions of Node.js, without `exports`.
 */
const onPurpose = ["--ignore-rules", "cjs-resolves-to-esm", "--profile", "node16"];

export function describeLinters({ tarballs, scratch }: Packed): void {
  for (const name of publishedNames) {
    test(`publint reports nothing for ${name}`, async () => {
      const file = await readFile(tarballs[name]);
      const tarball = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
      const { messages } = await publint({ pack: { tarball }, strict: true });
      assert.deepEqual(messages, []);
    });
  }

  describe("are the types wrong?", { concurrency: 2 }, () => {
    for (const name of publishedNames) {
      test(`reports nothing for ${name}`, async () => {
        const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
        const args = [attw, tarballs[name], ...onPurpose, "--format", "json"];
        // In a folder without an .attw.json, so what is ignored is listed here.
        const { exit, stdout, stderr } = await runCommand(process.execPath, args, {
          cwd: scratch,
          env: plainEnvironment(),
        });
        assert.equal(exit, 0, stdout + stderr);
        const { analysis } = JSON.parse(stdout) as { analysis: { types: unknown; entrypoints: object } };
        assert.ok(Object.keys(analysis.entrypoints).length > 0);
      });
    }
  });
}
