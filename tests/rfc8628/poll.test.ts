import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { startTestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { poll, requestCode } from "../fixtures/device.ts";

test("a poll writes nothing to the store, on time or early, until there is something to redeem", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const sqliteFile = join(folder, "tenant.db");
  await using tenant = await startTestTenant({ sqliteFile });
  const onlooker = new DatabaseSync(sqliteFile, { readOnly: true });
  t.after(() => onlooker.close());
  // SQLite's own count of what other connections have committed.
  const commits = () => onlooker.prepare("pragma data_version").get()?.data_version;

  const { body } = await requestCode(tenant);
  const before = commits();
  for (const wait of [0, 5_000, 100, 10_000, 900_000]) {
    tenant.clock.advance(wait);
    for (const grant_type of ["device_code", "urn:ietf:params:oauth:grant-type:device_code"]) {
      assert.equal((await poll(tenant, body.device_code, { grant_type })).status, 400);
    }
  }
  assert.equal((await poll(tenant, "unknown")).status, 400);
  assert.equal(commits(), before);

  const another = await requestCode(tenant);
  await approve(tenant, another.body.user_code, await addUser(tenant));
  const approved = commits();
  assert.equal((await poll(tenant, another.body.device_code)).status, 200);
  assert.notEqual(commits(), approved, "the count sees a redemption");
});
