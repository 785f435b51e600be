// docs/recipes/testing.md: its tests pass under each test runner, and fail if the tenant does not do what they ask for.
import assert from "node:assert/strict";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { bringTools } from "../../tools/from-npm.mjs";
import { root } from "../packaging/pack.ts";
import { plainEnvironment, runCommand } from "../packaging/run-command.ts";
import { type Recipe, recipe } from "./recipe.ts";

/** As `npm install --save-dev @doorcode/tenant @doorcode/client RUNNER` leaves it. */
async function withRunners(page: Recipe, runners: string): Promise<void> {
  const modules = join(page.folder, "node_modules");
  await rm(modules);
  await mkdir(modules);
  await symlink(join(root, "node_modules/@doorcode"), join(modules, "@doorcode"));
  for (const name of ["jest", "vitest"]) await symlink(join(runners, name), join(modules, name));
}

/** A busy machine may need longer than the five seconds that Vitest and Jest allow for a test. */
const PATIENCE = "--testTimeout=120000";

/** What only one runner reads. */
const runs: Record<string, { file: string; args: string[]; env?: Record<string, string>; tests: number }> = {
  "node:test": { file: "node.test.mjs", args: ["--test", "--test-reporter=tap", "node.test.mjs"], tests: 2 },
  Vitest: {
    file: "vitest.test.mjs",
    args: ["node_modules/vitest/vitest.mjs", "run", PATIENCE, "vitest.test.mjs"],
    tests: 2,
  },
  Jest: {
    file: "jest.test.mjs",
    args: ["node_modules/jest/bin/jest.js", PATIENCE, "--testMatch", "**/jest.test.mjs"],
    env: { NODE_OPTIONS: "--experimental-vm-modules" },
    tests: 2,
  },
};

describe("the recipe for tests of a program", { concurrency: false }, () => {
  const runners = bringTools("tools/test-runners", "Vitest and Jest", 30);

  for (const [runner, { file, args, env, tests }] of Object.entries(runs)) {
    test(`passes with ${runner}, and fails if the tenant does something else`, async () => {
      await using page = await recipe("testing");
      await withRunners(page, runners);
      const run = () =>
        runCommand(process.execPath, args, {
          cwd: page.folder,
          env: plainEnvironment({ HOME: page.folder, NO_COLOR: "1", ...env }),
        });
      const { exit, stdout, stderr } = await run();
      assert.equal(exit, 0, stdout + stderr);
      assert.match(stdout + stderr, new RegExp(`(# pass ${tests}$|Tests:? .*\\b${tests} passed)`, "m"));

      const text = page.files.get(file)!;
      const broken = text
        .replace("tenant.approve(code)", "tenant.deny(code)")
        .replace(/restore\(\)/g, "valueOf()")
        .replace("aadsts: 53003 });\n  await expect", "aadsts: 50057 });\n  await expect");
      assert.notEqual(broken, text);
      await writeFile(join(page.folder, file), broken);
      assert.notEqual((await run()).exit, 0);
    });
  }
});
