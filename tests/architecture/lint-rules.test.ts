import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { folderOf } from "./layering.ts";
import { root } from "./source-files.ts";

/** Violations of biome.json's rules, each in a file of its own. */
const planted: Record<string, { file: string; text: string; rule: string }> = {
  "an import cycle": {
    file: "packages/guard/src/a.ts",
    text: 'import { b } from "./b.ts";\n\nexport const a = () => b;\n',
    rule: "lint/suspicious/noImportCycles",
  },
  "a cycle of type imports": {
    file: "packages/guard/src/c.ts",
    text: 'import type { D } from "./d.ts";\n\nexport type C = { d: D };\n',
    rule: "lint/suspicious/noImportCycles",
  },
  "the guard importing the tenant": {
    file: "packages/guard/src/e.ts",
    text: 'export { startTenant } from "@doorcode/tenant";\n',
    rule: "lint/style/noRestrictedImports",
  },
  "the tenant importing the guard": {
    file: "packages/tenant/src/oauth/a.ts",
    text: 'export { createGuard } from "@doorcode/guard";\n',
    rule: "lint/style/noRestrictedImports",
  },
  "the grant's state machine importing the web server": {
    file: "packages/tenant/src/oauth/device-authorization/decisions.ts",
    text: 'export { fastify } from "fastify";\n',
    rule: "lint/style/noRestrictedImports",
  },
  "a file not named in kebab-case": {
    file: "packages/cli/src/authConfig.ts",
    text: "export const a = 1;\n",
    rule: "lint/style/useFilenamingConvention",
  },
  "an import without a file extension": {
    file: "packages/cli/src/f.ts",
    text: 'export { a } from "./g";\n',
    rule: "lint/correctness/useImportExtensions",
  },
};

const others = {
  "packages/guard/src/b.ts": 'import { a } from "./a.ts";\n\nexport const b = () => a;\n',
  "packages/guard/src/d.ts": 'import type { C } from "./c.ts";\n\nexport type D = { c: C };\n',
  "packages/cli/src/g.ts": "export const a = 1;\n",
};

describe("npm run lint", () => {
  let folder: string;
  let found: { file: string; rule: string }[];

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "doorcode-lint-"));
    cpSync(join(root, "biome.json"), join(folder, "biome.json"));
    const files = [...Object.entries(others), ...Object.values(planted).map(({ file, text }) => [file, text] as const)];
    for (const [file, text] of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const biome = join(root, "node_modules/@biomejs/biome/bin/biome");
    const args = [biome, "lint", "--vcs-enabled=false", "--reporter=json", "--max-diagnostics=none", "."];
    const { stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
    const report = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: unknown } }[] };
    found = report.diagnostics.map(({ category, location }) => ({
      rule: category,
      file: JSON.stringify(location.path),
    }));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [what, { file, rule }] of Object.entries(planted)) {
    test(`finds ${what}`, () => {
      const hit = found.find((finding) => finding.rule === rule && finding.file.includes(file));
      assert.ok(hit, `no ${rule} for ${file} in ${JSON.stringify(found)}`);
    });
  }

  test("has rules only for packages and folders that exist", () => {
    const named = readFileSync(join(root, "biome.json"), "utf8");
    for (const [, name] of named.matchAll(/"(@doorcode\/[a-z-]+)(?:\/\*\*)?"/g)) assert.ok(folderOf[name!], name);
    for (const [, braces] of named.matchAll(/"packages\/\{([^}]+)\}/g)) {
      for (const name of braces!.split(",")) assert.ok(existsSync(join(root, "packages", name)), `packages/${name}`);
    }
    for (const [, folder] of named.matchAll(/"((?:packages|tests|tools|bench|examples)\/[a-z/-]+)\//g)) {
      assert.ok(existsSync(join(root, folder!)), folder);
    }
  });

  test("finds nothing in a file that follows the rules", () => {
    assert.deepEqual(
      found.filter(({ file }) => file.includes("packages/cli/src/g.ts")),
      [],
    );
  });
});
