import assert from "node:assert/strict";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, test } from "node:test";
import { node20 } from "../../../tools/runtime.mjs";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";
import { tenantSuite } from "./tenant-suite.ts";

const node = node20();

describe("doorcode tenant on Node.js 20", () => {
  tenantSuite(node);

  test("names the Node.js it needs when there is none", async (t) => {
    const alone = await packageAlone(await scratch(t));
    const { exit, stdout, stderr } = await doorcode(["tenant", "users"], { node, folder: alone, env: { PATH: "" } })
      .ended;
    assert.equal(exit, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /needs Node\.js 24 or newer; this is 20\./);
  });

  test("never runs a Node.js from the current folder", async (t) => {
    const folder = await scratch(t);
    const alone = await packageAlone(join(folder, "package"));
    const cwd = join(folder, "cwd");
    for (const bin of [`.runtime/24-24.99.0/node_modules/${platform}/bin`, `node_modules/${platform}/bin`]) {
      await mkdir(join(cwd, bin), { recursive: true });
      await writeFile(join(cwd, bin, "node"), "#!/bin/sh\necho v24.99.0\n", { mode: 0o755 });
    }
    const { exit } = await doorcode(["tenant", "users"], { node, folder: alone, cwd, env: { PATH: "" } }).ended;
    assert.equal(exit, 1);
  });

  test("uses one from the PATH only if it is new enough", async (t) => {
    const folder = await scratch(t);
    const alone = await packageAlone(join(folder, "package"));
    for (const [version, exit] of [
      ["v22.99.0", 1],
      ["v24.99.0", 77],
    ] as const) {
      const script = `#!/bin/sh\n[ "$1" = --version ] && echo ${version} && exit\nexit 77\n`;
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, "node"), script, { mode: 0o755 });
      const path = join(folder, version);
      assert.equal(
        (await doorcode(["tenant", "users"], { node, folder: alone, env: { PATH: path } }).ended).exit,
        exit,
        version,
      );
    }
  });
});

const platform = `node-${process.platform}-${process.arch}`;

/** The published package and the tenant's, without a workspace that could provide a Node.js. */
async function packageAlone(folder: string): Promise<string> {
  for (const part of ["bin", "dist", "package.json"])
    await cp(join(packageFolder, part), join(folder, part), { recursive: true });
  const tenant = join(folder, "node_modules/@doorcode/tenant");
  await mkdir(dirname(tenant), { recursive: true });
  await symlink(join(packageFolder, "../tenant"), tenant);
  return folder;
}
