import assert from "node:assert/strict";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { documented, type Example, examplesOfDocstrings, examplesOfDocuments, undocumented } from "./examples.ts";
import { root } from "./pack.ts";
import { runCommand } from "./run-command.ts";

/** The compiler's errors for each example, with the example's location instead of the scratch file's. */
async function compile(examples: Example[]): Promise<string> {
  await using scratch = await scratchProject();
  const files = examples.map((_example, index) => `example-${index}.mts`);
  await Promise.all(files.map((file, index) => writeFile(join(scratch.path, file), examples[index]!.program)));
  // The declarations of the build, as a reader's compiler finds them, and ten times faster than the sources.
  const compilerOptions = { customConditions: [], noUnusedLocals: false, moduleDetection: "force" };
  const config = { extends: join(root, "tsconfig.check.json"), compilerOptions, include: [], files };
  await writeFile(join(scratch.path, "tsconfig.json"), JSON.stringify(config));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { exit, stdout, stderr } = await runCommand(process.execPath, [tsc, "--pretty", "false"], {
    cwd: scratch.path,
  });
  assert.equal(exit !== 0, stdout !== "", stderr);
  return stdout.replace(/example-(\d+)\.mts/g, (_file, index) => examples[Number(index)]!.at);
}

async function scratchProject() {
  const path = await mkdtemp(join(tmpdir(), "doorcode-examples-"));
  await symlink(join(root, "node_modules"), join(path, "node_modules"), "junction");
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe("the documentation of the published entry points", () => {
  test("has examples that compile", async () => {
    const examples = [...examplesOfDocstrings(), ...examplesOfDocuments()];
    assert.ok(examples.length > 50, `${examples.length} examples`);
    assert.equal(await compile(examples), "");
  });

  test("does not compile with a wrong example", async () => {
    const program = 'import { createClient } from "@doorcode/client";\ncreateClient({ authority: 1 });\n';
    assert.match(await compile([{ at: "here", program }]), /^here\(2,16\): error TS2322/);
  });

  test("has an example for every function, class and constant", () => {
    const all = documented();
    assert.ok(all.length > 50, `${all.length} exports`);
    const without = all.filter(({ hasExample }) => !hasExample);
    assert.deepEqual(
      without.map(({ report, name }) => `${report}: ${name}`),
      [],
    );
  });

  test("leaves no type, member or option without a docstring", () => {
    assert.deepEqual(undocumented(), []);
  });
});
