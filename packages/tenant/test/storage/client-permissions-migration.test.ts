import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { COMMAND_LINE_CLIENT_ID } from "../../src/admin/registered-apps.ts";
import { GRANT_TYPES } from "../../src/directory/grant-types.ts";
import { ADMINISTRATIVE_SCOPES } from "../../src/directory/graph-scopes.ts";
import { openSqliteStore } from "../../src/storage/sql/open-store.ts";
import { seed } from "../fixtures/seed.ts";
import { sampleApp } from "./samples.ts";
import { undoFrom } from "./undo-migrations.ts";

test("existing apps keep the grants and secrets they had; only the command line gets administrative scopes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "doorcode-migration-"));
  const file = join(folder, "store.db");
  try {
    const old = await openSqliteStore(file);
    const device = sampleApp();
    const web = sampleApp({ publicClient: false });
    const commandLine = sampleApp({ clientId: COMMAND_LINE_CLIENT_ID });
    for (const app of [device, web, commandLine]) await seed(old).putApp(app);
    await old.close();
    const database = new DatabaseSync(file);
    for (const statement of undoFrom("0010")) database.exec(statement);
    database.exec("update apps set secret_hash = 'hash' where public_client = 0");
    database.close();

    const store = await openSqliteStore(file);
    const may = async ({ clientId }: { clientId: string }) => {
      const app = await store.directory.findApp(clientId);
      return [app?.grantTypes, app?.administrativeScopes, app?.administrationByDeviceCode];
    };
    assert.deepEqual(await may(device), [null, [], false]);
    assert.deepEqual(await may(web), [[...GRANT_TYPES], [], false]);
    assert.deepEqual(await may(commandLine), [null, ADMINISTRATIVE_SCOPES, false]);

    assert.deepEqual(await store.credentials.secretsOf(device.clientId), []);
    const [{ keyId, ...secret } = { keyId: "" }, ...more] = await store.credentials.secretsOf(web.clientId);
    assert.match(keyId, /^[0-9a-f-]{36}$/);
    assert.deepEqual(more, []);
    assert.deepEqual(secret, {
      ...{ clientId: web.clientId, secretHash: "hash", hint: null, displayName: null },
      ...{ startsAt: web.createdAt, endsAt: Date.UTC(2299, 11, 31) },
    });
    await store.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
