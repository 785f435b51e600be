import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { clientIdOf, poll, refresh, requestCode, todoScope, userinfo } from "../../../../tests/fixtures/device.ts";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { seed } from "../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

/** A program that keeps asking who the user is after the administrator revoked the consent. */
describe("a program whose consent was withdrawn", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  async function signedIn(scope: string) {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant, { scope });
    await approve(tenant, body.user_code, user);
    const { body: tokens } = await poll(tenant, body.device_code);
    return { user, tokens };
  }
  /** The administrator leaves these of the user's consents at Graph, and none for all users. */
  async function leave(userId: string, scopes: string[]): Promise<void> {
    const clientId = clientIdOf(tenant);
    for (const owner of [null, userId])
      await seed(tenant.context.store).removeConsent(clientId, owner, GRAPH_RESOURCE_ID);
    const own = { clientId, userId, resourceId: GRAPH_RESOURCE_ID };
    await seed(tenant.context.store).addConsent({ ...own, scopes });
  }

  test("identity ends with its consent: at the next renewal, for whatever API", async () => {
    const { user, tokens } = await signedIn(todoScope(tenant));
    await leave(user.id, ["offline_access"]);
    for (const scope of [undefined, "openid", "profile", todoScope(tenant)]) {
      const { status, body } = await refresh(tenant, tokens.refresh_token, scope === undefined ? {} : { scope });
      assert.deepEqual([status, body.suberror], [400, "consent_required"], scope);
    }
    const { body } = await refresh(tenant, tokens.refresh_token, { scope: todoScope(tenant).split(" ")[0]! });
    assert.equal(body.id_token, undefined, "what is left of the consent renews, and says nothing of the person");
  });

  test("UserInfo says no more than what is still consented to, from the next request on", async () => {
    const { user, tokens } = await signedIn("openid profile email offline_access");
    assert.equal((await userinfo(tenant, tokens.access_token)).body.email, user.email);
    await leave(user.id, ["openid", "email"]);
    const { body } = await userinfo(tenant, tokens.access_token);
    assert.deepEqual([body.name, body.preferred_username, body.email], [undefined, undefined, user.email]);
    await leave(user.id, ["profile"]);
    assert.equal((await userinfo(tenant, tokens.access_token)).status, 403);
  });

  test("Graph shows the account no longer, from the next request on", async () => {
    const { user, tokens } = await signedIn("openid offline_access User.Read");
    const me = () =>
      tenant.fetch(`${new URL(tenant.authority).origin}/graph/v1.0/me`, {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      });
    assert.equal((await me()).status, 200);
    await leave(user.id, ["openid"]);
    assert.equal((await me()).status, 403);
  });
});
