import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { loadSealKey } from "../../../tenant/src/server/seal-key.ts";
import { openPostgresStore } from "../../../tenant/src/storage/sql/open-store.ts";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { startTestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { mailServer } from "../../../tenant/test/mail/mail-server.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { servedFolder } from "./served.ts";
import { command, serveProcess } from "./tenant-process.ts";

const events = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

async function stoppedTenant(t: TestContext): Promise<{ dataDir: string; folder: string }> {
  const folder = await scratch(t);
  const dataDir = join(folder, "tenant");
  const tenant = await startTestTenant({ dataDir, sqliteFile: join(dataDir, "tenant.db") });
  await tenant.admin.people.add({ email: "ada@contoso.example" });
  await tenant.close();
  return { dataDir, folder };
}

describe("doorcode tenant backup, restore", () => {
  test("bring back a tenant whose data folder was lost", async (t) => {
    const { dataDir, folder } = await stoppedTenant(t);
    const file = join(folder, "backup.db");
    const made = await command(["backup", file, "--with-seal-key", "--data", dataDir]);
    assert.deepEqual([made.exit, made.stdout], [0, `${file}\n`], made.stderr);
    assert.match(
      made.stderr,
      /^Backed up “.+” \(1 user, \d apps?\), and checked the copy\.\n.*seal key is in .*backup\.db\.seal\.key/,
    );
    await rm(dataDir, { recursive: true });
    const restored = await command(["restore", file, "--data", dataDir]);
    assert.deepEqual([restored.exit, restored.stdout], [0, ""], restored.stderr);
    assert.match(
      restored.stderr,
      /^Restored “.+” \(1 user, .*You can start the tenant\.\nWhat was revoked .* retired signing keys\.\n$/,
    );
    const again = await command(["restore", file, "--data", dataDir]);
    assert.equal(again.exit, 2);
    assert.match(again.stderr, /already has a tenant\.\n.*--replace/);
    const [event] = events(
      (await command(["restore", file, "--replace", "--end-sign-ins", "--json", "--data", dataDir])).stdout,
    );
    assert.equal(event.event, "restored");
    assert.ok(event.kept.length === 1 && existsSync(event.kept[0]), event.kept);
  });

  test("say where the seal key is, which the backup needs", async (t) => {
    const { dataDir, folder } = await stoppedTenant(t);
    const file = join(folder, "backup.db");
    const made = await command(["backup", file, "--data", dataDir]);
    assert.match(made.stderr, /needs the seal key .*tenant\/seal\.key.*apart/);
    const [error] = events((await command(["restore", file, "--json", "--data", join(folder, "other")])).stdout);
    assert.deepEqual([error.code, error.exit], ["seal_key_missing", 2]);
    assert.match(error.hint, /--seal-key-file/);
    const key = join(dataDir, "seal.key");
    const restored = await command(["restore", file, "--seal-key-file", key, "--data", join(folder, "other")]);
    assert.equal(restored.exit, 0, restored.stderr);
  });

  test("refuse a tenant on PostgreSQL, and name its tools", async (t) => {
    const env = { DOORCODE_STORE: "postgres://127.0.0.1:1/none" };
    const dir = await scratch(t);
    for (const name of ["backup", "restore"]) {
      const { exit, stderr } = await command([name, join(dir, "x.db"), "--data", dir], { env });
      assert.equal(exit, 2, name);
      assert.match(stderr, /pg_dump/);
    }
  });
});

describe("doorcode tenant seal-key rotate", () => {
  test("replaces the key of a stopped tenant, and says what to do with it", async (t) => {
    const { dataDir } = await stoppedTenant(t);
    const rotated = await command(["seal-key", "rotate", "--data", dataDir]);
    assert.deepEqual([rotated.exit, rotated.stdout], [0, ""], rotated.stderr);
    assert.match(rotated.stderr, /new seal key is in .*seal\.key.*\n.*Backups from before need the old key/);
    const [event] = events((await command(["seal-key", "rotate", "--json", "--data", dataDir])).stdout);
    assert.deepEqual([event.event, event.file], ["seal_key_rotated", join(dataDir, "seal.key")]);
    await using tenant = await startTestTenant({ dataDir, sqliteFile: join(dataDir, "tenant.db") });
    const refused = await command(["seal-key", "rotate", "--data", dataDir]);
    assert.equal(refused.exit, 1);
    assert.match(refused.stderr, /already running/);
    assert.ok(tenant.tenantId);
  });

  test("on PostgreSQL: refuses while a node is connected", async (t) => {
    const url = await freshDatabase();
    const dir = await scratch(t);
    const node = await openPostgresStore(url);
    await node.directory.settingOnce("name", "Contoso");
    const without = await command(["seal-key", "rotate", "--json", "--data", dir], { env: { DOORCODE_STORE: url } });
    assert.equal(events(without.stdout)[0].code, "seal_key_missing");
    await loadSealKey(dir);
    const refused = await command(["seal-key", "rotate", "--json", "--data", dir], { env: { DOORCODE_STORE: url } });
    assert.equal(events(refused.stdout)[0].code, "seal_key_not_replaced");
    await node.close();
    const done = await command(["seal-key", "rotate", "--data", dir], { env: { DOORCODE_STORE: url } });
    assert.equal(done.exit, 0, done.stderr);
  });
});

describe("doorcode tenant doctor", () => {
  test("prints a line for each check, with what to do, and exits with 1 for an error", async (t) => {
    const { dataDir } = await stoppedTenant(t);
    const fine = await command(["doctor", "--data", dataDir]);
    assert.match(fine.stdout, /^ok {7}Node\.js {10}Node\.js 2\d/);
    assert.match(fine.stdout, /\nok {7}seal key {9}.*seal\.key fits the store\.\n/);
    assert.doesNotMatch(fine.stdout, /^error/m);
    assert.equal(fine.exit, 0, fine.stdout);
    await rm(join(dataDir, "seal.key"));
    const ill = await command(["doctor", "--data", dataDir]);
    assert.deepEqual([ill.exit, ill.stderr], [1, ""]);
    assert.match(
      ill.stdout,
      /\nerror {4}seal key {9}.*seal\.key does not exist\.\n {26}Put the tenant's seal key there/,
    );
    assert.match(ill.stdout, /\n1 error, \d warnings?\. Nothing was changed\.\n$/);
    const found = events((await command(["doctor", "--json", "--data", dataDir])).stdout);
    const { event, level, part } = found.find((each) => each.level === "error");
    assert.deepEqual([event, level, part], ["check", "error", "seal_key"]);
    assert.deepEqual([found.at(-1).event, found.at(-1).errors], ["checked", 1]);
  });

  test("names a store that is out of reach, without its password", async (t) => {
    const env = { DOORCODE_STORE: "postgres://doorcode:canary@127.0.0.1:1/none" };
    const { exit, stdout, stderr } = await command(["doctor", "--data", await scratch(t)], { env });
    assert.equal(exit, 1);
    assert.match(stdout, /error {4}store {12}Cannot reach PostgreSQL/);
    assert.doesNotMatch(stdout + stderr, /canary/);
  });

  test("of a served tenant: finds its store, key, certificate and mail server in the server file", async (t) => {
    const smtp = await mailServer(t, { tls: "starttls" });
    const { file, folder, change } = await servedFolder(t);
    await writeFile(join(folder, "smtp-ca.pem"), smtp.options.ca);
    await change({ mail: { ...smtp.options, ca: undefined, caFile: "smtp-ca.pem" } });
    const tenant = await serveProcess(t, file);
    const fine = await command(["doctor", "--config", file]);
    assert.equal(fine.exit, 0, fine.stdout + fine.stderr);
    assert.match(fine.stdout, /ok {7}certificate .*is valid until/);
    assert.match(fine.stdout, /ok {7}lock {13}A tenant is running/);
    assert.match(fine.stdout, /ok {7}mail server {6}localhost responds/);
    const made = await command(["backup", join(folder, "backup.db"), "--config", file]);
    assert.equal(made.exit, 0, made.stderr);
    await tenant.stop("SIGTERM");
    await change({ publicUrl: "https://login.contoso.example" });
    const ill = await command(["doctor", "--json", "--config", file]);
    assert.equal(ill.exit, 1);
    const wrong = events(ill.stdout).filter(({ level }) => level === "error");
    assert.deepEqual(
      wrong.map(({ part }) => part),
      ["certificate"],
    );
    assert.equal((await command(["seal-key", "rotate", "--config", file])).exit, 0);
    assert.equal((await command(["restore", join(folder, "backup.db"), "--config", file])).exit, 2);
  });
});
