// The `groups` and `roles` claims, in Entra's shapes.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import type { User } from "../../packages/tenant/src/directory/entities.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { claimsOf, clientIdOf, poll, refresh, requestCode, userinfo } from "../fixtures/device.ts";

describe("groups and roles in tokens", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  const directory = () => tenant.context.store.directory;
  const wanted = async (by: { app: boolean; api: boolean; profile?: "entra" | "rfc9068" }) => {
    const app = await directory().findApp(clientIdOf(tenant));
    await seed(tenant.context.store).putApp({ ...app!, groupClaims: by.app });
    const api = await directory().findApi(tenant.apis[0]!.clientId);
    await seed(tenant.context.store).putApi({ ...api!, groupClaims: by.api, tokenProfile: by.profile ?? "entra" });
  };
  const memberOf = async (count: number) => {
    const user = await addUser(tenant);
    const ids = Array.from({ length: count }, () => randomUUID()).sort();
    for (const id of ids) {
      await seed(tenant.context.store).putGroup({ id, name: id, createdAt: 0 });
      await seed(tenant.context.store).addGroupMember(id, user.id);
    }
    return { user, ids };
  };
  const signIn = async (user: User) => {
    const { body: code } = await requestCode(tenant);
    await approve(tenant, code.user_code, user);
    const { body } = await poll(tenant, code.device_code);
    return { refreshToken: body.refresh_token, access: claimsOf(body.access_token), id: claimsOf(body.id_token) };
  };

  test("in the tokens configured to contain them, as IDs, and in no others", async () => {
    const { user, ids } = await memberOf(3);
    for (const [app, api] of [
      [true, true],
      [true, false],
      [false, true],
      [false, false],
    ] as const) {
      await wanted({ app, api });
      const { access, id } = await signIn(user);
      assert.deepEqual([id.groups, access.groups], [app ? ids : undefined, api ? ids : undefined]);
    }
  });

  test("in a token of RFC 9068's profile too", async () => {
    const { user, ids } = await memberOf(2);
    await wanted({ app: false, api: true, profile: "rfc9068" });
    assert.deepEqual((await signIn(user)).access.groups, ids);
  });

  test("no claim for a user without groups; 200 are listed; for 201 the tokens only say that groups exist", async () => {
    await wanted({ app: true, api: true });
    const none = await signIn(await addUser(tenant));
    for (const claims of [none.access, none.id]) assert.ok(!("groups" in claims) && !("hasgroups" in claims));
    const { user, ids } = await memberOf(200);
    const most = await signIn(user);
    for (const claims of [most.access, most.id]) assert.deepEqual([claims.groups, claims.hasgroups], [ids, undefined]);
    const one = randomUUID();
    await seed(tenant.context.store).putGroup({ id: one, name: "one more", createdAt: 0 });
    await seed(tenant.context.store).addGroupMember(one, user.id);
    const { body } = await refresh(tenant, most.refreshToken);
    for (const token of [body.access_token, body.id_token]) {
      const { groups, hasgroups } = claimsOf(token);
      assert.deepEqual([groups, hasgroups], [undefined, true]);
    }
  });

  test("current at every renewal; never in UserInfo or in a token for it", async () => {
    await wanted({ app: true, api: true });
    const { user, ids } = await memberOf(2);
    const { refreshToken } = await signIn(user);
    await seed(tenant.context.store).removeGroupMember(ids[0]!, user.id);
    const { body } = await refresh(tenant, refreshToken);
    assert.deepEqual(claimsOf(body.access_token).groups, [ids[1]]);
    const bare = (await refresh(tenant, body.refresh_token, { scope: "openid profile" })).body;
    assert.ok(!("groups" in claimsOf(bare.access_token)));
    assert.ok(!("groups" in (await userinfo(tenant, bare.access_token)).body));
  });

  test("a role that is assigned to a group is in its members' access tokens while they are members", async () => {
    await wanted({ app: false, api: false });
    const { user, ids } = await memberOf(1);
    await seed(tenant.context.store).assignRole(tenant.apis[0]!.clientId, "ToDoList.Read.All", ids[0]!);
    const { access, refreshToken } = await signIn(user);
    assert.deepEqual(access.roles, ["ToDoList.Read.All"]);
    await seed(tenant.context.store).removeGroupMember(ids[0]!, user.id);
    assert.ok(!("roles" in claimsOf((await refresh(tenant, refreshToken)).body.access_token)));
  });

  test("a role for applications only is in no user's token, even if it was assigned", async () => {
    const user = await addUser(tenant);
    await wanted({ app: false, api: false });
    const { clientId } = tenant.apis[0]!;
    const api = (await directory().findApi(clientId))!;
    const role = { id: randomUUID(), value: "Everything", displayName: "Everything" };
    await seed(tenant.context.store).assignRole(clientId, "Everything", user.id);
    await seed(tenant.context.store).putApi({
      ...api,
      roles: [...api.roles, { ...role, allowedMemberTypes: ["User", "Application"] }],
    });
    assert.deepEqual((await signIn(user)).access.roles, ["Everything"]);
    await seed(tenant.context.store).putApi({
      ...api,
      roles: [...api.roles, { ...role, allowedMemberTypes: ["Application"] }],
    });
    assert.equal((await signIn(user)).access.roles, undefined);
    await seed(tenant.context.store).putApi(api);
  });
});
