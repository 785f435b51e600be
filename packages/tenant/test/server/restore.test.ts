import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, statSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { operate } from "../../src/operator/operate.ts";
import { backUp } from "../../src/server/backup.ts";
import { authenticateBackup } from "../../src/server/backup-mac.ts";
import { type RestoreStep, restore } from "../../src/server/restore.ts";
import type { StartedTenant } from "../../src/server/start-tenant.ts";
import { sampleGrant, scopesAt } from "../storage/samples.ts";
import { undoFrom } from "../storage/undo-migrations.ts";
import { failsWith, scratch } from "./scratch.ts";
import { postgresPlace, sqlitePlace, type TestPlace } from "./tenant-place.ts";

/** A tenant with Ada, backed up with its key, and then with Bob. It is not running. */
async function backedUp(t: TestContext): Promise<{ place: TestPlace; file: string; key: string }> {
  const place = await sqlitePlace(t);
  const tenant = await place.start();
  await tenant.admin.people.add({ email: "ada@contoso.example" });
  const file = join(await scratch(t), "backup.db");
  await backUp(place, file, { withSealKey: true });
  await tenant.admin.people.add({ email: "bob@contoso.example" });
  await tenant.close();
  return { place, file, key: join(place.data, "seal.key") };
}

const emails = async (tenant: StartedTenant) => (await tenant.admin.people.list()).map(({ email }) => email).sort();
const ADA = ["ada@contoso.example"];
const BOTH = ["ada@contoso.example", "bob@contoso.example"];

