import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { howToInstall, tenantFor } from "../src/installation.ts";
import { scratch } from "./cli-process.ts";

const own = "doorcode@1.2.3";
const wanted = "@doorcode/tenant@1.2.3";
const path = ["tenant", "start"];

/** Empty files in a folder of their own; those with a content have it. */
async function files(t: TestContext, ...content: (string | [path: string, manifest: object])[]): Promise<string> {
  const folder = await scratch(t);
  for (const each of content) {
    const [name, text] = typeof each === "string" ? [each, ""] : [each[0], JSON.stringify(each[1])];
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

describe("how to install the tenant", () => {
  test("follows the package manager of the project, and the kind of dependency", async (t) => {
    const dev: [string, object] = ["package.json", { devDependencies: { doorcode: "1.2.3" } }];
    const dependency: [string, object] = ["package.json", { dependencies: { doorcode: "1.2.3" } }];
    for (const [manifest, lock, line] of [
      [dependency, "package-lock.json", `npm install ${wanted}`],
      [dev, "package-lock.json", `npm install --save-dev ${wanted}`],
      [dependency, "pnpm-lock.yaml", `pnpm add ${wanted}`],
      [dev, "pnpm-lock.yaml", `pnpm add --save-dev ${wanted}`],
      [dev, "yarn.lock", `yarn add --dev ${wanted}`],
    ] as const) {
      const root = await files(t, manifest, lock);
      const folder = join(root, "node_modules/doorcode");
      assert.equal(howToInstall(wanted, { folder, own, path }, root), `Add it: ${line}`);
      assert.equal(howToInstall(wanted, { folder, own, path }, join(root, "src")), `Add it: ${line}`);
      assert.equal(howToInstall(wanted, { folder, own, path }, dirname(root)), `Add it, in ${root}: ${line}`);
      const byPnpm = join(root, "node_modules/.pnpm/doorcode@1.2.3/node_modules/doorcode");
      assert.equal(howToInstall(wanted, { folder: byPnpm, own, path }, root), `Add it: ${line}`);
    }
  });

  test("is a global install next to a global command", async (t) => {
    const folder = join(await scratch(t), "lib/node_modules/doorcode");
    assert.equal(howToInstall(wanted, { folder, own, path }, "/"), `Add it: npm install --global ${wanted}`);
    const pnpm = join(await scratch(t), "pnpm/global/5/.pnpm/doorcode@1.2.3/node_modules/doorcode");
    assert.equal(howToInstall(wanted, { folder: pnpm, own, path }, "/"), `Add it: pnpm add --global ${wanted}`);
    const separate = join(await scratch(t), "store/v11/links/@/doorcode/1.2.3/8f2a/node_modules/doorcode");
    assert.equal(
      howToInstall(wanted, { folder: separate, own, path }, "/"),
      `Add both packages together: pnpm add --global ${own},${wanted}`,
    );
  });

  test("is found out although a manifest is damaged, or has a byte order mark", async (t) => {
    const root = await files(t, "package.json", "node_modules/@doorcode/tenant/package.json");
    const folder = join(root, "node_modules/doorcode");
    assert.equal(tenantFor(folder), "a damaged one");
    assert.equal(howToInstall(wanted, { folder, own, path }, root), `Add it: npm install --global ${wanted}`);
    const manifest = JSON.stringify({ devDependencies: { doorcode: "1.2.3" } });
    await writeFile(join(root, "package.json"), `\uFEFF${manifest}`);
    assert.equal(howToInstall(wanted, { folder, own, path }, root), `Add it: npm install --save-dev ${wanted}`);
  });

  test("is a longer npx command for npx, which keeps nothing", async (t) => {
    const folder = join(await files(t, ["_npx/8f2a/package.json", {}]), "_npx/8f2a/node_modules/doorcode");
    assert.equal(
      howToInstall(wanted, { folder, own, path }, "/"),
      `Run both packages: npx --package ${own} --package ${wanted} doorcode tenant start`,
    );
  });
});

describe("the tenant's package", () => {
  test("is found next to the command and above it, as Node.js finds it, and nowhere else", async (t) => {
    const root = await files(t, ["node_modules/@doorcode/tenant/package.json", { version: "1.2.3" }]);
    assert.equal(tenantFor(join(root, "node_modules/doorcode")), "1.2.3");
    assert.equal(tenantFor(join(root, "packages/cli")), "1.2.3");
    assert.equal(tenantFor(join(dirname(root), "elsewhere/node_modules/doorcode")), undefined);
  });
});
