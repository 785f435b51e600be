import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { backUp } from "../../src/server/backup.ts";
import { failsWith, scratch } from "./scratch.ts";
import { postgresPlace, sqlitePlace } from "./tenant-place.ts";

const one = (file: string, sql: string) => {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return Object.values(database.prepare(sql).get() ?? {})[0];
  } finally {
    database.close();
  }
};

describe("a backup of a tenant on SQLite", () => {
  test("is one file of one moment, written while the tenant runs and changes", async (t) => {
    const place = await sqlitePlace(t);
    const tenant = await place.start();
    const file = join(await scratch(t), "backup.db");
    let writing = true;
    let added = 0;
    const writers = Array.from({ length: 4 }, async (_each, writer) => {
      while (writing) await tenant.admin.people.add({ email: `user-${writer}-${added++}@contoso.example` });
    });
    while (added < 50) await new Promise(setImmediate);
    const before = added;
    const made = await backUp(place, file);
    writing = false;
    await Promise.all(writers);

    assert.ok(made.users >= before - 4 && made.users <= added, `${made.users} of ${before} to ${added}`);
    assert.equal(one(file, "pragma integrity_check"), "ok");
    // User and record are written in one transaction.
    assert.equal(one(file, "select count(*) from audit_records where event = 'user.created'"), made.users);
    assert.equal(statSync(file).size, made.bytes);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(made.sealKeyFile, join(place.data, "seal.key"));
    assert.deepEqual(readdirSync(join(file, "..")), ["backup.db"]);
  });

  test("has the seal key beside it only on request", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const file = join(await scratch(t), "backup.db");
    const { sealKeyFile } = await backUp(place, file, { withSealKey: true });
    assert.equal(sealKeyFile, `${file}.seal.key`);
    assert.equal(statSync(sealKeyFile).mode & 0o777, 0o600);
    assert.deepEqual(await readFile(sealKeyFile), await readFile(join(place.data, "seal.key")));
  });

  test("never replaces a file", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const file = join(await scratch(t), "backup.db");
    await writeFile(file, "precious");
    await assert.rejects(backUp(place, file), failsWith("file_exists"));
    assert.equal(await readFile(file, "utf8"), "precious");
    await rm(file);
    await writeFile(`${file}.seal.key`, "precious");
    await assert.rejects(backUp(place, file, { withSealKey: true }), failsWith("file_exists"));
    assert.equal(existsSync(file), false);
  });

  test("two with one name at the same time: one is written, with its seal key, the other changes nothing", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const key = await readFile(join(place.data, "seal.key"));
    for (let round = 0; round < 5; round++) {
      const folder = await scratch(t);
      const file = join(folder, "backup.db");
      const made = await Promise.allSettled([1, 2, 3].map(() => backUp(place, file, { withSealKey: true })));
      const failed = made.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      assert.equal(failed.length, 2);
      for (const error of failed) assert.ok(failsWith("file_exists")(error), String(error));
      assert.deepEqual(readdirSync(folder).sort(), ["backup.db", "backup.db.seal.key"]);
      assert.deepEqual(await readFile(`${file}.seal.key`), key);
    }
  });

  test("is refused if it could not be restored: no seal key, another one, a damaged store", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const folder = await scratch(t);
    const file = join(folder, "backup.db");
    const key = join(place.data, "seal.key");
    const real = await readFile(key);
    await rm(key);
    await assert.rejects(backUp(place, file), failsWith("seal_key_missing"));
    await writeFile(key, new Uint8Array(32), { mode: 0o600 });
    await assert.rejects(backUp(place, file), failsWith("seal_key_differs"));
    await writeFile(key, real);
    const database = join(place.data, "tenant.db");
    await truncate(database, statSync(database).size - 8192);
    await assert.rejects(backUp(place, file), failsWith("backup_invalid"));
    assert.deepEqual(readdirSync(folder), []);
  });

  test("needs a tenant on SQLite, and a folder to write to", async (t) => {
    const place = await sqlitePlace(t);
    const file = join(await scratch(t), "backup.db");
    mkdirSync(place.data, { mode: 0o700 });
    await assert.rejects(backUp(place, file), failsWith("store_missing"));
    await assert.rejects(backUp(await postgresPlace(t), file), failsWith("sqlite_only"));
    await (await place.start()).close();
    await assert.rejects(backUp(place, join(place.data, "nowhere", "backup.db")), (error: Error & { hint: string }) => {
      assert.match(error.message, /nowhere/);
      return failsWith("data_folder_refused")(error) && /Name another file|Make/.test(error.hint);
    });
  });

  test("leaves nothing on a full disk, and says so", async (t) => {
    const place = await sqlitePlace(t);
    await (await place.start()).close();
    const folder = await scratch(t);
    const module = fileURLToPath(new URL("../../src/server/backup.ts", import.meta.url));
    const program = `
      const { backUp } = await import(${JSON.stringify(module)});
      const { readdirSync } = await import("node:fs");
      const [place, folder] = [JSON.parse(process.argv[1]), process.argv[2]];
      const error = await backUp(place, folder + "/backup.db").catch((error) => error);
      console.log(JSON.stringify({ code: error.code, message: error.message, hint: error.hint, files: readdirSync(folder) }));`;
    const { store, data } = place;
    const args = ["--input-type=module", "-e", program, JSON.stringify({ store, data }), folder];
    const mount = `mount -t tmpfs -o size=64k,mode=700 none "$0" && exec "$@"`;
    const isolated = ["--user", "--map-root-user", "--mount", "sh", "-c", mount, folder];
    if (spawnSync("unshare", [...isolated, "true"]).status !== 0) {
      return t.skip("this machine does not allow mounting a small disk");
    }
    const { stdout, stderr } = spawnSync("unshare", [...isolated, process.execPath, ...args], { encoding: "utf8" });
    const { code, message, hint, files } = JSON.parse(stdout || JSON.stringify({ message: stderr }));
    assert.match(message, /backup\.db: the disk is full/);
    assert.match(hint, /Make space on it.*another file/);
    assert.deepEqual([code, files], ["data_folder_refused", []]);
  });
});
