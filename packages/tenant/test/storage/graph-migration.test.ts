import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { seed } from "../fixtures/seed.ts";
import { DAY, rotation, sampleAudit, sampleUserFlow, seedSamples, signedIn, T0 } from "./samples.ts";
import { undoFrom } from "./undo-migrations.ts";

test("an older store gets an object and a service principal for every app and API, and the built-in ones their names", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-migration-"));
  const file = join(folder, "store.db");
  try {
    const old = await openSqliteStore(file);
    const [{ app, api }, other] = [await seedSamples(old), await seedSamples(old)];
    const flow = sampleUserFlow();
    await seed(old).putUserFlow(flow);
    const group = { id: randomUUID(), name: "Staff", createdAt: 0 };
    await seed(old).putGroup(group);
    await old.directory.settingOnce("built_in_app", app.clientId);
    await old.directory.settingOnce("built_in_api", api.clientId);
    await old.close();
    const database = new DatabaseSync(file);
    for (const statement of undoFrom("0006")) database.exec(statement);
    database.close();

    const store = await openSqliteStore(file);
    const all = await store.registrations.list();
    assert.equal(all.length, 4);
    for (const { registration } of all) {
      assert.match(registration.objectId, /^[0-9a-f-]{36}$/);
      assert.match(registration.servicePrincipalId ?? "", /^[0-9a-f-]{36}$/);
      assert.deepEqual([registration.tags, registration.requiredResourceAccess], [[], null]);
    }
    assert.equal(new Set(all.map(({ registration }) => registration.objectId)).size, 4);
    const named = async (uniqueName: string) => (await store.registrations.find({ uniqueName }))?.registration.clientId;
    assert.equal(await named("ciam-client-app"), app.clientId);
    assert.equal(await named("ciam-ToDoList-api"), api.clientId);
    const unnamed = { administrativeScopes: [], administrationByDeviceCode: false };
    assert.deepEqual(await store.directory.findApp(other.app.clientId), { ...other.app, ...unnamed });
    assert.deepEqual(await store.directory.findUserFlow(flow.id), flow);
    assert.deepEqual(await store.directory.listGroups(), [group]);
    assert.equal(await store.registrations.delete(all[0]!.registration.objectId, 0, sampleAudit("deleted")), true);
    await store.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("an older session and sign-in keep their user, and continue until their ends", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-migration-"));
  const file = join(folder, "store.db");
  try {
    const old = await openSqliteStore(file);
    const samples = await seedSamples(old);
    const { user } = samples;
    const { tokenHash, family } = await signedIn(old, samples);
    const ids = { day: randomUUID(), month: randomUUID() };
    for (const [id, days] of [
      [ids.day, 1],
      [ids.month, 30],
    ] as const) {
      const session = { createdAt: T0, expiresAt: T0 + days * DAY };
      await old.sessions.ensure({ ...session, id: `old ${id}` });
      const by = { userId: user.id, credentialsVersion: 0, methods: ["password" as const], authTime: T0 };
      assert.ok(await old.sessions.signIn(`old ${id}`, { ...session, ...by, id }));
    }
    await old.close();
    const database = new DatabaseSync(file);
    for (const statement of undoFrom("0012")) database.exec(statement);
    database.close();

    const store = await openSqliteStore(file);
    assert.equal((await store.sessions.find(ids.day, T0))?.keepSignedIn, false);
    const month = await store.sessions.find(ids.month, T0 + 29 * DAY);
    assert.deepEqual([month?.keepSignedIn, month?.idleExpiresAt], [true, null]);
    assert.equal((await store.directory.findUser(user.id))?.credentialsVersion, 0);
    const late = rotation(tokenHash, family.clientId, family.createdAt + 20 * DAY);
    assert.equal((await store.tokens.rotate({ ...late, familyMs: 20 * DAY })).outcome, "expired");
    assert.equal((await store.tokens.rotate({ ...late, familyMs: 20 * DAY + 1 })).outcome, "rotated");
    await store.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
