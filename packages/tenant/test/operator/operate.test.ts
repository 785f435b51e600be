import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { operate } from "../../src/operator/operate.ts";
import { operated, operatedTenants } from "../fixtures/operated.ts";
import { ownCertificate } from "../fixtures/own-certificate.ts";
import type { TestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../server/scratch.ts";

const PASSWORD = "violet-harbour-1871";
const EMAIL = "ada@contoso.example";

for (const state of operatedTenants) {
  describe(`operating a tenant: ${state}`, { concurrency: true }, () => {
    test("users, apps, certificates and secrets are managed", async (t) => {
      const { location, look } = await operated(t, state);
      const user = { email: EMAIL, name: null, password: PASSWORD };
      const added = await operate(location, { do: "add_user", ...user });
      assert.deepEqual(await operate(location, { do: "list_users" }), [added]);
      await assert.rejects(operate(location, { do: "add_user", ...user }), failsWith("email_taken"));
      const [app] = await operate(location, { do: "list_apps" });
      const { client_id } = app!;
      const { certificate } = await ownCertificate();
      await operate(location, { do: "add_certificate", client_id, certificate, administrator: true });
      const { key_id } = await operate(location, { do: "add_secret", client_id, name: "web", days: 1 });
      const [listed] = await operate(location, { do: "list_apps" });
      assert.deepEqual([listed?.certificates.length, listed?.secrets[0]?.key_id], [1, key_id]);
      await operate(location, { do: "remove_secret", client_id, key_id });
      assert.equal((await operate(location, { do: "remove_certificates", client_id })).removed, 1);
      const tenant = await look();
      const records = (await tenant.context.store.audit.list({ limit: 99 })).filter(
        ({ actor }) => actor === "operator",
      );
      assert.deepEqual(records.map(({ event }) => event).toReversed(), [
        ...["user.created", "app.certificate_added", "app.secret_added"],
        ...["app.secret_removed", "app.certificates_removed"],
      ]);
    });

    test("an operator's token is accepted by the tenant's Graph", async (t) => {
      let started: TestTenant | undefined;
      const { location } = await operated(t, state, async (tenant) => {
        started = tenant;
      });
      const issued = await operate(location, { do: "administrator_token" });
      assert.deepEqual([issued.graph, issued.ca_file], [started?.graph, started?.caFile]);
      assert.equal((await started?.context.signingKeys.verify(issued.token))?.idtyp, "operator");
    });

    test("approvals and denials work on a running embedded tenant only", async (t) => {
      const { location } = await operated(t, state, ({ admin }) => admin.people.add({ email: EMAIL }));
      const expected = {
        "running SQLite": "code_unknown",
        "stopped SQLite": "tenant_not_running",
        "served SQLite": "embedded_only",
        PostgreSQL: "embedded_only",
      }[state];
      const code = "BCDF-GHJK";
      await assert.rejects(operate(location, { do: "approve", code, as: EMAIL }), failsWith(expected));
      await assert.rejects(operate(location, { do: "approve", code, as: EMAIL, mfa: true }), failsWith(expected));
      await assert.rejects(operate(location, { do: "deny", code }), failsWith(expected));
    });
  });
}

test("without the seal key, the store can be operated, but no token is signed", async (t) => {
  for (const state of ["PostgreSQL", "stopped SQLite"] as const) {
    const { location, data } = await operated(t, state);
    await rm(join(data, "seal.key"));
    assert.deepEqual(await operate(location, { do: "list_users" }), []);
    const token = operate(location, { do: "administrator_token" });
    await assert.rejects(token, failsWith("seal_key_missing"));
    const elsewhere = { ...location, sealKeyFile: join(await scratch(t), "seal.key") };
    await assert.rejects(operate(elsewhere, { do: "administrator_token" }), failsWith("seal_key_missing"));
  }
});

test("another tenant's seal key signs nothing", async (t) => {
  const { location } = await operated(t, "PostgreSQL");
  const other = await operated(t, "stopped SQLite");
  const sealKeyFile = join(other.data, "seal.key");
  const token = operate({ ...location, sealKeyFile }, { do: "administrator_token" });
  await assert.rejects(token, failsWith("seal_key_differs"));
});

test("a store without a tenant is refused, and none is created", async (t) => {
  const data = await scratch(t);
  const location = { data, store: { sqlite: join(data, "tenant.db") } };
  for (let time = 0; time < 2; time++) {
    await assert.rejects(operate(location, { do: "list_users" }), failsWith("store_missing"));
  }
});
