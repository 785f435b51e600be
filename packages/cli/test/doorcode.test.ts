import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";
import { tenantSuite } from "./tenant-suite.ts";

describe("doorcode", () => {
  test("names the Node.js it needs when run on an older one, in syntax that the older one can parse", async (t) => {
    const folder = await scratch(t);
    const entry = join(packageFolder, "bin/doorcode.cjs");
    for (const [version, refused] of [
      ["12.22.12", true],
      ["18.20.8", true],
      ["20.18.3", true],
      ["20.19.0", false],
      ["24.0.0", false],
    ] as const) {
      const older = join(folder, "older.cjs");
      await writeFile(older, `Object.defineProperty(process.versions, "node", { value: "${version}" });`);
      const child = spawnSync(process.execPath, ["--require", older, entry, "--version"], { encoding: "utf8" });
      const said = refused ? `doorcode: needs Node.js 20.19 or newer; this is ${version}.\n` : "";
      assert.deepEqual([child.status, child.stderr], [refused ? 1 : 0, said]);
    }
    // ES2021 and later: none of these can be parsed there.
    assert.doesNotMatch(readFileSync(entry, "utf8"), /\?\.[a-z(]|\?\?|\|\|=|&&=|#[a-z]\w*\(|^\s*static \{/im);
  });

  test("prints a library's backticks in events, but not in messages for users", async (t) => {
    const folder = await scratch(t);
    const file = join(folder, "tenant.yaml");
    await writeFile(file, "# nothing yet\n");
    for (const args of [
      ["prepare", "--file", file, "--to", "entra", "--tenant", "contoso.onmicrosoft.com", "--plan", "--json"],
      ["tenant", "start", "--data", join(folder, "data"), "--file", file, "--json"],
    ]) {
      const { exit, stdout, stderr } = await doorcode(args).ended;
      assert.equal(exit, 2, stderr);
      assert.match(stdout, /Begin with `tenant:`/);
      assert.match(stderr, /Begin with tenant:, apps: and apis:/);
      assert.doesNotMatch(stderr, /`/);
    }
  });
});

describe("doorcode tenant", () => tenantSuite());
