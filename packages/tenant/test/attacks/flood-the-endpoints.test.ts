import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { DEFAULT_LIMITS, type TenantConfig, type TenantLimits } from "../../src/directory/tenant-config.ts";
import { WIDER_NETWORK_TIMES } from "../../src/kernel/ip-address.ts";
import { ProtocolError } from "../../src/oauth/protocol-error.ts";
import { RefusedRequests, requestLimits } from "../../src/oauth/request-limits.ts";
import { onlyOnOneNode } from "../fixtures/place.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { arrive, programOf } from "../interaction/authorize/program-under-test.ts";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import { signInToAccount } from "../interaction/passkeys/passkey-walks.ts";
import { recordVerbs } from "../interaction/store-calls.ts";
import { enterCode } from "../interaction/walks.ts";

const MALLORY = "203.0.113.9";
const ADA = "198.51.100.7";
const IN_MEMORY = "each node counts refused token requests in memory";
const TEN_MINUTES = 10 * 60_000;

/** A tenant that gets each caller's address from a proxy, as it does if callers are on other machines. */
async function tenantWith(t: TestContext, limits: Partial<TenantLimits>) {
  const tenant = await startTestTenant({ trustedProxies: ["127.0.0.1"], limits });
  t.after(() => tenant.close());
  const clientId = tenant.apps[0]?.clientId ?? "";
  const post = async (from: string, endpoint: string, form: Record<string, string>) => {
    const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/${endpoint}`, {
      method: "POST",
      headers: { "x-forwarded-for": from },
      body: new URLSearchParams({ client_id: clientId, ...form }),
    });
    const body = (await answer.json()) as Record<string, unknown>;
    return { status: answer.status, retryAfter: answer.headers.get("retry-after"), body };
  };
  return {
    tenant,
    post,
    devicecode: (from: string, client = clientId) => post(from, "devicecode", { client_id: client, scope: "openid" }),
    poll: (from: string, code: unknown) =>
      post(from, "token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: String(code) }),
  };
}

describe("a flood of device codes", () => {
  test("of one network ends at its limit, with when to try again, and other networks go on", async (t) => {
    const { tenant, devicecode } = await tenantWith(t, { deviceCodesByNetwork: 3 });
    const { grants } = tenant.context.store;
    for (let i = 0; i < 3; i++) assert.equal((await devicecode(MALLORY)).status, 200);
    const refused = await devicecode(MALLORY);
    assert.deepEqual([refused.status, refused.retryAfter], [429, "600"]);
    assert.equal(refused.body.error, "temporarily_unavailable");
    assert.match(String(refused.body.error_description), /^AADSTS90055: /);
    assert.equal(await grants.countLive(tenant.clock.now()), 3, "what was refused left no row behind");
    assert.equal((await devicecode(ADA)).status, 200);
    tenant.clock.advance(TEN_MINUTES);
    assert.equal((await devicecode(MALLORY)).status, 200);
  });

  test("of an IPv6 subscriber counts by its /64", async (t) => {
    const { devicecode } = await tenantWith(t, { deviceCodesByNetwork: 1 });
    assert.equal((await devicecode("2001:db8:1:2::1")).status, 200);
    assert.equal((await devicecode("2001:db8:1:2:ffff::1")).status, 429);
    assert.equal((await devicecode("2001:db8:1:3::1")).status, 200);
  });

  test("of ever new /64s ends at what their /48 may ask for", async (t) => {
    const { tenant, devicecode } = await tenantWith(t, { deviceCodesByNetwork: 2 });
    const share = 2 * WIDER_NETWORK_TIMES;
    for (let i = 0; i < share; i++) assert.equal((await devicecode(`2001:db8:0:${i}::1`)).status, 200);
    assert.deepEqual(await statusAndRetry(devicecode("2001:db8:0:ff::1")), [429, "600"]);
    assert.equal(await tenant.context.store.grants.countLive(tenant.clock.now()), share);
    assert.equal((await devicecode("2001:db8:1::1")).status, 200);
  });

  test("with every scope in a spelling of its own costs few look-ups, and none past the limit", async (t) => {
    const { tenant, post } = await tenantWith(t, { deviceCodesByNetwork: 2 });
    const api = await tenant.admin.apis.put({
      name: "Notes",
      identifierUri: "api://notes.example/abcdefgh",
      scopes: [],
    });
    const spelled = (at: number) =>
      [...api.identifierUri].map((letter, i) => ((at >> (i % 6)) & 1 ? letter.toUpperCase() : letter)).join("");
    const scope = Array.from({ length: 50 }, (_, at) => `${spelled(at)}/Read`).join(" ");
    const called = recordVerbs(tenant.context);
    const lookUps = () => called.filter((verb) => /findApi/.test(verb)).length;
    for (let i = 0; i < 2; i++) {
      called.length = 0;
      assert.equal((await post(MALLORY, "devicecode", { scope })).status, 400);
      assert.ok(lookUps() <= 20, `${lookUps()}`);
    }
    called.length = 0;
    assert.equal((await post(MALLORY, "devicecode", { scope })).status, 429);
    assert.equal(lookUps(), 0);
  });

  test("of one client from everywhere ends at what may wait of it, and another client goes on", {
    skip: onlyOnOneNode("each node counts codes once a second"),
  }, async (t) => {
    const { tenant, devicecode } = await tenantWith(t, { pendingDeviceCodesByClient: 2, pendingDeviceCodes: 4 });
    for (const from of [MALLORY, "203.0.113.10"]) assert.equal((await devicecode(from)).status, 200);
    const few = requestLimits(tenant.context.config).deviceCodeBeyondCap.count;
    for (let i = 0; i < few; i++) assert.equal((await devicecode(MALLORY)).status, 200);
    assert.deepEqual(await statusAndRetry(devicecode(MALLORY)), [429, "60"]);
    assert.equal((await devicecode("203.0.113.11")).status, 200, "a network that asks for few gets them");
    const other = await tenant.admin.apps.put({ name: "Other", publicClient: true });
    assert.equal((await devicecode(ADA, other.clientId)).status, 200);
    tenant.clock.advance(16 * 60_000);
    assert.equal((await devicecode(MALLORY)).status, 200, "those that waited have expired");
  });

  test("from this machine is its user's own on the embedded default", {
    skip: onlyOnOneNode("is about the embedded tenant"),
  }, async (t) => {
    const tenant = await startTestTenant({ limits: { deviceCodesByNetwork: 1, pendingDeviceCodes: 1 } });
    t.after(() => tenant.close());
    const body = new URLSearchParams({ client_id: tenant.apps[0]?.clientId ?? "", scope: "openid" });
    for (let i = 0; i < 3; i++) {
      const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/devicecode`, { method: "POST", body });
      assert.equal(answer.status, 200);
    }
  });
});

