import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import * as oidc from "openid-client";
import { manualClock } from "../../packages/tenant/test/fixtures/manual-clock.ts";
import { addApp } from "../fixtures/registrations.ts";
import { startTenantForClients, type TenantForClients } from "./tenant-for-clients.ts";

const SCOPE = "openid profile email offline_access";

describe("openid-client against the tenant", () => {
  let testEnv: TenantForClients;
  before(async () => {
    // Behind, because the waits below move the tenant's clock but not the clock by which openid-client checks `nbf` and
    // `exp`.
    testEnv = await startTenantForClients({ clock: manualClock(Date.now() - 30 * 60_000) });
  });
  after(() => testEnv[Symbol.asyncDispose]());

  /** Discovers everything from the issuer, and checks signatures as well as claims. */
  async function discover(
    clientId = testEnv.clientId,
    authentication: oidc.ClientAuth = oidc.None(),
  ): Promise<oidc.Configuration> {
    const { tenant } = testEnv;
    const config = await oidc.discovery(new URL(tenant.issuer), clientId, {}, authentication, {
      [oidc.customFetch]: (url, options) => tenant.fetch(url, options as RequestInit),
    });
    oidc.enableNonRepudiationChecks(config);
    return config;
  }

  /** openid-client waits in steps of five seconds; each passes immediately and advances the tenant's clock. */
  function waitsMoveTheClock(t: TestContext): void {
    const wait = globalThis.setTimeout;
    t.mock.method(globalThis, "setTimeout", (callback: () => void, delay = 0, ...rest: []) => {
      if (delay !== 5_000) return wait(callback, delay, ...rest);
      testEnv.tenant.clock.advance(delay);
      return setImmediate(callback);
    });
  }

  async function signIn(t: TestContext, config: oidc.Configuration, scope = SCOPE) {
    waitsMoveTheClock(t);
    const device = await oidc.initiateDeviceAuthorization(config, { scope });
    await testEnv.ada.approve(device.user_code);
    return oidc.pollDeviceAuthorizationGrant(config, device);
  }

  test("discovers the endpoints from the issuer", async () => {
    const metadata = (await discover()).serverMetadata();
    const base = `${testEnv.tenant.authority}/oauth2/v2.0`;
    assert.equal(metadata.issuer, testEnv.tenant.issuer);
    assert.equal(metadata.device_authorization_endpoint, `${base}/devicecode`);
    assert.equal(metadata.token_endpoint, `${base}/token`);
    assert.equal(metadata.revocation_endpoint, `${base}/revoke`);
    assert.ok(metadata.grant_types_supported?.includes("urn:ietf:params:oauth:grant-type:device_code"));
  });

  test("gets a code, and the address that already contains it", async () => {
    const device = await oidc.initiateDeviceAuthorization(await discover(), { scope: SCOPE });
    const { verification_uri, verification_uri_complete, user_code, interval } = device;
    assert.equal(verification_uri, testEnv.tenant.verificationUri);
    assert.equal(verification_uri_complete, `${verification_uri}?user_code=${user_code}`);
    assert.equal(interval, 5);
  });

  test("signs in, with an ID token whose signature and claims it accepts", async (t) => {
    const tokens = await signIn(t, await discover());
    const claims = tokens.claims();
    assert.equal(claims?.iss, testEnv.tenant.issuer);
    assert.equal(claims?.aud, testEnv.clientId);
    assert.equal(claims?.email, "Ada@Example.com");
    assert.equal(tokens.scope, SCOPE);
    assert.equal(tokens.token_type, "bearer");
    assert.ok(tokens.refresh_token);
  });

  test("receives slow_down when it polls too fast, and slows down", async (t) => {
    waitsMoveTheClock(t);
    const { tenant, ada, clientId } = testEnv;
    const config = await discover();
    const device = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE });
    const started = tenant.clock.now();
    const polls: { second: number; answer: string }[] = [];

    config[oidc.customFetch] = async (url, options) => {
      const second = (tenant.clock.now() - started) / 1000;
      // Another poll with the same code came a moment before, so openid-client's second poll is too early.
      if (polls.length === 1) await pollAsMsal(device.device_code);
      const response = await tenant.fetch(url, options as RequestInit);
      const { error = "tokens" } = (await response.clone().json()) as { error?: string };
      polls.push({ second, answer: error });
      if (polls.length === 2) await ada.approve(device.user_code);
      return response;
    };
    // In real time, in case it never ends.
    const signal = AbortSignal.timeout(120_000);
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, device, undefined, { signal });

    assert.ok(tokens.access_token);
    assert.deepEqual(
      polls.slice(0, 3).map(({ second, answer }) => `${second}: ${answer}`),
      ["5: authorization_pending", "10: slow_down", "20: tokens"],
    );

    /** Under MSAL's grant type, which never receives slow_down. */
    function pollAsMsal(device_code: string): Promise<Response> {
      const body = new URLSearchParams({ client_id: clientId, grant_type: "device_code", device_code });
      return tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, { method: "POST", body });
    }
  });

  test("reports that the person declined", async (t) => {
    waitsMoveTheClock(t);
    const config = await discover();
    const device = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE });
    await testEnv.ada.deny(device.user_code);
    await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, device), { error: "access_denied", status: 400 });
  });

  test("reports that the code expired", async (t) => {
    waitsMoveTheClock(t);
    const config = await discover();
    const device = await oidc.initiateDeviceAuthorization(config, { scope: SCOPE });
    testEnv.tenant.clock.advance(900_000);
    await assert.rejects(oidc.pollDeviceAuthorizationGrant(config, device), { error: "expired_token", status: 400 });
  });

  test("gets an error for an unknown scope before a code is issued", async () => {
    const asked = oidc.initiateDeviceAuthorization(await discover(), { scope: "openid Everything.Read" });
    await assert.rejects(asked, { error: "invalid_scope", status: 400 });
  });

  for (const [how, authentication] of [
    ["client_secret_basic", oidc.ClientSecretBasic],
    ["client_secret_post", oidc.ClientSecretPost],
  ] as const) {
    test(`signs in as a confidential client by ${how}`, async (t) => {
      const secret = "s p:a/c+e=%";
      const app = await addApp(testEnv.tenant.context, `Server, ${how}`, secret);
      const tokens = await signIn(t, await discover(app.clientId, authentication(secret)));
      assert.equal(tokens.claims()?.aud, app.clientId);
    });
  }

  test("renews: the refresh token changes, the old one ends the sign-in once its successor was used", async (t) => {
    const config = await discover();
    const first = await signIn(t, config);
    const second = await oidc.refreshTokenGrant(config, first.refresh_token!);
    assert.notEqual(second.refresh_token, first.refresh_token);
    assert.equal(second.claims()?.sub, first.claims()?.sub);
    assert.equal(second.claims()?.auth_time, first.claims()?.auth_time);
    const third = await oidc.refreshTokenGrant(config, second.refresh_token!);
    for (const token of [first, third]) {
      await assert.rejects(oidc.refreshTokenGrant(config, token.refresh_token!), { error: "invalid_grant" });
    }
  });

  test("calls UserInfo, which returns the ID token's sub", async (t) => {
    const config = await discover();
    const tokens = await signIn(t, config);
    const userinfo = await oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub);
    assert.deepEqual(userinfo, {
      sub: tokens.claims()!.sub,
      name: "Ada Lovelace",
      preferred_username: "Ada@Example.com",
      email: "Ada@Example.com",
    });
  });

  test("gets nothing from UserInfo with the access token of an API", async (t) => {
    const config = await discover();
    const tokens = await signIn(t, config, `openid ${testEnv.scopes.read}`);
    await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, tokens.claims()!.sub), { status: 401 });
  });

  for (const which of ["refresh_token", "access_token"] as const) {
    test(`revokes by its ${which}: renewal and userinfo are refused afterwards`, async (t) => {
      const config = await discover();
      const tokens = await signIn(t, config);
      const { sub } = tokens.claims()!;
      await oidc.fetchUserInfo(config, tokens.access_token, sub);
      await oidc.tokenRevocation(config, tokens[which]!);
      await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token!), { error: "invalid_grant" });
      await assert.rejects(oidc.fetchUserInfo(config, tokens.access_token, sub), { status: 401 });
    });
  }
});
