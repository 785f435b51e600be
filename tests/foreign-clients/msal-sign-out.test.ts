import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { approver } from "../fixtures/approver.ts";
import { addUser } from "../fixtures/registrations.ts";
import { startTenantForClients, type TenantForClients } from "./tenant-for-clients.ts";

const EMPTY = { Account: {}, IdToken: {}, AccessToken: {}, RefreshToken: {} };

describe("unmodified MSAL Node signs out", () => {
  let testEnv: TenantForClients;
  before(async () => {
    testEnv = await startTenantForClients();
  });
  after(() => testEnv[Symbol.asyncDispose]());

  for (const how of ["removeAccount", "signOut"] as const) {
    test(`with ${how}: account, ID token, access tokens and refresh token all leave the cache`, async () => {
      const { scopes, ada } = testEnv;
      await using msal = testEnv.msal();
      await msal.signIn([scopes.read], ({ userCode }) => ada.approve(userCode!));
      await msal.silent({ scopes: [scopes.calendar] });
      const { AppMetadata: _, ...full } = await msal.cache();
      assert.deepEqual(
        Object.values(full).map((entries) => Object.keys(entries).length),
        [1, 1, 2, 1],
      );

      await msal[how]();

      const { AppMetadata: __, ...left } = await msal.cache();
      assert.deepEqual(left, EMPTY);
      await assert.rejects(msal.silent({ scopes: [scopes.read] }), /Not signed in/);
    });
  }

  test("and the next person's sign-in has only that person's account", async () => {
    const { scopes, ada, tenant } = testEnv;
    const grace = approver(tenant.context, await addUser(tenant.context, "grace@example.com", "Grace Hopper"));
    await using msal = testEnv.msal();
    await msal.signIn([scopes.read], ({ userCode }) => ada.approve(userCode!));
    await msal.removeAccount();
    await msal.signIn([scopes.read], ({ userCode }) => grace.approve(userCode!));
    assert.deepEqual(await msal.accounts().then((all) => all.map(({ username }) => username)), ["grace@example.com"]);
    const renewed = await msal.silent({ scopes: [scopes.read], forceRefresh: true });
    assert.equal(renewed.idTokenClaims.name, "Grace Hopper");
  });
});
