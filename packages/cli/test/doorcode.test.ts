import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";
import { tenantSuite } from "./tenant-suite.ts";

describe("doorcode", () => {
  test("prints its version and its help on stdout", async () => {
    const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
    assert.deepEqual(await doorcode(["--version"]).ended, { exit: 0, stdout: `${version}\n`, stderr: "" });
    const help = await doorcode(["--help"]).ended;
    assert.equal(help.exit, 0);
    assert.match(help.stdout, /^Usage: doorcode [\s\S]*tenant/);
  });

  test("its help fits a terminal of eighty columns, and loses no word", async () => {
    const { commands } = await import("../src/commands.ts");
    const { helpOf, helpOfAll } = await import("../src/help.ts");
    const words = (text: string) => text.split(/\s+/).filter(Boolean).join(" ");
    for (const [name, command] of Object.entries(commands)) {
      const help = helpOf(name, command);
      for (const { help: said } of Object.values(command.options)) assert.ok(words(help).includes(words(said)), said);
      for (const note of command.notes ?? []) assert.ok(words(help).includes(words(note)), note);
      for (const line of help.split("\n")) assert.ok(line.length <= 80, `${name}: ${line}`);
    }
    for (const line of helpOfAll(commands).split("\n")) assert.ok(line.length <= 80, line);
  });

  test("says which Node.js it needs on one that is too old, and reads nothing that such a one could not parse", async (t) => {
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
    // ES2021 and later: not one of these parses there.
    assert.doesNotMatch(readFileSync(entry, "utf8"), /\?\.[a-z(]|\?\?|\|\|=|&&=|#[a-z]\w*\(|^\s*static \{/im);
  });

  test("exits 2 on what it does not know, with the words on stderr", async () => {
    for (const args of [[], ["sign-in"], ["--verbose"]]) {
      const { exit, stdout, stderr } = await doorcode(args).ended;
      assert.equal(exit, 2, args.join(" "));
      assert.equal(stdout, "");
      assert.notEqual(stderr, "");
    }
  });
});

describe("doorcode tenant", () => tenantSuite());
