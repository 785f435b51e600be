// Compiles the programs of the reference pages, each as a separate file.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "../packaging/pack.ts";

const pages = ["docs/reference/client.md", "docs/reference/guard.md"];

async function programsOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), "utf8");
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(([, program]) => program!);
}

/** The compiler's output. */
async function compile(programs: Map<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-programs-"));
  try {
    await symlink(join(root, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }');
    for (const [name, program] of programs) await writeFile(join(folder, name), program);
    const compilerOptions = { noUnusedLocals: false, typeRoots: [join(root, "node_modules/@types")] };
    const config = { extends: join(root, "tsconfig.check.json"), compilerOptions, include: ["*.ts"] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    return await promisify(execFile)(process.execPath, [tsc, "-p", folder, "--pretty", "false"], { cwd: folder }).then(
      ({ stdout }) => stdout,
      ({ stdout, stderr }) => `${stdout}${stderr}`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test("the programs of the reference pages compile", async () => {
  const programs = new Map<string, string>();
  for (const page of pages) {
    const all = await programsOf(page);
    assert.ok(all.length > 2, page);
    for (const [at, program] of all.entries()) programs.set(`${page.split("/").at(-1)}-${at + 1}.ts`, program);
  }
  assert.equal(await compile(programs), "");
});

test("a program with an option that does not exist does not compile", async () => {
  const program =
    'import { createGuard } from "@doorcode/guard";\ncreateGuard({ issuer: "x", audiense: "y", profile: "entra" });\n';
  assert.match(await compile(new Map([["wrong.ts", program]])), /audiense/);
});