describe("a flood of token requests", () => {
  test("that are refused shuts its client out of its network for a while, and no other", {
    skip: onlyOnOneNode(IN_MEMORY),
  }, async (t) => {
    const { tenant, devicecode, poll } = await tenantWith(t, { refusedTokenRequestsByNetwork: 8 });
    const waiting = await devicecode(ADA);
    for (let i = 0; i < 4; i++) assert.equal((await poll(MALLORY, `guess-${i}`)).body.error, "invalid_grant");
    const refused = await poll(MALLORY, "guess");
    assert.deepEqual([refused.status, refused.retryAfter], [429, "600"]);
    assert.equal((await poll(ADA, waiting.body.device_code)).body.error, "authorization_pending");
    tenant.clock.advance(TEN_MINUTES);
    assert.equal((await poll(MALLORY, "guess")).body.error, "invalid_grant");
  });

  test("of one broken program stops it alone, in whatever case it writes its ID", {
    skip: onlyOnOneNode(IN_MEMORY),
  }, async (t) => {
    const { tenant, post, poll } = await tenantWith(t, { refusedTokenRequestsByNetwork: 4 });
    const { clientId = "" } = tenant.apps[0] ?? {};
    const refresh = { grant_type: "refresh_token", refresh_token: "none of ours" };
    await poll(MALLORY, "guess");
    await post(MALLORY, "token", { ...refresh, client_id: clientId.toUpperCase() });
    assert.equal((await poll(MALLORY, "guess")).status, 429);
    for (let i = 0; i < 6; i++) {
      const other = await tenant.admin.apps.put({ name: `Other ${i}`, publicClient: true });
      const answer = await post(MALLORY, "token", { ...refresh, client_id: other.clientId });
      assert.equal(answer.body.error, "invalid_grant");
    }
  });

  test("with client IDs that are made up, or none, stops no client behind the same address", {
    skip: onlyOnOneNode(IN_MEMORY),
  }, async (t) => {
    const { tenant, devicecode, post, poll } = await tenantWith(t, { refusedTokenRequestsByNetwork: 4 });
    const refresh = { grant_type: "refresh_token", refresh_token: "none of ours" };
    const madeUp = (id: string) => post(MALLORY, "token", { ...refresh, client_id: id });
    for (let i = 0; i < 4; i++) assert.equal((await madeUp(`made-up-${i}`)).body.error, "invalid_client");
    for (const id of ["made-up-5", "", "\u0000"]) assert.equal((await madeUp(id)).status, 429);
    const waiting = await devicecode(MALLORY);
    assert.equal((await poll(MALLORY, waiting.body.device_code)).body.error, "authorization_pending");
    const other = await tenant.admin.apps.put({ name: "Other", publicClient: true });
    assert.equal((await madeUp(other.clientId)).body.error, "invalid_grant");
    assert.equal((await post(ADA, "token", { ...refresh, client_id: "made-up" })).body.error, "invalid_client");
  });

  test("counts a client by its ID in the header as by that in the body", {
    skip: onlyOnOneNode(IN_MEMORY),
  }, async (t) => {
    const { tenant, poll } = await tenantWith(t, { refusedTokenRequestsByNetwork: 2 });
    const wrongSecretOf = async (clientId: string) => {
      const answer = await tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, {
        method: "POST",
        headers: { "x-forwarded-for": MALLORY, authorization: `Basic ${btoa(`${clientId}:wrong`)}` },
        body: new URLSearchParams({ grant_type: "client_credentials" }),
      });
      return answer.status;
    };
    const { clientId = "" } = tenant.apps[0] ?? {};
    const other = await tenant.admin.apps.put({ name: "Other", publicClient: false });
    assert.equal(await wrongSecretOf(other.clientId), 401);
    assert.equal(await wrongSecretOf(other.clientId), 429);
    assert.equal(await wrongSecretOf(clientId), 401, "each has a limit of its own");
    assert.equal((await poll(MALLORY, "guess")).status, 429, "and one, however it is named");
  });

  test("of many registered clients ends at a limit of their network, ten times as high", async () => {
    const clock = { now: () => 0 };
    const limits = { ...DEFAULT_LIMITS, refusedTokenRequestsByNetwork: 2 };
    const requests = new RefusedRequests({ embedded: false, limits } as TenantConfig, clock);
    const refuse = async (clientId: string, ip = MALLORY) =>
      requests
        .watch({ ip, clientId, isRegistered: async () => true }, async () => {
          throw new ProtocolError("bad_refresh_token");
        })
        .catch(({ status }: ProtocolError) => status);
    for (let i = 0; i < 20; i++) assert.equal(await refuse(`client ${i}`), 400);
    assert.equal(await refuse("another"), 429);
    assert.equal(await refuse("another", ADA), 400);
  });

  test("does not grow out of polls that wait, however many and however fast", async (t) => {
    const { devicecode, poll } = await tenantWith(t, { refusedTokenRequestsByNetwork: 2 });
    const { body } = await devicecode(MALLORY);
    for (let i = 0; i < 10; i++) {
      const { status } = await poll(MALLORY, body.device_code);
      assert.equal(status, 400);
    }
  });
});

