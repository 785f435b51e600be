import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { claimsOf, poll, refresh, requestCode } from "../../../../tests/fixtures/device.ts";
import { freePort } from "../../../../tests/fixtures/free-port.ts";
import { askTenant } from "../../src/control/client.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
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

test("a tenant that is served later from the same store takes none of it as a second factor", async (t) => {
  const dataDir = join(await scratch(t), "tenant");
  const place = { dataDir, sqliteFile: join(dataDir, "tenant.db") };
  const requireMfa = async ({ context, apps }: TestTenant, required: boolean) => {
    const app = (await context.store.directory.findApp(apps[0]!.clientId))!;
    await seed(context.store).putApp({ ...app, requireMfa: required });
  };
  const tokens: string[] = [];
  const codes: string[] = [];
  {
    await using embedded = await startTestTenant(place);
    await embedded.admin.people.add({ email: EMAIL });
    await requireMfa(embedded, true);
    for (const isRedeemed of [true, true, false]) {
      const { body: device } = await requestCode(embedded);
      await embedded.approve(device.user_code, { as: EMAIL, mfa: true });
      if (isRedeemed) tokens.push((await poll(embedded, device.device_code)).body.refresh_token);
      else codes.push(device.device_code);
    }
  }
  const port = await freePort();
  const publicUrl = `https://127.0.0.1:${port}`;
  await using served = await startTestTenant({ ...place, port, publicUrl, trustedProxies: ["127.0.0.1"] });
  // As the proxy would.
  const throughProxy: TestTenant["fetch"] = (url, { headers, ...init } = {}) =>
    served.fetch(String(url).replace("https:", "http:"), {
      ...init,
      headers: { ...headers, "x-forwarded-proto": "https" },
    });
  const local = { ...served, fetch: throughProxy };
  for (const answer of [await refresh(local, tokens[0]!), await poll(local, codes[0]!)]) {
    assert.deepEqual([answer.status, answer.body.error_codes], [400, [50076]]);
  }
  await requireMfa(served, false);
  const { body } = await refresh(local, tokens[1]!);
  const { acr, amr } = claimsOf(body.id_token);
  assert.deepEqual([acr, amr], ["0", []]);
});