describe("restoring a tenant on SQLite", () => {
  test("after its data folder was lost, with the key beside the backup", async (t) => {
    const { place, file } = await backedUp(t);
    await rm(place.data, { recursive: true });
    const restored = await restore(place, file);
    assert.deepEqual([restored.users, restored.kept], [1, []]);
    for (const name of ["tenant.db", "seal.key"]) {
      assert.equal(statSync(join(place.data, name)).mode & 0o777, 0o600, name);
    }
    const tenant = await place.start();
    assert.deepEqual(await emails(tenant), ADA);
    const [record] = await tenant.context.store.audit.list({ event: "tenant.restored", limit: 1 });
    assert.deepEqual(record?.detail, { backup: "backup.db", sign_ins_ended: false });
    assert.equal((await backUp(place, `${file}.2`)).users, 1, "the backup was not changed, and can be made again");
  });

  test("with a key that was kept elsewhere, or that was put in place before", async (t) => {
    const { place, file } = await backedUp(t);
    const elsewhere = join(await scratch(t), "kept.key");
    await copyFile(`${file}.seal.key`, elsewhere);
    await rm(`${file}.seal.key`);
    await rm(place.data, { recursive: true });
    await restore(place, file, { sealKeyOfBackup: elsewhere });
    assert.deepEqual(await emails(await place.start()), ADA);
    const other = await sqlitePlace(t);
    await mkdir(other.data, { mode: 0o700 });
    await copyFile(elsewhere, join(other.data, "seal.key"));
    await restore(other, file);
    assert.deepEqual(await emails(await other.start()), ADA);
  });

  test("never without the right key", async (t) => {
    const { place, file } = await backedUp(t);
    await rm(`${file}.seal.key`);
    const other = await sqlitePlace(t);
    await assert.rejects(restore(other, file), failsWith("seal_key_missing"));
    const wrong = join(await scratch(t), "wrong.key");
    await writeFile(wrong, new Uint8Array(32));
    await assert.rejects(restore(other, file, { sealKeyOfBackup: wrong }), failsWith("seal_key_differs"));
    await writeFile(wrong, "short");
    await assert.rejects(restore(other, file, { sealKeyOfBackup: wrong }), failsWith("seal_key_damaged"));
    assert.deepEqual(readdirSync(other.data).sort(), ["running.lock", "tenant.db.lock"]);
    assert.deepEqual(await emails(await place.start()), BOTH);
  });

  test("not over a tenant, unless it is to be replaced; then its files are kept", async (t) => {
    const { place, file } = await backedUp(t);
    await assert.rejects(restore(place, file), failsWith("restore_refused"));
    const { kept } = await restore(place, file, { replace: true });
    assert.equal(kept.length, 1, "the key is the same");
    const tenant = await place.start();
    assert.deepEqual(await emails(tenant), ADA);
    await tenant.close();
    // The tenant that was replaced can be restored as well.
    await restore(place, kept[0] ?? "", { replace: true });
    assert.deepEqual(await emails(await place.start()), BOTH);
  });

  test("over another tenant: its seal key is kept, too", async (t) => {
    const { file } = await backedUp(t);
    const other = await sqlitePlace(t);
    await (await other.start()).close();
    const key = await readFile(join(other.data, "seal.key"));
    // With a key in place, the one beside the backup decides nothing: who forges a backup can forge that, too.
    await assert.rejects(restore(other, file, { replace: true }), {
      code: "seal_key_differs",
      hint: /--seal-key-file/,
    });
    const sealKeyOfBackup = `${file}.seal.key`;
    const { kept } = await restore(other, file, { replace: true, sealKeyOfBackup });
    assert.equal(kept.length, 2);
    assert.deepEqual(await readFile(kept[1] ?? ""), key);
    assert.deepEqual(await emails(await other.start()), ADA);
  });

  test("over a damaged tenant", async (t) => {
    const { place, file } = await backedUp(t);
    await truncate(join(place.data, "tenant.db"), 1000);
    await restore(place, file, { replace: true });
    assert.deepEqual(await emails(await place.start()), ADA);
  });

  test("never while another program has the present file open", async (t) => {
    const { place, file } = await backedUp(t);
    const present = join(place.data, "tenant.db");
    const program = new DatabaseSync(present);
    program.exec("begin; select * from settings");
    const before = readdirSync(place.data).filter((name) => !/-(wal|shm)$/.test(name));
    await assert.rejects(restore(place, file, { replace: true }), (error: Error) => {
      assert.match(error.message, /tenant\.db open\. Nothing was changed/);
      return failsWith("already_running")(error);
    });
    program.close();
    assert.deepEqual(
      readdirSync(place.data).filter((name) => !/-(wal|shm)$/.test(name)),
      before,
    );
    assert.deepEqual(await emails(await place.start()), BOTH);
  });

  test("not from a backup that was changed in any bit, or that was copied in another way", async (t) => {
    const { place, file, key } = await backedUp(t);
    const folder = await scratch(t);
    const bytes = await readFile(file);
    // In a user's name, in an unused page, and in the MAC itself, which is base64url after a mark of 43 characters.
    const mac = bytes.indexOf("backup_mac") + "backup_mac".length + 43;
    for (const at of [bytes.indexOf("ada@contoso.example"), bytes.length - 1, mac + 5]) {
      const other = Buffer.from(bytes);
      other[at] = other[at]! ^ 1;
      const forged = join(folder, `${at}.db`);
      await writeFile(forged, other);
      await assert.rejects(
        restore(place, forged, { replace: true, sealKeyOfBackup: key }),
        failsWith("backup_invalid"),
      );
    }
    const copied = join(folder, "copied.db");
    await copyFile(join(place.data, "tenant.db"), copied);
    const sentence = (error: Error) => /is not as doorcode tenant backup wrote it/.test(error.message);
    await assert.rejects(restore(place, copied, { replace: true, sealKeyOfBackup: key }), sentence);
    const edited = join(folder, "edited.db");
    await copyFile(file, edited);
    const database = new DatabaseSync(edited);
    database.exec("update users set administrator = 1");
    database.close();
    await assert.rejects(restore(place, edited, { replace: true, sealKeyOfBackup: key }), sentence);
    assert.deepEqual(await emails(await place.start()), BOTH);
  });

  test("of a tenant whose SQLite file was once a backup, copied by hand", async (t) => {
    const { place, file, key } = await backedUp(t);
    await copyFile(file, join(place.data, "tenant.db"));
    const again = `${file}.again`;
    await backUp(place, again);
    const other = await sqlitePlace(t);
    await restore(other, again, { sealKeyOfBackup: key });
    assert.deepEqual(await emails(await other.start()), ADA);
  });

  test("not from a file with code in it: a trigger or a view", async (t) => {
    const { place, file } = await backedUp(t);
    for (const [kind, rest] of [
      ["trigger", "after insert on audit_records begin delete from audit_records; end"],
      ["view", "as select * from users"],
    ]) {
      const forged = join(await scratch(t), "forged.db");
      await copyFile(file, forged);
      const database = new DatabaseSync(forged);
      database.exec(`create ${kind} extra ${rest}`);
      database.close();
      await assert.rejects(restore(place, forged, { replace: true }), (error: Error) => {
        assert.match(error.message, new RegExp(`it has a ${kind} \\(extra\\)`));
        return failsWith("backup_invalid")(error);
      });
    }
    assert.deepEqual(await emails(await place.start()), BOTH);
  });

  test("never while a tenant runs on the folder, or on PostgreSQL", async (t) => {
    const { place, file } = await backedUp(t);
    const tenant = await place.start();
    await assert.rejects(restore(place, file, { replace: true }), failsWith("already_running"));
    assert.deepEqual(await emails(tenant), BOTH);
    await assert.rejects(restore(await postgresPlace(t), file), failsWith("sqlite_only"));
  });

  test("not from a file that is damaged, or is something else; the folder stays as it was", async (t) => {
    const { place, file } = await backedUp(t);
    const folder = await scratch(t);
    const [cut, text, empty] = ["cut.db", "text.db", "empty.db"].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await copyFile(file, cut);
    await truncate(cut, statSync(cut).size - 20_000);
    await writeFile(text, "not a database, but long enough to look like one".repeat(100));
    new DatabaseSync(empty).exec("create table settings (name text, value text)");
    const before = readdirSync(place.data).sort();
    for (const bad of [cut, text, empty, join(folder, "missing.db")]) {
      await assert.rejects(restore(place, bad, { replace: true }), failsWith("backup_invalid"), bad);
    }
    assert.deepEqual(readdirSync(place.data).sort(), before);
    assert.deepEqual(await emails(await place.start()), BOTH);
  });

  test("from an older version, whose tables are brought up to date, but not from a newer one", async (t) => {
    const { place, file, key } = await backedUp(t);
    const database = new DatabaseSync(file);
    for (const statement of undoFrom("0013")) database.exec(statement);
    database.close();
    const sealKey = await readFile(key);
    await authenticateBackup(file, sealKey);
    await restore(place, file, { replace: true });
    assert.deepEqual(await emails(await place.start()), ADA);
    const newer = new DatabaseSync(file);
    newer.exec("insert into kysely_migration values ('9999-from-the-future', '2999-01-01T00:00:00.000Z')");
    newer.exec("insert into settings values ('oldest_schema', '9999')");
    newer.close();
    await authenticateBackup(file, sealKey);
    await assert.rejects(restore(await sqlitePlace(t), file), (error: Error) => {
      assert.match(error.message, /newer version of Doorcode.*9999-from-the-future/);
      return failsWith("store_migration_failed")(error);
    });
  });

  test("tells a reader of the audit log, who continues after the backup", async (t) => {
    const { place, file } = await backedUp(t);
    const before = await operate(place, { do: "read_audit" });
    assert.equal(before.records.at(-1)?.event, "user.created");
    await restore(place, file, { replace: true });
    const after = await operate(place, { do: "read_audit", after: before.after });
    assert.equal(after.restored, "exact");
    assert.deepEqual(
      after.records.map(({ event }) => event),
      ["tenant.restored"],
    );
    const next = await operate(place, { do: "read_audit", after: after.after });
    assert.deepEqual([next.records, next.restored], [[], undefined]);
  });

  test("ends what works only once and may have been used since: codes that were under way", async (t) => {
    const place = await sqlitePlace(t);
    const tenant = await place.start();
    const { store } = tenant.context;
    const grant = sampleGrant(tenant.apps[0]?.clientId ?? "", scopesAt("api"));
    await store.grants.insert(grant);
    const expiresAt = Date.now() + 60_000;
    await store.outbox.enqueue({ id: "waiting", sealed: "AAAA", createdAt: Date.now(), expiresAt });
    const file = join(await scratch(t), "backup.db");
    await backUp(place, file, { withSealKey: true });
    await tenant.close();
    await restore(place, file, { replace: true });
    const { store: after } = (await place.start()).context;
    assert.equal(await after.grants.findById(grant.id), undefined);
    assert.equal(await after.outbox.lease({ now: Date.now(), until: expiresAt, id: "waiting" }), undefined);
  });

  test("a signing key that was retired after the backup never signs again if sign-ins are ended", async (t) => {
    const { place, file } = await backedUp(t);
    const kids = async (tenant: StartedTenant) =>
      (await tenant.context.signingKeys.published()).map(({ kid }) => kid).sort();
    const before = await place.start();
    const leaked = await kids(before);
    await before.close();
    await restore(place, file, { replace: true });
    const same = await place.start();
    assert.deepEqual(await kids(same), leaked);
    await same.close();
    await restore(place, file, { replace: true, endSignIns: true });
    const renewed = await kids(await place.start());
    assert.equal(renewed.length, 2);
    assert.ok(renewed.every((kid) => !leaked.includes(kid)));
  });

  test("killed at any step, the folder has the old tenant or the restored one, complete", async (t) => {
    const { file } = await backedUp(t);
    const other = await sqlitePlace(t);
    const steps: [RestoreStep, string[]][] = [
      ["prepared", []],
      ["kept aside", []],
      ["key written", []],
      ["in place", ADA],
      ["done", ADA],
    ];
    await (await other.start()).close();
    for (const [at, expected] of steps) {
      assert.equal(await restoreAndDie(other, file, at), "SIGKILL", at);
      const tenant = await other.start();
      assert.deepEqual(await emails(tenant), expected, at);
      await tenant.close();
    }
  });
});

async function restoreAndDie({ store, data }: TestPlace, file: string, at: RestoreStep): Promise<string> {
  const script = fileURLToPath(new URL("./restore-and-die.ts", import.meta.url));
  const given = JSON.stringify({ place: { store, data }, file, at });
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", script, given], { stdio: "inherit" });
  const [, signal] = await once(child, "exit");
  return signal;
}