describe("a flood of sign-ins that begin", () => {
  const limits = { ...DEFAULT_LIMITS, interactionsByNetwork: 2 };

  test("by a program in browsers without a cookie ends at the limit, and leaves no row behind", async (t) => {
    const testEnv = await pagesUnderTest(t, { config: { limits } });
    const asks = await programOf(testEnv);
    for (let i = 0; i < 2; i++) assert.equal((await arrive(testEnv.browser(MALLORY), asks)).status, 200);
    const called = recordVerbs(testEnv);
    const refused = await arrive(testEnv.browser(MALLORY), asks);
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "600"]);
    assert.deepEqual(
      called.filter((verb) => /insert|ensure/.test(verb)),
      [],
    );
    assert.equal((await arrive(testEnv.browser(ADA), asks)).status, 200);
  });

  test("from ever new /64s ends at what their /48 may begin", async (t) => {
    const testEnv = await pagesUnderTest(t, { config: { limits } });
    const asks = await programOf(testEnv);
    const from = (network: number) => arrive(testEnv.browser(`2001:db8:0:${network.toString(16)}::1`), asks);
    for (let i = 0; i < 2 * WIDER_NETWORK_TIMES; i++) assert.equal((await from(i)).status, 200);
    const called = recordVerbs(testEnv);
    assert.equal((await from(0xff)).status, 429);
    assert.deepEqual(
      called.filter((verb) => /insert|ensure/.test(verb)),
      [],
    );
    assert.equal((await arrive(testEnv.browser("2001:db8:1::1"), asks)).status, 200);
  });

  test("from everywhere ends at the limit of the tenant, and leaves people their way in", async (t) => {
    const testEnv = await pagesUnderTest(t, { config: { limits: { ...DEFAULT_LIMITS, interactions: 3 } } });
    await testEnv.person();
    const asks = await programOf(testEnv);
    const signedIn = testEnv.browser(MALLORY);
    await signInToAccount(signedIn, "ada@contoso.example");
    for (let i = 0; i < 2; i++) await arrive(testEnv.browser(MALLORY), asks);
    const { interactionBeyondCap, interactionByUser } = requestLimits(testEnv.ctx.config);
    for (let i = 0; i < interactionBeyondCap.count; i++) {
      assert.equal((await arrive(testEnv.browser(MALLORY), asks)).status, 200);
    }
    const called = recordVerbs(testEnv);
    const refused = await arrive(testEnv.browser(MALLORY), asks);
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "600"]);
    assert.deepEqual(
      called.filter((verb) => /insert/.test(verb)),
      [],
    );
    const { userCode } = await testEnv.grant();
    assert.match(
      (await enterCode(testEnv.browser(ADA), userCode)).at,
      /^\/sign-in/,
      "a network that begins few goes on",
    );
    for (let i = 0; i < interactionByUser.count; i++) {
      assert.equal((await arrive(signedIn, asks)).status, 200, "a browser that is signed in goes on");
    }
    assert.equal((await arrive(signedIn, asks)).status, 429, "though not without end");
  });

  test("by device codes and by resets counts as the same", async (t) => {
    const testEnv = await pagesUnderTest(t, { config: { limits } });
    const { userCode } = await testEnv.grant();
    assert.equal((await enterCode(testEnv.browser(MALLORY), userCode)).status, 200);
    const phone = testEnv.browser(MALLORY);
    const reset = await phone.send(await phone.get("/reset"), "/reset", { email: "nobody@contoso.example" });
    assert.match(reset.at, /^\/reset\/code/);
    assert.equal((await enterCode(testEnv.browser(MALLORY), userCode)).status, 429);
    assert.equal((await enterCode(testEnv.browser(ADA), userCode)).status, 200);
  });
});

async function statusAndRetry(answer: Promise<{ status: number; retryAfter: string | null }>) {
  const { status, retryAfter } = await answer;
  return [status, retryAfter];
}
