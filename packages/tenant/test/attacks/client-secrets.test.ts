import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { post } from "../../../../tests/fixtures/device.ts";
import type { App } from "../../src/directory/entities.ts";
import { hashSecret, newSecret } from "../../src/kernel/seal.ts";
import { createLogger } from "../../src/server/logger.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { assertDone, graphClient } from "../graph/graph-client.ts";
import { scratch } from "../server/scratch.ts";

const TOKEN = "/oauth2/v2.0/token";

test("attack: reading a client secret anywhere after it was shown: database, log, audit, errors, lists", async (t) => {
  const sqliteFile = join(await scratch(t), "store.db");
  let logged = "";
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += chunk;
      done();
    },
  });
  await using tenant = await startTestTenant({ sqliteFile, log: createLogger("info", stream) });
  const { admin, context } = tenant;
  const graph = await graphClient(tenant);
  const { clientId } = await admin.apps.put({ name: "Web" });
  const made = await admin.apps.addSecret(clientId, { name: "web server" });
  const byGraph = assertDone(await graph.post(`applications(appId='${clientId}')/addPassword`), 200);
  const wrong = newSecret();
  const by = { client_id: clientId, grant_type: "client_credentials", scope: "https://graph.microsoft.com/.default" };
  const answers = [
    await post(tenant, TOKEN, { ...by, client_secret: made.secret }),
    await post(tenant, TOKEN, { ...by, client_secret: byGraph.secretText }),
    await post(tenant, TOKEN, { ...by, client_secret: wrong }),
    await graph.get(`applications(appId='${clientId}')`),
    await graph.get("applications?$select=passwordCredentials"),
    await graph.post(`applications(appId='${clientId}')/addPassword`, { secretText: wrong }),
  ];
  const listed = await admin.apps.secrets(clientId);
  assert.deepEqual(
    listed.map(({ hint }) => hint).sort(),
    [made.secret, byGraph.secretText].map((secret) => secret.slice(0, 3)).sort(),
  );
  tenant.clock.advance(3 * 366 * 24 * 60 * 60_000);
  answers.push(await post(tenant, TOKEN, { ...by, client_secret: made.secret }));
  assert.deepEqual(answers.at(-1)?.body.error_codes, [7000222]);
  await admin.apps.removeSecret(clientId, made.keyId);

  const audit = await context.store.audit.list({ limit: 500 });
  const about = (event: string) => audit.find((record) => record.event === event)?.detail;
  const ends_at = new Date(made.endsAt).toISOString();
  assert.deepEqual(about("app.secret_added"), { app_id: clientId, key_id: made.keyId, ends_at });
  assert.deepEqual(about("graph.app.secret_added")?.key_id, byGraph.keyId);
  assert.deepEqual(about("app.secret_removed"), { app_id: clientId, key_id: made.keyId });
  const database = [sqliteFile, `${sqliteFile}-wal`].map((file) => readFileSync(file, "latin1")).join("");
  const places = {
    database,
    logged,
    audit: JSON.stringify(audit),
    answers: JSON.stringify(answers),
    listed: JSON.stringify(listed),
  };
  assert.ok(database.includes(hashSecret(byGraph.secretText)), "what the tenant keeps is its hash");
  for (const [place, text] of Object.entries(places)) {
    for (const secret of [made.secret, byGraph.secretText, wrong]) {
      // Without the first three characters, which are its hint.
      assert.ok(!text.includes(secret.slice(3)), `it is in: ${place}`);
    }
    if (place !== "database") assert.ok(!text.includes(hashSecret(made.secret)), `its hash is in: ${place}`);
  }
});

describe("attack: a client secret that is not this app's, or not any more", () => {
  let tenant: TestTenant;
  let app: App;
  before(async () => {
    tenant = await startTestTenant();
    app = await tenant.admin.apps.put({ name: "Web" });
  });
  after(() => tenant.close());

  const tried = async (client_secret: string, client_id = app.clientId) => {
    const scope = "https://graph.microsoft.com/.default";
    return (await post(tenant, TOKEN, { client_id, client_secret, grant_type: "client_credentials", scope })).body
      .error_codes[0];
  };
  /** It authenticated, but may not get an app-only token. */
  const RIGHT = 501051;

  test("another app's, a hash, a hint, a key ID, two at once in one", async () => {
    const { secret, keyId } = await tenant.admin.apps.addSecret(app.clientId);
    const other = await tenant.admin.apps.put({ name: "Other" });
    const others = await tenant.admin.apps.addSecret(other.clientId);
    assert.equal(await tried(secret), RIGHT);
    for (const wrong of [
      ...[others.secret, hashSecret(secret), secret.slice(0, 3), keyId, `${secret} `, secret.toLowerCase()],
      ...[`${secret},${others.secret}`, `${secret}${secret}`, secret.slice(0, -1)],
    ]) {
      assert.equal(await tried(wrong), 7000215, wrong.length.toString());
    }
    assert.equal(await tenant.admin.apps.removeSecret(other.clientId, keyId), false);
    assert.equal(await tried(secret), RIGHT);
  });

  test("one that was removed, whose app was deleted and registered anew, or is disabled", async () => {
    const { secret, keyId } = await tenant.admin.apps.addSecret(app.clientId);
    assert.equal(await tenant.admin.apps.removeSecret(app.clientId.toUpperCase(), keyId.toUpperCase()), true);
    assert.equal(await tried(secret), 7000215);
    assert.equal(await tenant.admin.apps.removeSecret(app.clientId, keyId), false);

    const again = await tenant.admin.apps.addSecret(app.clientId);
    await tenant.admin.apps.put({ clientId: app.clientId, disabledAt: tenant.clock.now() });
    assert.equal(await tried(again.secret), 700016);
    await tenant.admin.apps.remove(app.clientId);
    await tenant.admin.apps.put({ clientId: app.clientId, name: "Web" });
    assert.equal(await tried(again.secret), 7000215);
  });

  test("secrets are 256 bits of the tenant's own, ten of an app, each for two years at most", async () => {
    const { clientId } = await tenant.admin.apps.put({ name: "Web" });
    const secrets = await Promise.all([1, 2, 3].map(() => tenant.admin.apps.addSecret(clientId, { days: 1 })));
    for (const { secret, endsAt } of secrets) {
      assert.equal(Buffer.from(secret, "base64url").length, 32);
      assert.equal(endsAt, tenant.clock.now() + 24 * 60 * 60_000);
    }
    assert.equal(new Set(secrets.map(({ secret }) => secret)).size, 3);
    for (const days of [0, -1, 733, Number.NaN, Number.POSITIVE_INFINITY]) {
      await assert.rejects(tenant.admin.apps.addSecret(clientId, { days }), { code: "app_secret_refused" });
    }
    for (let more = 3; more < 10; more++) await tenant.admin.apps.addSecret(clientId);
    await assert.rejects(tenant.admin.apps.addSecret(clientId), { code: "app_secret_refused", message: /has 10 sec/ });
    await assert.rejects(tenant.admin.apps.addSecret(tenant.apis[0]!.clientId), { code: "app_unknown" });
    await assert.rejects(tenant.admin.apps.removeSecret("x", "y"), { code: "app_unknown" });
    await assert.rejects(tenant.admin.apps.secrets("x"), { code: "app_unknown" });
  });
});
