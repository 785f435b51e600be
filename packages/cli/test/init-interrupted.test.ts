import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chown, mkdir, readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { doorcode, packageFolder, scratch } from "./cli-process.ts";

const count = 4;
/** Writes four files, and is killed before the file with that number. */
const program = (folder: string, killedAt: number) => `
  import { writeProject } from ${JSON.stringify(pathToFileURL(join(packageFolder, "src/init/write-project.ts")).href)};
  const files = new Map(["a/b", "c", "package.json", "d"].map((path) => [path, "text"]));
  const entries = files.entries();
  files[Symbol.iterator] = function* () {
    for (let at = 0; at < ${count}; at++) {
      if (at === ${killedAt}) process.kill(process.pid, "SIGKILL");
      yield entries.next().value;
    }
  };
  writeProject(${JSON.stringify(folder)}, files);
`;

async function writeUntilKilled(folder: string, killedAt: number): Promise<string | null> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program(folder, killedAt)], { stdio: "inherit" });
  const [, signal] = await once(child, "exit");
  return signal;
}

const leftIn = async (folder: string) => (await readdir(folder)).filter((name) => name.startsWith(".doorcode-init-"));

describe("doorcode init, killed while it writes,", () => {
  test("leaves no project, regardless of when it was killed, and the next run creates one", async (t) => {
    const cwd = await scratch(t);
    for (let killedAt = 0; killedAt < count; killedAt++) {
      const folder = join(cwd, `device-${killedAt}`);
      await writeUntilKilled(folder, killedAt);
      assert.ok(!existsSync(folder));
      assert.equal((await doorcode(["init", folder]).ended).exit, 0);
    }
    assert.equal(await writeUntilKilled(join(cwd, "whole"), count), null);
    assert.deepEqual((await readdir(join(cwd, "whole"))).sort(), ["a", "c", "d", "package.json"]);
  });

  test("leaves an existing folder practically empty, and the next run fills it", async (t) => {
    const cwd = await scratch(t);
    for (let killedAt = 0; killedAt < count; killedAt++) {
      const folder = join(cwd, `device-${killedAt}`);
      await mkdir(folder);
      await writeUntilKilled(folder, killedAt);
      assert.deepEqual(await readdir(folder), await leftIn(folder));
      assert.equal((await doorcode(["init", folder]).ended).exit, 0);
      assert.ok(existsSync(join(folder, "package.json")));
    }
  });

  test("leaves files that a later run removes, unless another run may still use them", async (t) => {
    const cwd = await scratch(t);
    await writeUntilKilled(join(cwd, "first"), 2);
    const [left] = await leftIn(cwd);
    assert.ok(left);
    await doorcode(["init", join(cwd, "second")]).ended;
    assert.deepEqual(await leftIn(cwd), [left]);
    const earlier = new Date(Date.now() - 120_000);
    await utimes(join(cwd, left), earlier, earlier);
    await doorcode(["init", join(cwd, "third")]).ended;
    assert.deepEqual(await leftIn(cwd), []);
  });

  const skip = process.getuid?.() !== 0 && "only root can give a folder to another user";
  test("keeps a folder of another user with such a name", { skip }, async (t) => {
    const cwd = await scratch(t);
    const name = `.doorcode-init-${randomUUID()}`;
    const earlier = new Date(Date.now() - 120_000);
    await mkdir(join(cwd, name));
    await chown(join(cwd, name), 65_534, 65_534);
    await utimes(join(cwd, name), earlier, earlier);
    assert.equal((await doorcode(["init", join(cwd, "device")]).ended).exit, 0);
    assert.deepEqual(await leftIn(cwd), [name]);
  });
});
