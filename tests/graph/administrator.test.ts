// Only an administrator's device gets a token for Graph, and the current role decides.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { createGuard } from "@doorcode/guard";
import { COMMAND_LINE_CLIENT_ID } from "../../packages/tenant/src/admin/registered-apps.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { authenticateCaller } from "../../packages/tenant/src/graph/caller.ts";
import { POLL_INTERVAL_SECONDS } from "../../packages/tenant/src/oauth/device-authorization/poll-pace.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { addUser, approve } from "../fixtures/approval.ts";
import { approver } from "../fixtures/approver.ts";
import { type Answer, claimsOf, poll, refresh, requestCode, userinfo } from "../fixtures/device.ts";
import { Person } from "../fixtures/person.ts";
import { MsalRefusal, startMsal } from "../foreign-clients/msal-client.ts";

const PASSWORD = "violet-harbour-1871";
const NEEDED = ["Application.ReadWrite.All"];
const SCOPE = "openid offline_access https://graph.microsoft.com/Application.ReadWrite.All Group.Read.All";
const client_id = COMMAND_LINE_CLIENT_ID;

/** As the operator does (`tenant apps allow-administration --by-device-code`). */
const allowDeviceCode = (tenant: TestTenant) =>
  tenant.admin.apps.put({ clientId: COMMAND_LINE_CLIENT_ID, administrationByDeviceCode: true });

const call = (tenant: TestTenant, token: string, anyOf = NEEDED) =>
  authenticateCaller(tenant.context, { headers: { authorization: `Bearer ${token}` }, ip: "127.0.0.1" }, anyOf);

const assertNeedsAdministrator = ({ status, body }: Answer) => {
  assert.deepEqual([status, body.error, body.error_codes], [400, "interaction_required", [90094]]);
  assert.equal(body.access_token, undefined);
};

test("an administrator signs the command line in through the pages; another user learns who can", async () => {
  await using tenant = await startTestTenant();
  await allowDeviceCode(tenant);
  const passwordHash = await hashPassword(PASSWORD);
  const add = (email: string, administrator: boolean) =>
    createUser(tenant.context, { email, displayName: "Ada", passwordHash, administrator });
  await add("ada@contoso.example", false);
  await add("root@contoso.example", true);
  const { body: code } = await requestCode(tenant, { client_id, scope: SCOPE });

  const ada = new Person(tenant);
  await ada.enterCode(code.user_code);
  await ada.signIn("ada@contoso.example", PASSWORD);
  assert.deepEqual([ada.status, ada.heading], [403, "Doorcode command line needs an administrator"]);
  assert.equal((await poll(tenant, code.device_code, { client_id })).body.error, "authorization_pending");

  const root = new Person(tenant);
  await root.enterCode(code.user_code);
  await root.signIn("root@contoso.example", PASSWORD);
  assert.match(root.html, /As an administrator, it will be able to/);
  await root.decide("yes");
  assert.equal(root.heading, "Doorcode command line is signed in");
  tenant.clock.advance(POLL_INTERVAL_SECONDS * 1_000);
  const { status, body: tokens } = await poll(tenant, code.device_code, { client_id });
  assert.equal(status, 200);
  assert.equal(tokens.scope, SCOPE);
  assert.equal(claimsOf(tokens.access_token).scp, "openid offline_access Application.ReadWrite.All Group.Read.All");
  const caller = await call(tenant, tokens.access_token);
  assert.deepEqual([caller.actor, caller.clientId], ["user", COMMAND_LINE_CLIENT_ID]);
  assert.equal((await userinfo(tenant, tokens.access_token)).status, 200);
});

