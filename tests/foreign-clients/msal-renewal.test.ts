import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { hashRefreshToken } from "../../packages/tenant/src/oauth/tokens/issue-tokens.ts";
import { seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { claimsOf } from "./jwt.ts";
import type { MsalClient, MsalRefusal } from "./msal-client.ts";
import { startTenantForClients, type TenantForClients } from "./tenant-for-clients.ts";

describe("unmodified MSAL Node renews silently", () => {
  let testEnv: TenantForClients;
  before(async () => {
    testEnv = await startTenantForClients();
  });
  after(() => testEnv[Symbol.asyncDispose]());

  async function signedIn(from = testEnv): Promise<MsalClient> {
    const msal = from.msal();
    try {
      await msal.signIn([from.scopes.read], ({ userCode }) => from.ada.approve(userCode!));
      return msal;
    } catch (error) {
      await msal[Symbol.asyncDispose]();
      throw error;
    }
  }

  function post(endpoint: "token" | "revoke", fields: Record<string, string>): Promise<Response> {
    const { tenant, clientId } = testEnv;
    const body = new URLSearchParams({ client_id: clientId, ...fields });
    return tenant.fetch(`${tenant.authority}/oauth2/v2.0/${endpoint}`, { method: "POST", body });
  }

  test("from its cache while the tenant is down: no request is made", async () => {
    await using own = await startTenantForClients();
    await using msal = await signedIn(own);
    await own.tenant.close();
    const cached = await msal.silent({ scopes: [own.scopes.read] });
    assert.equal(cached.fromCache, true);
    // Without the cache, the same call needs the tenant.
    await assert.rejects(msal.silent({ scopes: [own.scopes.read], forceRefresh: true }), thrown("network_error"));
  });

  test("with forceRefresh: a new access token and a new refresh token", async () => {
    await using msal = await signedIn();
    const before = await refreshToken(msal);
    const cached = await msal.silent({ scopes: [testEnv.scopes.read] });
    const renewed = await msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true });
    assert.equal(renewed.fromCache, false);
    assert.notEqual(claimsOf(renewed.accessToken).uti, claimsOf(cached.accessToken).uti);
    assert.notEqual(await refreshToken(msal), before);
  });

  test("for a second scope of the same API", async () => {
    await using msal = await signedIn();
    const second = await msal.silent({ scopes: [testEnv.scopes.readWrite] });
    assert.equal(claimsOf(second.accessToken).scp, "ToDoList.ReadWrite");
    assert.equal((await msal.silent({ scopes: [testEnv.scopes.readWrite] })).fromCache, true);
  });

  test("for .default: every consented scope of the API, which it then finds in its cache", async () => {
    await using msal = await signedIn();
    const scopes = [testEnv.scopes.read.replace("ToDoList.Read", ".default")];
    const all = await msal.silent({ scopes });
    assert.equal(claimsOf(all.accessToken).scp, "ToDoList.Read ToDoList.ReadWrite");
    assert.equal((await msal.silent({ scopes })).fromCache, true);
  });

  for (const store of ["sqlite", "postgres"] as const) {
    test(`for two APIs at once with one refresh token: both get tokens and the sign-in continues (${store})`, async () => {
      await using own = await startTenantForClients({ store });
      await using msal = await signedIn(own);
      const { read, calendar } = own.scopes;
      const first = await generation(own, msal);
      const [toDoList, other] = await msal.silentAll({ scopes: [read], forceRefresh: true }, { scopes: [calendar] });

      assert.equal(claimsOf(toDoList!.value!.accessToken).scp, "ToDoList.Read");
      assert.equal(claimsOf(other!.value!.accessToken).scp, "Calendar.Read");
      assert.notEqual(claimsOf(toDoList!.value!.accessToken).aud, claimsOf(other!.value!.accessToken).aud);
      assert.equal(await generation(own, msal), first + 1, "both should have presented the same refresh token");
      assert.equal((await msal.silent({ scopes: [read], forceRefresh: true })).fromCache, false);
    });
  }

  test("not for an API without consent: the user must be asked, and the sign-in continues", async () => {
    await using msal = await signedIn();
    await assert.rejects(msal.silent({ scopes: [testEnv.scopes.payroll] }), interactionRequired("consent_required"));
    assert.equal((await msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true })).fromCache, false);
  });

  test("not for a scope the API does not have", async () => {
    await using msal = await signedIn();
    const scopes = [testEnv.scopes.read.replace("ToDoList.Read", "ToDoList.Shred")];
    await assert.rejects(msal.silent({ scopes }), thrown("invalid_scope"));
  });

  test("not after the refresh token was revoked: the user must be asked, and the revoked token is dropped", async () => {
    await using msal = await signedIn();
    assert.equal((await post("revoke", { token: await refreshToken(msal) })).status, 200);
    await assert.rejects(
      msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true }),
      interactionRequired("bad_token"),
    );
    assert.deepEqual((await msal.cache()).RefreshToken, {});
  });

  test("not after an old refresh token was used again", async () => {
    await using msal = await signedIn();
    const stolen = await refreshToken(msal);
    for (let i = 0; i < 2; i++) await msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true });
    const replayed = await post("token", { grant_type: "refresh_token", refresh_token: stolen });
    assert.equal(replayed.status, 400);
    await assert.rejects(
      msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true }),
      interactionRequired("bad_token"),
    );
  });

  test("not after the account was disabled", async () => {
    await using own = await startTenantForClients();
    await using msal = await signedIn(own);
    const now = own.tenant.clock.now();
    await seed(own.tenant.context.store).setUserDisabled(own.ada.id, now, now);
    await assert.rejects(
      msal.silent({ scopes: [own.scopes.read], forceRefresh: true }),
      interactionRequired("bad_token"),
    );
  });

  test("not while an account lacks an assignment that the app requires; once assigned again, it renews as before", async () => {
    await using own = await startTenantForClients();
    await using msal = await signedIn(own);
    const { directory } = own.tenant.context.store;
    const app = await directory.findApp(own.clientId);
    await seed(own.tenant.context.store).putApp({ ...app!, assignmentRequired: true });
    const renew = () => msal.silent({ scopes: [own.scopes.read], forceRefresh: true });
    await assert.rejects(renew(), interactionRequired("message_only"));
    await seed(own.tenant.context.store).assign(own.clientId, own.ada.id);
    assert.equal((await renew()).fromCache, false);
  });

  // Last: they move the clock of the tenant that the other tests share.
  for (const [when, sweeps] of [
    ["after 90 days without a renewal", false],
    ["after 90 days, when the tenant has forgotten the sign-in altogether", true],
  ] as const) {
    test(`not ${when}`, async () => {
      await using msal = await signedIn();
      testEnv.tenant.clock.advance(92 * 24 * 60 * 60_000);
      if (sweeps) await testEnv.tenant.context.store.purgeExpired(testEnv.tenant.clock.now());
      await assert.rejects(
        msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true }),
        interactionRequired("bad_token"),
      );
      assert.deepEqual((await msal.cache()).RefreshToken, {});
    });
  }
});

async function generation({ tenant }: TenantForClients, msal: MsalClient): Promise<number> {
  const found = await tenant.context.store.tokens.findByRefreshToken(hashRefreshToken(await refreshToken(msal)));
  return found!.generation;
}

async function refreshToken(msal: MsalClient): Promise<string> {
  const [only, ...others] = Object.values((await msal.cache()).RefreshToken ?? {});
  assert.deepEqual(others, [], "there should be one refresh token only");
  return only!.secret!;
}

function thrown(code: string) {
  return (refusal: MsalRefusal) => {
    assert.equal(refusal.thrown.code, code);
    return true;
  };
}

function interactionRequired(suberror: string) {
  return ({ thrown }: MsalRefusal) => {
    assert.deepEqual([thrown.name, thrown.suberror], ["InteractionRequiredAuthError", suberror]);
    return true;
  };
}
