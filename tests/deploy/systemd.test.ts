// deploy/systemd: systemd accepts the unit, and counts little that it is exposed to.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { exitCodes } from "../../packages/cli/src/exit-codes.ts";
import { root } from "../packaging/pack.ts";

/** From 0, exposed to nothing, to 100. */
const EXPOSURE_LIMIT = 15;

const withoutSystemd =
  spawnSync("systemd-analyze", ["--version"], { stdio: "ignore" }).error !== undefined &&
  "needs systemd-analyze (Debian: systemd)";

const unit = await readFile(join(root, "deploy/systemd/doorcode.service"), "utf8");
/** The values of a directive, in the unit's order. */
const directives = (name: string) => [...unit.matchAll(new RegExp(`^${name}=(.*)$`, "gm"))].map(([, value]) => value!);

/** `systemd-analyze` on a unit, with this machine's Node.js: systemd checks that the program exists. */
async function analyze(text: string, ...args: string[]) {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-unit-"));
  try {
    const file = join(folder, "doorcode.service");
    await writeFile(file, text.replaceAll("/usr/bin/node", process.execPath));
    const { status, stdout, stderr } = spawnSync("systemd-analyze", [...args, file], { encoding: "utf8" });
    return { status, output: stdout + stderr };
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("doorcode.service", { skip: withoutSystemd }, () => {
  test("is a unit that systemd accepts", async () => {
    assert.deepEqual(await analyze(unit, "verify", "--man=no"), { status: 0, output: "" });
    const { output } = await analyze(unit.replace("LockPersonality", "LockPersonalities"), "verify", "--man=no");
    assert.match(output, /LockPersonalities/);
  });

  test(`is exposed to little: at most ${EXPOSURE_LIMIT} of 100`, async (t) => {
    const limit = `--threshold=${EXPOSURE_LIMIT}`;
    const { status, output } = await analyze(unit, "security", "--offline=true", limit);
    t.diagnostic(/Overall exposure level.*: \S+/.exec(output)?.[0] ?? output);
    assert.equal(status, 0, output);
    const open = await analyze(unit.replace("ProtectSystem=strict", ""), "security", "--offline=true", limit);
    assert.notEqual(open.status, 0, "the limit is close enough to notice one directive");
  });

  test("is not started again by systemd after an error that a new start repeats", () => {
    assert.deepEqual(directives("RestartPreventExitStatus"), [String(exitCodes.usage)]);
    assert.deepEqual(directives("SuccessExitStatus"), [String(exitCodes.terminated)]);
  });
});