for (const store of ["sqlite", "postgres"] as const) {
  describe(`the administrator role (${store})`, () => {
    let tenant: TestTenant;
    before(async () => {
      tenant = await startTestTenant({ store });
      await allowDeviceCode(tenant);
    });
    after(() => tenant.close());

    const setRight = (id: string, right: boolean) => seed(tenant.context.store).setUserAdministrator(id, right);
    const administrator = async () => {
      const user = await addUser(tenant);
      await setRight(user.id, true);
      return user;
    };
    const signedIn = async (user: Awaited<ReturnType<typeof administrator>>, scope = SCOPE) => {
      const { body: code } = await requestCode(tenant, { client_id, scope });
      await approve(tenant, code.user_code, user);
      return (await poll(tenant, code.device_code, { client_id })).body;
    };
    const renew = (token: string, more: Record<string, string> = {}) => refresh(tenant, token, { client_id, ...more });

    test("once it is removed, the next call is refused, and the next renewal; once restored, both work", async () => {
      const user = await administrator();
      const tokens = await signedIn(user);
      await call(tenant, tokens.access_token);
      await setRight(user.id, false);
      await assert.rejects(call(tenant, tokens.access_token), { status: 403, code: "Authorization_RequestDenied" });
      assertNeedsAdministrator(await renew(tokens.refresh_token));
      assertNeedsAdministrator(await renew(tokens.refresh_token, { scope: SCOPE }));
      await setRight(user.id, true);
      const { body: renewed } = await renew(tokens.refresh_token, { scope: SCOPE });
      await call(tenant, renewed.access_token);
      await setRight(user.id, false);
      assert.equal((await renew(renewed.refresh_token, { scope: "openid offline_access" })).status, 200);
    });

    test("removed between approval and poll: no tokens, now or later", async () => {
      const user = await administrator();
      const { body: code } = await requestCode(tenant, { client_id, scope: SCOPE });
      await approve(tenant, code.user_code, user);
      await setRight(user.id, false);
      assertNeedsAdministrator(await poll(tenant, code.device_code, { client_id }));
      await setRight(user.id, true);
      tenant.clock.advance(POLL_INTERVAL_SECONDS * 1_000);
      assert.equal((await poll(tenant, code.device_code, { client_id })).body.error, "access_denied");
    });

    test("a permission of one sign-in is not available to another of the same person and program by renewing", async () => {
      const user = await administrator();
      await signedIn(user);
      const other = await signedIn(user, "openid offline_access User.Read");
      const more = await renew(other.refresh_token, { scope: "openid offline_access Application.ReadWrite.All" });
      assert.deepEqual([more.body.error, more.body.error_codes], ["invalid_grant", [65001]]);
      const all = await renew(other.refresh_token, { scope: "https://graph.microsoft.com/.default" });
      assert.equal(all.status, 200);
      assert.match(String(claimsOf(all.body.access_token).scp), /User\.Read/);
      assert.doesNotMatch(String(claimsOf(all.body.access_token).scp), /\.All/);
    });

    test(".default of Graph requests no administrative scope at sign-in; a renewal keeps those of the sign-in", async () => {
      const user = await administrator();
      const plain = await signedIn(user, "openid https://graph.microsoft.com/.default");
      assert.equal(claimsOf(plain.access_token).scp, "openid");
      const tokens = await signedIn(user);
      const { body } = await renew(tokens.refresh_token, { scope: "https://graph.microsoft.com/.default" });
      assert.match(String(claimsOf(body.access_token).scp), /Application\.ReadWrite\.All/);
      await setRight(user.id, false);
      assertNeedsAdministrator(await renew(body.refresh_token, { scope: "https://graph.microsoft.com/.default" }));
    });

    test("scopes match regardless of case, and one that this Graph does not have is refused", async () => {
      const tokens = await signedIn(await administrator(), "openid application.readwrite.all");
      assert.equal(claimsOf(tokens.access_token).scp, "openid Application.ReadWrite.All");
      const unknown = await requestCode(tenant, { client_id, scope: "openid Mail.Read" });
      assert.deepEqual([unknown.body.error, unknown.body.error_codes], ["invalid_scope", [70011]]);
    });
  });
}

test("a web API's guard rejects an administrator's token for Graph, and the operator's", async () => {
  await using tenant = await startTestTenant({ clock: "moving" });
  await allowDeviceCode(tenant);
  const user = await addUser(tenant);
  await seed(tenant.context.store).setUserAdministrator(user.id, true);
  const { body: code } = await requestCode(tenant, { client_id, scope: SCOPE });
  await approve(tenant, code.user_code, user);
  const { body: tokens } = await poll(tenant, code.device_code, { client_id });
  const { issuer, ca, tenantId } = tenant;
  const tokensOf = { administrator: tokens.access_token, operator: await tenant.operatorToken() };
  // Even if an API is configured with Graph's own audience, the operator's token does not work.
  const graph = "00000003-0000-0000-c000-000000000000";
  const api = tenant.apis[0]!.clientId;
  const refused = { administrator: [api], operator: [api, graph] };
  for (const profile of ["entra", "rfc9068"] as const) {
    for (const [whose, audiences] of Object.entries(refused)) {
      for (const audience of audiences) {
        const guard = createGuard({ issuer, audience, profile, tenantId, ca });
        const token = tokensOf[whose as keyof typeof tokensOf];
        await assert.rejects(guard.verify(token), { status: 401 }, `${whose} ${profile} ${audience}`);
      }
    }
  }
});

test("unmodified MSAL asks the user to sign in once the role is removed, and renews once it is restored", async () => {
  await using tenant = await startTestTenant();
  await allowDeviceCode(tenant);
  const user = await addUser(tenant);
  const setRight = (right: boolean) => seed(tenant.context.store).setUserAdministrator(user.id, right);
  await setRight(true);
  await using msal = startMsal({ authority: tenant.authority, clientId: COMMAND_LINE_CLIENT_ID }, tenant.caFile);
  const scopes = ["https://graph.microsoft.com/Application.ReadWrite.All"];
  await msal.signIn(scopes, async ({ userCode }) => {
    await approver(tenant.context, user).approve(userCode!);
    tenant.clock.advance(POLL_INTERVAL_SECONDS * 1_000);
  });
  const renewed = async () => (await msal.silent({ scopes, forceRefresh: true })).accessToken;
  await call(tenant, await renewed());
  await setRight(false);
  await assert.rejects(renewed(), (error: unknown) => {
    assert.ok(error instanceof MsalRefusal);
    assert.equal(error.thrown.name, "InteractionRequiredAuthError");
    return true;
  });
  await setRight(true);
  await call(tenant, await renewed());
});
