// Required assignment (AADSTS50105), from the device's side.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { type Answer, clientIdOf, poll, refresh, requestCode, userinfo } from "../fixtures/device.ts";

for (const store of ["sqlite", "postgres"] as const) {
  describe(`an app that requires assignment (${store})`, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant({ store });
      const { directory } = tenant.context.store;
      const app = await directory.findApp(clientIdOf(tenant));
      await seed(tenant.context.store).putApp({ ...app!, assignmentRequired: true });
    });
    after(() => tenant.close());

    const assignedUser = async () => {
      const user = await addUser(tenant);
      await seed(tenant.context.store).assign(clientIdOf(tenant), user.id);
      return user;
    };
    const assertNotAssigned = ({ status, body }: Answer) => {
      assert.deepEqual([status, body.error, body.error_codes], [400, "invalid_grant", [50105]]);
    };

    test("gives tokens to users who are assigned, directly or through a group", async () => {
      const group = { id: randomUUID(), name: "Gardeners", createdAt: 0 };
      await seed(tenant.context.store).putGroup(group);
      await seed(tenant.context.store).assign(clientIdOf(tenant), group.id);
      const member = await addUser(tenant);
      await seed(tenant.context.store).addGroupMember(group.id, member.id);
      for (const user of [await assignedUser(), member]) {
        const { body: code } = await requestCode(tenant);
        await approve(tenant, code.user_code, user);
        const tokens = await poll(tenant, code.device_code);
        assert.equal(tokens.status, 200);
        assert.equal((await refresh(tenant, tokens.body.refresh_token)).status, 200);
      }
    });

    test("assignment withdrawn between approval and poll: no tokens, now or later", async () => {
      const user = await assignedUser();
      const { body: code } = await requestCode(tenant);
      await approve(tenant, code.user_code, user);
      await seed(tenant.context.store).unassign(clientIdOf(tenant), user.id);
      assertNotAssigned(await poll(tenant, code.device_code));
      await seed(tenant.context.store).assign(clientIdOf(tenant), user.id);
      tenant.clock.advance(6_000);
      assert.equal((await poll(tenant, code.device_code)).body.error, "access_denied");
    });

    test("assignment withdrawn from a signed-in user: the next renewal is refused, and other sign-ins remain", async () => {
      const user = await assignedUser();
      const { body: code } = await requestCode(tenant);
      await approve(tenant, code.user_code, user);
      const { body: tokens } = await poll(tenant, code.device_code);
      await seed(tenant.context.store).unassign(clientIdOf(tenant), user.id);
      const refused = await refresh(tenant, tokens.refresh_token);
      assertNotAssigned(refused);
      assert.equal(refused.body.suberror, "message_only");
      assertNotAssigned(await refresh(tenant, tokens.refresh_token, { scope: "openid offline_access" }));
      await seed(tenant.context.store).assign(clientIdOf(tenant), user.id);
      const renewed = await refresh(tenant, tokens.refresh_token, { scope: "openid offline_access" });
      assert.equal(renewed.status, 200);
      assert.equal((await userinfo(tenant, renewed.body.access_token)).status, 200);
    });

    test("a user who is not assigned leaves the device waiting", async () => {
      const { body: code } = await requestCode(tenant);
      await assert.rejects(approve(tenant, code.user_code, await addUser(tenant)), /not_assigned/);
      assert.equal((await poll(tenant, code.device_code)).body.error, "authorization_pending");
      await approve(tenant, code.user_code, await assignedUser());
      tenant.clock.advance(6_000);
      assert.equal((await poll(tenant, code.device_code)).status, 200);
    });
  });
}
