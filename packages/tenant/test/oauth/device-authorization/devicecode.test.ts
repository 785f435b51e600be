import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { onlyOnOneNode } from "../../fixtures/place.ts";
import { startTestTenant } from "../../fixtures/start-test-tenant.ts";
import { recordVerbs } from "../../interaction/store-calls.ts";

const ADA = "198.51.100.7";

/** A tenant behind a proxy, so that limits apply. */
async function tenantUnderTest(t: TestContext) {
  const tenant = await startTestTenant({ trustedProxies: ["127.0.0.1"], limits: { deviceCodesByNetwork: 6 } });
  t.after(() => tenant.close());
  const [app, api] = [tenant.apps[0]!, tenant.apis[0]!];
  const scope = `api://${api.clientId}/${api.scopes[0]} openid offline_access`;
  const devicecode = async (form: Record<string, string> = {}, from = ADA) => {
    const response = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, {
      method: "POST",
      headers: { "x-forwarded-for": from },
      body: new URLSearchParams({ client_id: app.clientId, scope, ...form }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  return { tenant, app, api, devicecode };
}

describe("a device code request like one before", {
  skip: onlyOnOneNode("what a node remembers is tested with two nodes in storage/accepted-scopes-suite.ts"),
}, () => {
  test("asks the store for nothing, and its limit is taken when the code is inserted", async (t) => {
    const { tenant, devicecode } = await tenantUnderTest(t);
    const { store } = tenant.context;
    assert.equal((await devicecode()).status, 200);
    const called = recordVerbs(tenant.context);
    const { status, body } = await devicecode({ device_name: "Kitchen TV" });
    assert.equal(status, 200);
    assert.deepEqual(
      called.filter((verb) => !/^acceptedScopes\./.test(verb)),
      ["grants.insert"],
    );
    const grant = await store.grants.findByUserCode(String(body.user_code).replace("-", ""));
    assert.equal(grant?.deviceName, "Kitchen TV");
    assert.equal(await store.throttle.peek(`deviceCodeByIp:${ADA}`, 0, tenant.clock.now()), 2);
  });

  test("is refused as soon as its app, its scope or its credentials are not what was accepted", async (t) => {
    const { tenant, app, api, devicecode } = await tenantUnderTest(t);
    assert.equal((await devicecode()).status, 200);
    assert.equal((await devicecode({ client_secret: "none of ours" })).body.error, "invalid_client");
    assert.equal((await devicecode({ device_name: "www.contoso.example" })).body.error, "invalid_request");
    await tenant.admin.apis.put({
      name: "Notes",
      identifierUri: `api://${api.clientId}`,
      clientId: api.clientId,
      scopes: [],
    });
    assert.equal((await devicecode()).body.error, "invalid_scope");
    assert.equal((await devicecode({ scope: "openid" })).status, 200);
    await tenant.admin.apps.put({ name: "Player", clientId: app.clientId, publicClient: false });
    assert.equal((await devicecode({ scope: "openid" })).body.error, "invalid_client");
  });

  test("is charged if it is refused for its text, so that a flood of them ends", async (t) => {
    const { devicecode } = await tenantUnderTest(t);
    assert.equal((await devicecode()).status, 200);
    for (let n = 0; n < 5; n++) {
      assert.equal((await devicecode({ device_name: "www.contoso.example" })).status, 400);
    }
    assert.equal((await devicecode()).status, 429);
    assert.equal((await devicecode({}, "203.0.113.9")).status, 200);
  });
});
