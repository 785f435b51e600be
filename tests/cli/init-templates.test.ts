import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { packagedNode } from "../../packages/cli/src/init/template.ts";
import { javascriptTemplates } from "../../tools/js-templates.mjs";
import { published, root } from "../packaging/pack.ts";

const read = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));
const { version } = read("packages/cli/package.json") as { version: string };

describe("the projects of doorcode init", () => {
  test("are the same in JavaScript as in TypeScript, without the types", () => {
    for (const [path, text] of javascriptTemplates()) {
      const there = readFileSync(join(root, "packages/cli/templates/js", path), "utf8");
      assert.equal(there, text, `${path}: write it again by node tools/node24.mjs tools/js-templates.mjs`);
    }
  });

  test("install the libraries that this workspace is tested with", () => {
    const { devDependencies: ours } = read("package.json");
    const { devDependencies: theirs } = read("packages/cli/templates/ts/package.json");
    for (const library of ["typescript", "@types/node"]) assert.equal(theirs[library], ours[library], library);
  });

  test("may use every package at the command line's version, since all are released together", () => {
    for (const folder of Object.values(published))
      assert.equal(read(`packages/${folder}/package.json`).version, version);
  });

  test("install the Node.js version that this workspace installs", () => {
    const pinned = Object.values<{ package: string; version: string }>(read("tools/pinned.json")["node-24"].platforms);
    assert.deepEqual(packagedNode, Object.fromEntries(pinned.map((each) => [each.package, each.version])));
  });
});
