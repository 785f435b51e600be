import assert from "node:assert/strict";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { post } from "../../../../tests/fixtures/device.ts";
import { hashSecret } from "../../../tenant/src/kernel/seal.ts";
import { openPostgresStore } from "../../../tenant/src/storage/sql/open-store.ts";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { seed } from "../../../tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { sampleApp } from "../../../tenant/test/storage/samples.ts";
import { command } from "./tenant-process.ts";

const DAY = 24 * 60 * 60_000;

/** Whether the app gets a device code with this secret. */
async function signsIn(tenant: TestTenant, clientId: string, client_secret: string): Promise<boolean> {
  const form = { client_id: clientId, client_secret, scope: "openid" };
  return (await post(tenant, "/oauth2/v2.0/devicecode", form)).status === 200;
}

describe("doorcode tenant apps add-secret and remove-secret", () => {
  test("stdout has only the secret; two work at once, are listed, and one is removed", async (t) => {
    const data = join(await scratch(t), "tenant");
    await using tenant = await startTestTenant({ dataDir: data });
    const { clientId } = await tenant.admin.apps.put({ name: "Web", grantTypes: ["device_code"] });
    const first = await command(["apps", "add-secret", clientId.toUpperCase(), "--data", data]);
    assert.equal(first.exit, 0, first.stderr);
    const secret = first.stdout.trim();
    assert.equal(first.stdout, `${secret}\n`);
    assert.match(
      first.stderr,
      /^Web has a new secret \(key ID [0-9a-f-]{36}\) until \d{4}-\d\d-\d\d, shown this once\.\n$/,
    );
    assert.ok(!first.stderr.includes(secret.slice(3)));

    const named = ["--name", "web server", "--days", "90", "--json"];
    const second = JSON.parse((await command(["apps", "add-secret", clientId, ...named, "--data", data])).stdout);
    assert.deepEqual([second.event, second.app, second.secret.length], ["secret_added", "Web", 43]);
    assert.equal(Date.parse(second.expires_at), tenant.clock.now() + 90 * DAY);
    for (const each of [secret, second.secret]) assert.equal(await signsIn(tenant, clientId, each), true);

    const listed = await command(["apps", "--data", data]);
    const line = `  secret ${second.key_id}  ${second.secret.slice(0, 3)}…  web server  until ${second.expires_at.slice(0, 10)}\n`;
    assert.ok(listed.stdout.includes(line), listed.stdout);
    const events = (await command(["apps", "--json", "--data", data])).stdout.trim().split("\n");
    const app = events.map((each) => JSON.parse(each)).find(({ client_id }) => client_id === clientId);
    assert.equal(app.secrets.length, 2);
    assert.deepEqual(Object.keys(app.secrets[0]), ["key_id", "name", "hint", "expires_at"]);

    const removed = await command(["apps", "remove-secret", clientId, second.key_id.toUpperCase(), "--data", data]);
    assert.deepEqual([removed.exit, removed.stdout], [0, ""]);
    assert.equal(await signsIn(tenant, clientId, second.secret), false);
    assert.equal(await signsIn(tenant, clientId, secret), true);
    const again = await command(["apps", "remove-secret", clientId, second.key_id, "--json", "--data", data]);
    assert.equal(again.exit, 2);
    assert.equal(JSON.parse(again.stdout).code, "app_secret_unknown");
  });

  test("--output writes it into a new file that only its owner can read, and never overwrites one", async (t) => {
    const folder = await scratch(t);
    const data = join(folder, "tenant");
    await using tenant = await startTestTenant({ dataDir: data });
    const { clientId } = await tenant.admin.apps.put({ name: "Web", grantTypes: ["device_code"] });
    const file = join(folder, "secret");
    const add = (...more: string[]) => command(["apps", "add-secret", clientId, "--output", ...more, "--data", data]);
    const { exit, stdout, stderr } = await add(file);
    assert.deepEqual([exit, stdout], [0, ""], stderr);
    const secret = (await readFile(file, "utf8")).trim();
    assert.equal(await signsIn(tenant, clientId, secret), true);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.ok(!stderr.includes(secret.slice(3)));

    assert.equal((await add(file)).exit, 2);
    assert.equal((await readFile(file, "utf8")).trim(), secret);
    assert.equal((await add(join(folder, "none", "secret"))).exit, 2);
    // A secret that could not be written was not added.
    assert.equal((await tenant.admin.apps.secrets(clientId)).length, 1);
    const refused = join(folder, "refused");
    assert.equal((await add(refused, "--days", "9999")).exit, 2);
    await assert.rejects(readFile(refused), { code: "ENOENT" });
    const json = await add(join(folder, "json"), "--json");
    const { secret: none, ...event } = JSON.parse(json.stdout);
    assert.deepEqual([none, event.file], [undefined, join(folder, "json")]);
  });

  test("on PostgreSQL they change the database, while the tenant runs elsewhere", async (t) => {
    const url = await freshDatabase();
    const store = await openPostgresStore(url);
    t.after(() => store.close());
    const app = sampleApp();
    await store.directory.settingOnce("name", "Contoso");
    await seed(store).putApp(app);
    const at = { env: { DOORCODE_STORE: url } };
    const added = await command(["apps", "add-secret", app.clientId, "--json", "--data", await scratch(t)], at);
    assert.equal(added.exit, 0, added.stderr);
    const { secret, key_id } = JSON.parse(added.stdout);
    const [kept] = await store.credentials.secretsOf(app.clientId);
    assert.deepEqual([kept?.keyId, kept?.secretHash], [key_id, hashSecret(secret)]);
    const [record] = await store.audit.list({ event: "app.secret_added", limit: 1 });
    assert.deepEqual([record?.actor, record?.clientId], ["operator", app.clientId]);
    const removed = await command(["apps", "remove-secret", app.clientId, key_id, "--data", await scratch(t)], at);
    assert.equal(removed.exit, 0, removed.stderr);
    assert.deepEqual(await store.credentials.secretsOf(app.clientId), []);
  });

  test("invalid arguments are refused with a reason", async (t) => {
    const data = join(await scratch(t), "tenant");
    await using tenant = await startTestTenant({ dataDir: data });
    const { clientId } = await tenant.admin.apps.put({ name: "Web" });
    const refused = async (args: string[], message: RegExp) => {
      const { exit, stdout, stderr } = await command(["apps", ...args, "--data", data]);
      assert.deepEqual([exit, stdout], [2, ""], stderr);
      assert.match(stderr, message);
    };
    await refused(["add-secret", "x"], /No app has (this|the) client ID/);
    for (const days of ["0", "-1", "1.5", "ten"])
      await refused(["add-secret", clientId, "--days", days], /number of days/);
    await refused(["add-secret", clientId, "--days", "733"], /two years at most/);
    await refused(["add-secret", clientId, "--name", " "], /name is empty/);
    await refused(["remove-secret", clientId, "x"], /no secret with this key ID/);
    assert.deepEqual(await tenant.admin.apps.secrets(clientId), []);
  });
});
