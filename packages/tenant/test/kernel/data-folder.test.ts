import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, mkdir, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { checkDataDir, defaultDataDir, lockDataDir, prepareDataDir } from "../../src/kernel/data-folder.ts";
import type { TenantError } from "../../src/kernel/tenant-error.ts";
import { loadSealKey } from "../../src/server/seal-key.ts";
import { failsWith, scratch } from "../server/scratch.ts";

describe("the data folder", () => {
  test("is created for its owner only", async (t) => {
    const dir = await prepareDataDir(join(await scratch(t), "deep", "tenant"));
    assert.equal((await stat(dir)).mode & 0o777, 0o700);
  });

  test("is refused when others could read it, and not changed", async (t) => {
    const dir = join(await scratch(t), "open");
    await mkdir(dir);
    for (const mode of [0o750, 0o705, 0o777]) {
      await chmod(dir, mode);
      await assert.rejects(prepareDataDir(dir), failsWith("data_folder_refused"));
      assert.equal((await stat(dir)).mode & 0o777, mode);
    }
  });

  test("is refused when it belongs to a different user", async (t) => {
    // Root can create a folder of another owner. For all other users, the root folder is another's.
    const dir = join(await scratch(t), "foreign");
    await mkdir(dir, { mode: 0o700 });
    const root = process.getuid?.() === 0;
    if (root) await chown(dir, 12_345, 12_345);
    await assert.rejects(prepareDataDir(root ? dir : "/"), failsWith("data_folder_refused"));
  });

  test("is refused when it is a file", async (t) => {
    const file = join(await scratch(t), "file");
    await writeFile(file, "");
    await assert.rejects(prepareDataDir(file), failsWith("data_folder_refused"));
    await assert.rejects(checkDataDir(file), failsWith("data_folder_refused"));
  });

  test("names path and reason when the system refuses access", async (t) => {
    const dir = await scratch(t);
    await writeFile(join(dir, "file"), "");
    await symlink("loop", join(dir, "loop"));
    const rows: [string, RegExp][] = [
      [join(dir, "file", "tenant"), /part of the path is a file/],
      [join(dir, "loop"), /a link in the path leads back to itself/],
      [join(dir, "n".repeat(300)), /the path is too long/],
    ];
    // Node's recursive mkdir never returns from there.
    if (process.platform === "linux") rows.push(["/proc/doorcode", /a folder in the path is missing and cannot/]);
    for (const [path, reason] of rows) {
      await assert.rejects(prepareDataDir(path), (error: TenantError) => {
        assert.equal(error.code, "data_folder_refused");
        assert.ok(error.message.startsWith(`Cannot use ${path}: `), error.message);
        assert.match(error.message, reason);
        assert.match(error.hint, /--data/);
        return true;
      });
    }
  });

  test("names the file that cannot be written", async (t) => {
    const dir = await prepareDataDir(join(await scratch(t), "tenant"));
    await mkdir(join(dir, "running.lock"));
    await assert.rejects(lockDataDir(dir), failsWith("data_folder_refused"));
  });

  test("accepts one tenant at a time", async (t) => {
    const dir = await scratch(t);
    const lock = await lockDataDir(dir);
    await assert.rejects(lockDataDir(dir), failsWith("already_running"));
    lock.release();
    (await lockDataDir(dir)).release();
  });

  test("is free as soon as the process that held it is killed", async (t) => {
    const dir = await scratch(t);
    const module = new URL("../../src/kernel/data-folder.ts", import.meta.url).href;
    const code = `const { lockDataDir } = await import(${JSON.stringify(module)});
      await lockDataDir(process.argv[1]); console.log("held"); setInterval(() => {}, 1000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", code, dir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(holder.stdout, "data");
    await assert.rejects(lockDataDir(dir), failsWith("already_running"));
    holder.kill("SIGKILL");
    await once(holder, "exit");
    (await lockDataDir(dir)).release();
  });

  test("is under XDG_DATA_HOME unless named, and ignores a relative one", () => {
    assert.equal(defaultDataDir({ XDG_DATA_HOME: "/data" }), "/data/doorcode/tenant");
    assert.match(defaultDataDir({ XDG_DATA_HOME: "data" }), /^\/.*\.local\/share\/doorcode\/tenant$/);
  });
});

describe("the seal key", () => {
  test("is created once, 32 bytes, readable by its owner only", async (t) => {
    const dir = await scratch(t);
    const key = await loadSealKey(dir);
    assert.equal(key.length, 32);
    assert.deepEqual(await loadSealKey(dir), key);
    assert.equal((await stat(join(dir, "seal.key"))).mode & 0o777, 0o600);
  });

  test("is the same for all concurrent starts, which leave nothing else behind", async (t) => {
    const dir = await scratch(t);
    const keys = await Promise.all(Array.from({ length: 16 }, () => loadSealKey(dir)));
    assert.equal(new Set(keys.map((key) => Buffer.from(key).toString("hex"))).size, 1);
    assert.deepEqual(await readdir(dir), ["seal.key"]);
  });

  test("is never replaced when it is damaged", async (t) => {
    const dir = await scratch(t);
    await writeFile(join(dir, "seal.key"), "short");
    await assert.rejects(loadSealKey(dir), failsWith("seal_key_damaged"));
  });
});
