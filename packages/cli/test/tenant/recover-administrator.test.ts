import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { verifyPassword } from "../../../tenant/src/directory/password.ts";
import { openPostgresStore, openSqliteStore } from "../../../tenant/src/storage/sql/open-store.ts";
import { freshDatabase } from "../../../tenant/test/fixtures/postgres.ts";
import { startTestTenant } from "../../../tenant/test/fixtures/start-test-tenant.ts";
import { scratch } from "../../../tenant/test/server/scratch.ts";
import { command } from "./tenant-process.ts";

const EMAIL = "ada@contoso.example";
const PASSWORD = "violet-harbour-1871";

describe("doorcode tenant recover-administrator", () => {
  test("in a data folder without a running tenant: the account becomes an enabled administrator, with an audit record", async (t) => {
    const dataDir = join(await scratch(t), "tenant");
    const file = join(dataDir, "tenant.db");
    const before = await startTestTenant({ dataDir, sqliteFile: file });
    const ada = await before.admin.people.add({ email: EMAIL, password: PASSWORD, disabled: true });
    await before.close();

    const recovered = await command(["recover-administrator", EMAIL.toUpperCase(), "--data", dataDir]);
    assert.equal(recovered.exit, 0, recovered.stderr);
    assert.deepEqual([recovered.stdout, /administrator and enabled/.test(recovered.stderr)], ["", true]);

    const store = await openSqliteStore(file);
    const after = await store.directory.findUser(ada.id);
    // Earlier sign-ins of the account no longer count.
    const { credentialsVersion } = after ?? {};
    assert.deepEqual(after, { ...ada, administrator: true, disabledAt: null, credentialsVersion });
    const [record] = await store.audit.list({ event: "administrator.recovered", limit: 1 });
    assert.deepEqual([record?.actor, record?.userId], ["operator", ada.id]);
    await store.close();
  });

  test("goes through a running tenant, which creates a new account and shows its password once", async (t) => {
    const dataDir = join(await scratch(t), "tenant");
    await using tenant = await startTestTenant({ dataDir, sqliteFile: join(dataDir, "tenant.db") });
    const made = await command(["recover-administrator", EMAIL, "--data", dataDir]);
    assert.equal(made.exit, 0, made.stderr);
    const user = await tenant.admin.people.find(EMAIL);
    assert.equal(user?.administrator, true);
    assert.equal(await verifyPassword(user.passwordHash, made.stdout.trim()), true);
    for (const event of ["user.created", "user.made_administrator", "administrator.recovered"]) {
      const records = await tenant.context.store.audit.list({ event, limit: 9 });
      assert.ok(
        records.some(({ userId }) => userId === user.id),
        event,
      );
    }
    const again = await command(["recover-administrator", EMAIL, "--json", "--data", dataDir]);
    const { event, added, password } = JSON.parse(again.stdout);
    assert.deepEqual([event, added, password], ["administrator_recovered", false, undefined]);
    const typo = await command(["recover-administrator", "nope", "--data", dataDir]);
    assert.equal(typo.exit, 2);
    assert.match(typo.stderr, /^doorcode: "nope" is not an email address\.\n/);
    const weak = ["recover-administrator", "grace@contoso.example", "--password-stdin", "--data", dataDir];
    const refused = await command(weak, { stdin: "short" });
    assert.deepEqual([refused.exit, refused.stdout], [2, ""]);
  });

  test("on PostgreSQL, with the URL in the environment", async () => {
    const url = await freshDatabase();
    const env = { DOORCODE_STORE: url };
    const nowhere = await command(["recover-administrator", EMAIL, "--json"], { env });
    assert.deepEqual([nowhere.exit, JSON.parse(nowhere.stdout).code], [2, "store_missing"]);

    const store = await openPostgresStore(url);
    await store.directory.settingOnce("name", "Contoso");
    const args = ["recover-administrator", EMAIL, "--password-stdin", "--json"];
    const made = await command(args, { env, stdin: `${PASSWORD}\n` });
    assert.equal(made.exit, 0, made.stderr);
    assert.doesNotMatch(made.stdout + made.stderr, new RegExp(PASSWORD));
    assert.equal(JSON.parse(made.stdout).added, true);
    const user = await store.directory.findUserByEmail(EMAIL);
    assert.equal(user?.administrator, true);
    assert.equal(await verifyPassword(user.passwordHash, PASSWORD), true);
    await store.close();
  });

  test("fails without a tenant, and creates none", async (t) => {
    const dir = await scratch(t);
    const refused = await command(["recover-administrator", EMAIL, "--json", "--data", dir]);
    assert.deepEqual([refused.exit, JSON.parse(refused.stdout).code], [2, "store_missing"]);
    const again = await command(["recover-administrator", EMAIL, "--json", "--data", dir]);
    assert.equal(JSON.parse(again.stdout).code, "store_missing");
  });
});
