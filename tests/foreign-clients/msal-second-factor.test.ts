import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type AuthenticatorApp, demandMfa, setUpApp } from "../fixtures/authenticator-app.ts";
import { Person } from "../fixtures/person.ts";
import type { MsalRefusal } from "./msal-client.ts";
import type { SignedIn } from "./msal-protocol.ts";
import { startTenantForClients, type TenantForClients } from "./tenant-for-clients.ts";

const PASSWORD = "seven slow herons";
const EMAIL = "grace@contoso.example";

describe("unmodified MSAL Node and second factors", () => {
  let testEnv: TenantForClients;
  let phone: Person;
  let app: AuthenticatorApp;
  before(async () => {
    testEnv = await startTenantForClients();
    phone = new Person(testEnv.tenant);
  });
  after(() => testEnv[Symbol.asyncDispose]());

  const assertBoth = ({ idTokenClaims, username }: SignedIn) => {
    assert.deepEqual([username, idTokenClaims.acr, idTokenClaims.amr], [EMAIL, "2", ["pwd", "otp", "mfa"]]);
  };

  test("signs in an account that must set up an authenticator app during the sign-in", async () => {
    await demandMfa(testEnv.tenant, "totp");
    await using msal = testEnv.msal();
    const result = await msal.signIn([testEnv.scopes.read], async ({ userCode }) => {
      await phone.enterCode(userCode!);
      await phone.signUp(EMAIL, PASSWORD, "Grace Hopper");
      app = await setUpApp(testEnv.tenant, phone);
      await phone.decide("yes");
      assert.equal(phone.status, 200);
    });
    assertBoth(result);
    const renewed = await msal.silent({ scopes: [testEnv.scopes.read], forceRefresh: true });
    assert.equal(renewed.fromCache, false);
  });

  test("signs in an account that has one, with the password and the app's code", async () => {
    await using msal = testEnv.msal();
    const other = new Person(testEnv.tenant);
    const result = await msal.signIn([testEnv.scopes.read], async ({ userCode }) => {
      await other.enterCode(userCode!);
      await other.signIn(EMAIL, PASSWORD);
      assert.match(other.path, /^\/second-factor\/app/);
      testEnv.tenant.clock.advance(30_000);
      await other.submit("/second-factor/app", { code: app.code() });
      await other.decide("yes");
    });
    assertBoth(result);
  });

  test("throws InteractionRequiredAuthError at renewal once a second factor is required, and renews once it no longer is", async () => {
    await using own = await startTenantForClients();
    await using msal = own.msal();
    const scopes = [own.scopes.read];
    await msal.signIn(scopes, ({ userCode }) => own.ada.approve(userCode!));
    const withdraw = await demandMfa(own.tenant, "totp");
    assert.equal((await msal.silent({ scopes })).fromCache, true);
    await assert.rejects(msal.silent({ scopes, forceRefresh: true }), ({ thrown }: MsalRefusal) => {
      assert.equal(thrown.name, "InteractionRequiredAuthError");
      assert.deepEqual([thrown.code, thrown.suberror], ["interaction_required", "basic_action"]);
      assert.match(thrown.message, /AADSTS50076/);
      return true;
    });
    await withdraw();
    assert.equal((await msal.silent({ scopes, forceRefresh: true })).fromCache, false);
  });
});
