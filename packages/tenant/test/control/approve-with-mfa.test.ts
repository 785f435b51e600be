import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { claimsOf, poll, requestCode } from "../../../../tests/fixtures/device.ts";
import { askTenant } from "../../src/control/client.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../server/scratch.ts";

const EMAIL = "ada@contoso.example";

test("the operator of an embedded tenant approves with a second factor, and the audit log says whose", async (t) => {
  const dataDir = join(await scratch(t), "tenant");
  await using tenant = await startTestTenant({ dataDir });
  await tenant.admin.people.add({ email: EMAIL });
  const app = (await tenant.context.store.directory.findApp(tenant.apps[0]!.clientId))!;
  await seed(tenant.context.store).putApp({ ...app, requireMfa: true });
  const { body: device } = await requestCode(tenant);
  const approve = { do: "approve", code: device.user_code, as: EMAIL } as const;
  await assert.rejects(askTenant(dataDir, approve), failsWith("mfa_required"));
  await askTenant(dataDir, { ...approve, mfa: true });
  const { body } = await poll(tenant, device.device_code);
  const { acr, amr } = claimsOf(body.id_token);
  assert.deepEqual([acr, amr], ["2", ["otp", "mfa"]]);
  const [approved] = await tenant.context.store.audit.list({ event: "device_grant.approved", limit: 1 });
  assert.deepEqual([approved?.actor, approved?.detail], ["operator", { second_factor: "operator" }]);
});

test("a served tenant refuses that, also from TypeScript, and the code stays as it is", async () => {
  const served = { publicUrl: "https://login.contoso.example", trustedProxies: ["127.0.0.1"] };
  await using tenant = await startTestTenant(served);
  await tenant.admin.people.add({ email: EMAIL });
  const approving = tenant.approve("BCDF-GHJK", { as: EMAIL, mfa: true });
  await assert.rejects(approving, failsWith("embedded_only"));
});
