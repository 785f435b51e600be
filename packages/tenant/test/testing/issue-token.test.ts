import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { claimsOf, userinfo } from "../../../../tests/fixtures/device.ts";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith } from "../server/scratch.ts";

const EMAIL = "ada@contoso.example";

async function withAda(): Promise<TestTenant> {
  const tenant = await startTestTenant();
  await tenant.admin.people.add({ email: EMAIL, password: "violet-harbour-1871" });
  return tenant;
}

const readScope = ({ apis }: TestTenant) => `api://${apis[0]!.clientId}/ToDoList.Read`;
const appOf = async (tenant: TestTenant) => (await tenant.context.store.directory.findApp(tenant.apps[0]!.clientId))!;

describe("a token for a user, an app and scopes", () => {
  test("has what a sign-in of this user would get, is listed as one, and ends with it", async () => {
    await using tenant = await withAda();
    const scopes = [readScope(tenant)];
    const {
      token,
      expiresAt,
      scopes: granted,
    } = await tenant.testing.issueToken({
      ...{ as: EMAIL, app: "ciam-client-app", scopes },
    });
    const claims = claimsOf(token);
    assert.deepEqual(
      [claims.aud, claims.azp, claims.scp],
      [tenant.apis[0]!.clientId, tenant.apps[0]!.clientId, "ToDoList.Read"],
    );
    assert.deepEqual(granted, scopes);
    assert.ok(Math.abs(expiresAt - Number(claims.exp) * 1_000) <= 1_000);
    const [signIn, ...others] = await tenant.admin.signIns.list();
    assert.deepEqual([signIn?.id, signIn?.email, others], [claims.sid, EMAIL, []]);
    const bare = await tenant.testing.issueToken({ as: EMAIL, app: tenant.apps[0]!.clientId, scopes: ["openid"] });
    assert.equal((await userinfo(tenant, bare.token)).status, 200);
    await tenant.admin.signIns.endAll();
    assert.equal((await userinfo(tenant, bare.token)).status, 401);
  });

  test("is recorded as the operator's, for whom and for what, and never with the token", async () => {
    await using tenant = await withAda();
    const { token } = await tenant.testing.issueToken({
      as: EMAIL,
      app: "ciam-client-app",
      scopes: [readScope(tenant)],
    });
    const [record] = await tenant.context.store.audit.list({ event: "testing.token_issued", limit: 1 });
    const user = await tenant.admin.people.find(EMAIL);
    assert.deepEqual(
      [record?.actor, record?.userId, record?.clientId, record?.detail.family],
      ["operator", user?.id, tenant.apps[0]!.clientId, claimsOf(token).sid],
    );
    const everything = JSON.stringify(await tenant.context.store.audit.list({ limit: 99 }));
    assert.ok(!everything.includes(token.split(".")[2]!));
  });

  test("needs a second factor where one is required, which only a tester can claim", async () => {
    await using tenant = await withAda();
    await seed(tenant.context.store).putApp({ ...(await appOf(tenant)), requireMfa: true });
    const input = { as: EMAIL, app: "ciam-client-app", scopes: ["openid"] };
    await assert.rejects(tenant.testing.issueToken(input), failsWith("mfa_required"));
    assert.ok((await tenant.testing.issueToken({ ...input, mfa: true })).token);
  });

  for (const [name, change, input, code] of [
    ["an unknown user", undefined, { as: "eve@contoso.example" }, "user_unknown"],
    ["an unknown app", undefined, { app: "Television" }, "app_unknown"],
    ["a scope that no API has", undefined, { scopes: ["api://nothing/Read"] }, "token_refused"],
    ["no scope", undefined, { scopes: [] }, "token_refused"],
    ["an administrative scope", undefined, { scopes: ["Application.Read.All"] }, "token_refused"],
    ["a disabled app", { disabledAt: 1 }, {}, "token_refused"],
    ["an app that may not use device codes", { grantTypes: ["refresh_token"] }, {}, "token_refused"],
    ["an app to which the user is not assigned", { assignmentRequired: true }, {}, "not_assigned"],
  ] as const) {
    test(`is refused for ${name}, and no code stays open`, async () => {
      await using tenant = await withAda();
      const { store, clock } = tenant.context;
      if (change) await seed(store).putApp({ ...(await appOf(tenant)), ...(change as object) });
      const asked = { as: EMAIL, app: "ciam-client-app", scopes: ["openid"], ...input };
      await assert.rejects(tenant.testing.issueToken({ ...asked, scopes: [...asked.scopes] }), failsWith(code));
      assert.equal(await store.grants.countLive(clock.now()), 0);
      assert.deepEqual(await tenant.admin.signIns.list(), []);
    });
  }

  test("is refused for a disabled user, and for an app whose name two have", async () => {
    await using tenant = await withAda();
    await tenant.admin.people.disable((await tenant.admin.people.find(EMAIL))!.id);
    const input = { as: EMAIL, scopes: ["openid"] };
    await assert.rejects(tenant.testing.issueToken({ ...input, app: "ciam-client-app" }), failsWith("user_disabled"));
    await addApp(tenant.context, "Twin");
    await addApp(tenant.context, "Twin");
    await assert.rejects(tenant.testing.issueToken({ ...input, app: "twin" }), failsWith("app_unknown"));
  });
});
