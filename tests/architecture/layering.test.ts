import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { folderOf, layeringViolations, mayImport } from "./layering.ts";
import { projectFiles, root } from "./source-files.ts";

const files = projectFiles();

function dependenciesOf(part: string): string[] | undefined {
  const file = join(root, part, "package.json");
  if (!existsSync(file)) return undefined;
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  // The command line is published as a bundle, so what is in it is needed only to build it.
  const bundled = manifest.name === "doorcode" ? manifest.devDependencies : {};
  const { dependencies, peerDependencies, optionalDependencies } = manifest;
  return Object.keys({ ...dependencies, ...peerDependencies, ...optionalDependencies, ...bundled });
}

describe("who may import whom", () => {
  test("the packages follow the rules, and declare what they import", () => {
    assert.ok(files.some(({ path }) => path === "packages/tenant/src/index.ts"));
    assert.deepEqual(layeringViolations(files, dependenciesOf), []);
  });

  test("the rules name every package that exists, and no other", () => {
    const manifests = globSync("packages/*/package.json", { cwd: root }).sort();
    const named = manifests.map((path) => [JSON.parse(readFileSync(join(root, path), "utf8")).name, dirname(path)]);
    assert.deepEqual(Object.fromEntries(named), folderOf);
    assert.deepEqual(Object.keys(mayImport).sort(), Object.values(folderOf).sort());
  });

  test("the tenant and the tenant file accept answer patterns by the same rule", () => {
    const ruleOf = (path: string) => {
      const text = files.find((file) => file.path === path)?.text ?? "";
      return text.slice(text.indexOf("/**\n * Why a pattern cannot be used"));
    };
    const [theirs, ours] = ["packages/prepare/src/file/pattern.ts", "packages/tenant/src/directory/pattern.ts"];
    assert.match(ruleOf(ours), /^\/\*\*\n \* Why/);
    assert.equal(ruleOf(theirs), ruleOf(ours));
  });

  test("code that the client shares with the guard and with prepare is identical", () => {
    const textOf = (path: string) => files.find((file) => file.path === path)?.text;
    for (const [theirs, ours] of [
      ["packages/guard/src/proxy.ts", "packages/client/src/transport/proxy.ts"],
      ["packages/prepare/src/graph/without-secrets.ts", "packages/client/src/issuer/without-secrets.ts"],
    ] as const) {
      assert.ok(textOf(theirs));
      assert.equal(textOf(theirs), textOf(ours));
    }
  });

  const planted: [string, string, string, RegExp][] = [
    ["the tenant importing the guard", "packages/tenant/src/a.ts", 'import { x } from "@doorcode/guard";', /may not/],
    [
      "a type taken from another package",
      "packages/guard/src/a.ts",
      'import type { x } from "@doorcode/tenant";',
      /may not/,
    ],
    [
      "a re-export over several lines",
      "packages/client/src/a.ts",
      'export {\n  x,\n} from "@doorcode/guard";',
      /may not/,
    ],
    [
      "a relative path into another package",
      "packages/guard/src/a.ts",
      'import "../../tenant/src/kernel/time.ts";',
      /packages\/tenant by a relative path/,
    ],
    [
      "a published source importing an example",
      "packages/tenant/src/x/a.ts",
      'import "../../../../examples/main-job/start.ts";',
      /examples\/main-job by a relative path/,
    ],
    [
      "a published source importing its tests",
      "packages/tenant/src/a.ts",
      'import { t } from "../test/t.ts";',
      /imports its tests/,
    ],
    [
      "the CLI loading the tenant at its start",
      "packages/cli/src/a.ts",
      'import { operate } from "@doorcode/tenant/operator";',
      /at its start/,
    ],
    [
      "the CLI loading the guard, even lazily",
      "packages/cli/src/a.ts",
      'const guard = await import("@doorcode/guard");',
      /may not/,
    ],
    [
      "a library that package.json does not name",
      "packages/guard/src/a.ts",
      'import express from "express";',
      /does not declare/,
    ],
    ["a package without a rule", "packages/new/src/a.ts", "", /no rule/],
  ];
  for (const [what, path, text, sentence] of planted) {
    test(`finds ${what}`, () => {
      const found = layeringViolations([{ path, text }], dependenciesOf);
      assert.match(found[0] ?? "nothing found", sentence);
    });
  }

  test("lets the CLI load the tenant when a command needs it", () => {
    const text = 'const { operate } = await import("@doorcode/tenant/operator");';
    assert.deepEqual(layeringViolations([{ path: "packages/cli/src/a.ts", text }], dependenciesOf), []);
  });
});
