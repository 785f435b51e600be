// The lock belongs to the SQLite file as well: another data folder does not avoid it.
import assert from "node:assert/strict";
import { mkdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { backUp } from "../../src/server/backup.ts";
import { checkTenant } from "../../src/server/check-tenant.ts";
import { inStore } from "../../src/server/in-store.ts";
import { restore } from "../../src/server/restore.ts";
import { rotateSealKey } from "../../src/server/rotate-seal-key.ts";
import { failsWith, scratch } from "./scratch.ts";
import { sqlitePlace } from "./tenant-place.ts";

/** A running tenant, and another data folder with which its SQLite file is used. */
async function sharedFile(t: TestContext) {
  const place = await sqlitePlace(t);
  const tenant = await place.start();
  const sealKeyFile = join(place.data, "seal.key");
  const data = join(await scratch(t), "other");
  await mkdir(data, { mode: 0o700 });
  const link = join(data, "link.db");
  await symlink(join(place.data, "tenant.db"), link);
  const other = { data, store: place.store, sealKeyFile };
  return { place, tenant, other, linked: { ...other, store: { sqlite: link } } };
}

const refused = (file: string) => (error: Error) => failsWith("already_running")(error) && error.message.includes(file);

describe("while a tenant runs, its SQLite file is refused with another data folder", () => {
  test("to a second tenant, to commands, and under another name of the file", async (t) => {
    const { place, tenant, other, linked } = await sharedFile(t);
    const backup = join(await scratch(t), "backup.db");
    await backUp(other, backup, { withSealKey: true });
    const key = await readFile(other.sealKeyFile);
    for (const location of [other, linked]) {
      const because = refused(location.store === linked.store ? "link.db" : "tenant.db");
      const { data: dataDir, store, sealKeyFile } = location;
      await assert.rejects(place.start({ dataDir, store, sealKeyFile }), because);
      await assert.rejects(rotateSealKey(location), because);
      await assert.rejects(restore(location, backup, { replace: true }), because);
      await assert.rejects(
        inStore(location, async () => undefined),
        because,
      );
      const findings = await checkTenant(location);
      assert.match(findings.find(({ part }) => part === "lock")?.message ?? "", /^A tenant is running/);
    }
    assert.deepEqual(await readFile(other.sealKeyFile), key);
    assert.ok(await tenant.admin.people.add({ email: "ada@contoso.example" }));
  });

  test("until it stops", async (t) => {
    const { place, tenant, other } = await sharedFile(t);
    await tenant.close();
    const { data: dataDir, store, sealKeyFile } = other;
    await (await place.start({ dataDir, store, sealKeyFile })).close();
    await rotateSealKey(other);
    await (await place.start()).close();
  });
});

test("two data folders cannot create one SQLite file at the same time", async (t) => {
  const place = await sqlitePlace(t);
  const folder = await scratch(t);
  const store = { sqlite: join(folder, "shared.db") };
  const started = await Promise.allSettled(
    ["a", "b"].map((name) => place.start({ dataDir: join(folder, name), store })),
  );
  const failed = started.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
  assert.equal(failed.length, 1);
  assert.ok(refused("shared.db")(failed[0]));
});
