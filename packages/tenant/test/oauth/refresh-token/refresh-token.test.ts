import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../../tests/fixtures/approval.ts";
import {
  claimsOf,
  clientIdOf,
  poll,
  refresh,
  requestCode,
  revoke,
  todoScope,
  userinfo,
} from "../../../../../tests/fixtures/device.ts";
import { addApp } from "../../../../../tests/fixtures/registrations.ts";
import { ACCESS_TOKEN_SECONDS } from "../../../src/directory/lifetimes.ts";
import { seed } from "../../fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../fixtures/start-test-tenant.ts";

const DAY = 24 * 60 * 60 * 1000;
const REFRESH_TOKEN_LIFETIME = 90 * DAY;

/** The responses to renewals and revocations. For the rules behind them, see test/storage/refresh-suite.ts. */
describe("a refresh token", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  async function signedIn(scope = "openid profile offline_access") {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant, { scope });
    await approve(tenant, body.user_code, user);
    const { status, body: tokens } = await poll(tenant, body.device_code);
    assert.equal(status, 200, JSON.stringify(tokens));
    return { user, tokens };
  }

  const deaths: Record<string, (userId: string, token: string) => Promise<unknown>> = {
    "it was revoked": (_, token) => revoke(tenant, token),
    "its user was disabled": (userId) =>
      seed(tenant.context.store).setUserDisabled(userId, tenant.clock.now(), tenant.clock.now()),
    "it has expired": async () => tenant.clock.advance(REFRESH_TOKEN_LIFETIME),
  };
  for (const [death, kill] of Object.entries(deaths)) {
    test(`is bad_token once ${death}, whatever it requests: MSAL discards it`, async () => {
      const { user, tokens } = await signedIn();
      await kill(user.id, tokens.refresh_token);
      const asked: Record<string, string>[] = [{ scope: "openid" }, {}];
      for (const more of asked) {
        const { status, body } = await refresh(tenant, tokens.refresh_token, more);
        assert.deepEqual([status, body.error, body.suberror], [400, "invalid_grant", "bad_token"]);
      }
    });
  }

  test("is valid to its last millisecond; an unknown one is bad_token", async () => {
    const { tokens } = await signedIn();
    tenant.clock.advance(REFRESH_TOKEN_LIFETIME - 1);
    assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
    const { body } = await refresh(tenant, "never given");
    assert.deepEqual([body.error, body.suberror], ["invalid_grant", "bad_token"]);
  });

  test("is answered once more, with the same successor, by a client that lost the answer in a failover", async () => {
    const { tokens } = await signedIn();
    const lost = await refresh(tenant, tokens.refresh_token);
    // Patroni's default ttl, the promotion, and a client that tries again after its own timeout.
    tenant.clock.advance(75_000);
    const again = await refresh(tenant, tokens.refresh_token);
    assert.deepEqual([again.status, again.body.refresh_token], [200, lost.body.refresh_token]);
    assert.equal((await refresh(tenant, again.body.refresh_token)).status, 200);
  });

  test("cannot be used by another app, and stays valid", async () => {
    const { tokens } = await signedIn();
    const { clientId } = await addApp(tenant.context, "Another");
    const { status, body } = await refresh(tenant, tokens.refresh_token, { client_id: clientId });
    assert.deepEqual([status, body.error, body.suberror], [400, "invalid_grant", undefined]);
    assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
  });

  test("gets another API's scopes only with consent, by .default all of them and never none", async () => {
    const { clientId: resourceId } = tenant.apis[0]!;
    const { tokens } = await signedIn();
    const at = async (scope: string) => refresh(tenant, tokens.refresh_token, { scope });
    const everything = await at(`api://${resourceId}/.default`);
    assert.equal(claimsOf(everything.body.access_token).scp, "ToDoList.Read ToDoList.ReadWrite");
    const one = await at(`api://${resourceId}/ToDoList.ReadWrite`);
    assert.equal(claimsOf(one.body.access_token).scp, "ToDoList.ReadWrite");
    await seed(tenant.context.store).removeConsent(clientIdOf(tenant), null, resourceId);
    for (const scope of [`api://${resourceId}/.default`, todoScope(tenant)]) {
      const { body } = await at(scope);
      assert.deepEqual([body.error, body.suberror], ["invalid_grant", "consent_required"], scope);
    }
    const more = await at("openid User.Read");
    assert.deepEqual([more.body.error, more.body.suberror], ["invalid_grant", "consent_required"]);
    assert.equal((await at("openid profile")).status, 200);
  });

  test("ends when its access token is revoked", async () => {
    const { tokens } = await signedIn();
    tenant.clock.advance(ACCESS_TOKEN_SECONDS * 1_000 - 1_000);
    assert.equal((await revoke(tenant, tokens.access_token)).status, 200);
    assert.equal((await refresh(tenant, tokens.refresh_token)).body.suberror, "bad_token");
  });

  test("ends a year after the sign-in, however often it was renewed", async () => {
    const { tokens } = await signedIn();
    let latest = tokens.refresh_token;
    for (let day = 0; day < 360; day += 60) {
      tenant.clock.advance(60 * DAY);
      const renewed = await refresh(tenant, latest);
      assert.equal(renewed.status, 200, `day ${day + 60}`);
      latest = renewed.body.refresh_token;
    }
    tenant.clock.advance(5 * DAY - 1_000);
    latest = (await refresh(tenant, latest)).body.refresh_token;
    tenant.clock.advance(60_000);
    const { status, body } = await refresh(tenant, latest);
    assert.deepEqual([status, body.error, body.suberror], [400, "invalid_grant", "bad_token"]);
  });

  test("ends by the tenant's own lifetimes, also for earlier sign-ins", async () => {
    const { tokens } = await signedIn();
    await tenant.admin.changeLifetimes({ signInDays: 7 });
    tenant.clock.advance(6 * DAY);
    const renewed = await refresh(tenant, tokens.refresh_token);
    assert.equal(renewed.status, 200);
    tenant.clock.advance(DAY + 1);
    assert.equal((await refresh(tenant, renewed.body.refresh_token)).body.suberror, "bad_token");
    await tenant.admin.changeLifetimes({ signInDays: 365 });
    assert.equal((await refresh(tenant, renewed.body.refresh_token)).body.suberror, "bad_token", "not revived");
  });

  test("is revoked by its own app alone, like its access token", async () => {
    const { tokens } = await signedIn();
    const { clientId } = await addApp(tenant.context, "Another");
    for (const token of [tokens.refresh_token, tokens.access_token]) {
      const { status, body } = await revoke(tenant, token, { client_id: clientId });
      assert.deepEqual([status, body.error], [400, "invalid_grant"]);
    }
    assert.equal((await userinfo(tenant, tokens.access_token)).status, 200);
    assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
  });

  test("gets an access token that UserInfo accepts until its app is disabled; other requirements apply at the next renewal", async () => {
    const { tokens } = await signedIn("openid profile");
    const { directory } = tenant.context.store;
    const app = (await directory.findApp(String(claimsOf(tokens.access_token).azp)))!;
    for (const changes of [{ assignmentRequired: true }, { requireMfa: true }]) {
      await seed(tenant.context.store).putApp({ ...app, ...changes });
      assert.equal((await userinfo(tenant, tokens.access_token)).status, 200, JSON.stringify(changes));
      assert.equal((await refresh(tenant, tokens.refresh_token)).status, 400, JSON.stringify(changes));
    }
    await seed(tenant.context.store).putApp({ ...app, disabledAt: 1 });
    assert.equal((await userinfo(tenant, tokens.access_token)).status, 401);
  });
});
