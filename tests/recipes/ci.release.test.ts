// docs/recipes/ci.md: its test passes, and its workflow runs it.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { recipe } from "./recipe.ts";

test("the CI recipe signs in and out without a user and without waiting", async () => {
  await using ci = await recipe("ci");
  const workflow = parse(ci.files.get("ci.yml")!) as { jobs: { test: { steps: { run?: string }[] } } };
  const commands = workflow.jobs.test.steps.flatMap(({ run }) => run ?? []);
  assert.deepEqual(commands, ["npm ci", "node --test"]);
  const args = commands[1]!.split(" ").slice(1);
  const passed = await ci.node([...args, "--test-reporter=tap"]).ended;
  assert.equal(passed.exit, 0, passed.stdout);
  assert.match(passed.stdout, /^# pass 2$/m);

  // It fails if the program keeps its sign-in.
  const name = "sign-in.test.mjs";
  const broken = ci.files.get(name)!.replace("everywhere: true", "everywhere: false");
  await writeFile(join(ci.folder, name), broken);
  assert.equal((await ci.node([...args, "--test-reporter=tap"]).ended).exit, 1);
});
