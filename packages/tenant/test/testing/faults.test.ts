import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  type Answer,
  answer,
  clientIdOf,
  poll,
  requestCode,
  revoke,
  userinfo,
} from "../../../../tests/fixtures/device.ts";
import { addApp } from "../../../../tests/fixtures/registrations.ts";
import type { FaultInput } from "../../src/testing/faults.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith } from "../server/scratch.ts";

const EMAIL = "ada@contoso.example";

/** Each endpoint, as a program calls it. */
const calls: Record<FaultInput["endpoint"], (tenant: TestTenant) => Promise<Answer>> = {
  devicecode: (tenant) => requestCode(tenant),
  token: (tenant) => poll(tenant, "unknown"),
  revoke: (tenant) => revoke(tenant, "unknown"),
  userinfo: (tenant) => userinfo(tenant, "unknown"),
  authorize: async (tenant) =>
    answer(await tenant.fetch(`${tenant.authority}/oauth2/v2.0/authorize?client_id=${clientIdOf(tenant)}`)),
  keys: async (tenant) => answer(await tenant.fetch(`${tenant.authority}/discovery/v2.0/keys`)),
  metadata: async (tenant) => answer(await tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`)),
  graph: async (tenant) => {
    const authorization = `Bearer ${await tenant.operatorToken()}`;
    return answer(await tenant.fetch(`${tenant.graph}/users`, { headers: { authorization } }));
  },
};

describe("a fault", () => {
  for (const [endpoint, call] of Object.entries(calls) as [FaultInput["endpoint"], (typeof calls)["token"]][]) {
    test(`lets ${endpoint} answer as it does when it is too busy or its store is away, then as usual`, async () => {
      await using tenant = await startTestTenant();
      const usual = (await call(tenant)).status;
      await tenant.testing.faults.add({ endpoint, status: 429, retryAfterSeconds: 7 });
      await tenant.testing.faults.add({ endpoint, status: 503 });
      const [busy, away, then] = [await call(tenant), await call(tenant), await call(tenant)];
      assert.deepEqual([busy.status, busy.headers.get("retry-after")], [429, "7"]);
      assert.deepEqual([away.status, away.headers.get("retry-after")], [503, "5"]);
      assert.equal(then.status, usual);
      if (endpoint === "graph") {
        const code = (body: { error: { code: string } }) => body.error.code;
        assert.deepEqual([code(busy.body), code(away.body)], ["TooManyRequests", "serviceNotAvailable"]);
        return;
      }
      assert.deepEqual([busy.body.error, busy.body.error_codes], ["temporarily_unavailable", [90055]]);
      assert.deepEqual([away.body.error, away.body.error_codes], ["temporarily_unavailable", [90006]]);
      assert.match(busy.body.error_description, /^AADSTS90055: .* Trace ID: .* Correlation ID: .* Timestamp: /);
    });
  }

  test("answers with a number of Entra's: ours, one that only Entra has, and an unknown one", async () => {
    await using tenant = await startTestTenant();
    for (const [aadsts, error, suberror] of [
      [50076, "interaction_required", undefined],
      [53003, "invalid_grant", "message_only"],
      [70016, "authorization_pending", undefined],
      [12345, "invalid_grant", undefined],
    ] as const) {
      await tenant.testing.faults.add({ endpoint: "token", aadsts });
      const { status, body } = await poll(tenant, "unknown");
      assert.deepEqual([status, body.error, body.error_codes, body.suberror], [400, error, [aadsts], suberror]);
      assert.match(body.error_description, new RegExp(`^AADSTS${aadsts}: .+ Trace ID: `));
    }
  });

  test("is for the requests of one app, by its name, and as many as asked", async () => {
    await using tenant = await startTestTenant();
    const other = await addApp(tenant.context, "Television");
    const { faults } = tenant.testing;
    await faults.add({ endpoint: "devicecode", app: "television", status: 503, times: 2 });
    const asOther = () => requestCode(tenant, { client_id: other.clientId.toUpperCase() });
    assert.equal((await requestCode(tenant)).status, 200);
    assert.equal((await asOther()).status, 503);
    assert.deepEqual(
      faults.list().map(({ left, used, clientId }) => [left, used, clientId]),
      [[1, 1, other.clientId]],
    );
    assert.equal((await asOther()).status, 503);
    assert.notEqual((await asOther()).status, 503);
    assert.deepEqual(faults.list(), []);
  });

  test("reaches polls that are answered from memory, and polls that ask to be held", async () => {
    await using tenant = await startTestTenant();
    const { body: device } = await requestCode(tenant);
    const ask = async (headers: Record<string, string> = {}) => {
      tenant.clock.advance(10_000);
      const body = new URLSearchParams({
        ...{ grant_type: "device_code", client_id: clientIdOf(tenant), device_code: device.device_code },
      }).toString();
      const type = { "content-type": "application/x-www-form-urlencoded" };
      const url = `${tenant.authority}/oauth2/v2.0/token`;
      return answer(await tenant.fetch(url, { method: "POST", body, headers: { ...type, ...headers } }));
    };
    assert.equal((await ask()).body.error, "authorization_pending");
    assert.equal((await ask()).body.error, "authorization_pending");
    await tenant.testing.faults.add({ endpoint: "token", status: 503, times: 2 });
    assert.equal((await ask()).status, 503);
    assert.equal((await ask({ prefer: "wait=30" })).status, 503);
    assert.equal((await ask()).body.error, "authorization_pending");
    assert.equal(tenant.context.heldPolls.size, 0);
  });

  test("cuts the connection of a request, and of no other one", async () => {
    await using tenant = await startTestTenant();
    await tenant.testing.faults.add({ endpoint: "token", cut: true });
    await assert.rejects(poll(tenant, "unknown"), { code: "ECONNRESET" });
    assert.equal((await poll(tenant, "unknown")).status, 400);
  });

  test("lets an answer come late, in real time, and then be the usual one", async () => {
    await using tenant = await startTestTenant();
    await tenant.testing.faults.add({ endpoint: "metadata", delayMs: 60 });
    const startedAt = performance.now();
    const { status } = await calls.metadata(tenant);
    assert.deepEqual([status, performance.now() - startedAt >= 55], [200, true]);
  });

  test("that is late holds up neither the end of the tenant, nor a client that has left", async () => {
    const tenant = await startTestTenant();
    await tenant.testing.faults.add({ endpoint: "metadata", delayMs: 600_000, times: 2 });
    const leaving = new AbortController();
    const left = tenant.fetch(`${tenant.issuer}/.well-known/openid-configuration`, { signal: leaving.signal });
    const late = calls.metadata(tenant);
    const waiting = () => tenant.testing.faults.list()[0]?.used;
    while (tenant.testing.faults.list().length > 0) await new Promise(setImmediate);
    assert.equal(waiting(), undefined);
    leaving.abort();
    await assert.rejects(left, { name: "AbortError" });
    await tenant.close();
    // Not cut when the second of an end is over.
    assert.equal((await late).status, 200);
  });

  test("is recorded with what it does, ends alone or with all, and a restart has none", async () => {
    await using tenant = await startTestTenant();
    const { faults } = tenant.testing;
    const one = await faults.add({ endpoint: "token", aadsts: 53003, app: clientIdOf(tenant), times: 3 });
    await faults.add({ endpoint: "keys", status: 503 });
    const records = await tenant.context.store.audit.list({ event: "testing.fault_added", limit: 9 });
    const { detail, actor, clientId } = records[1]!;
    assert.deepEqual(
      [actor, clientId, detail.endpoint, detail.aadsts, detail.left],
      ["operator", clientIdOf(tenant), "token", 53003, 3],
    );
    assert.equal(await faults.clear("another"), 0);
    assert.equal(await faults.clear(one.id), 1);
    assert.equal(await faults.clear(), 1);
    assert.equal(await faults.clear(), 0);
    const cleared = await tenant.context.store.audit.list({ event: "testing.faults_cleared", limit: 9 });
    assert.deepEqual(
      cleared.map((record) => record.detail.count),
      [1, 1],
    );
    assert.equal((await calls.keys(tenant)).status, 200);
  });

  for (const [name, wrong, code] of [
    ["no answer", { endpoint: "token" }, "fault_refused"],
    ["two answers", { endpoint: "token", status: 429, cut: true }, "fault_refused"],
    ["an unknown endpoint", { endpoint: "logout", status: 503 }, "fault_refused"],
    ["a status of success", { endpoint: "token", status: 200 }, "fault_refused"],
    ["no request", { endpoint: "token", status: 503, times: 0 }, "fault_refused"],
    ["half a request", { endpoint: "token", status: 503, times: 1.5 }, "fault_refused"],
    ["an hour of delay", { endpoint: "token", delayMs: 3_600_000 }, "fault_refused"],
    ["a number that is none", { endpoint: "token", aadsts: 7 }, "fault_refused"],
    ["a number for the keys", { endpoint: "keys", aadsts: 53003 }, "fault_refused"],
    ["an app for the keys", { endpoint: "keys", status: 503, app: "ciam-client-app" }, "fault_refused"],
    ["an unknown app", { endpoint: "token", status: 503, app: "nothing" }, "app_unknown"],
  ] as const) {
    test(`with ${name} is refused, and nothing is recorded`, async () => {
      await using tenant = await startTestTenant();
      await assert.rejects(tenant.testing.faults.add(wrong as FaultInput), failsWith(code));
      assert.deepEqual(tenant.testing.faults.list(), []);
      assert.deepEqual(await tenant.context.store.audit.list({ event: "testing.fault_added", limit: 1 }), []);
    });
  }

  test("with a secret in the place of the app's ID is refused without repeating it", async () => {
    await using tenant = await startTestTenant();
    const app = "kX8Q~aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3z";
    await assert.rejects(tenant.testing.faults.add({ endpoint: "token", status: 503, app }), {
      ...{ code: "app_unknown", message: "No app has this client ID or name." },
    });
    await assert.rejects(tenant.testing.checkToken("token", { api: app }), {
      ...{ code: "api_unknown", message: "No API has this client ID, name or identifier URI." },
    });
  });

  test("of a program's poll is no reason to refuse its sign-in later", async () => {
    await using tenant = await startTestTenant();
    await tenant.admin.people.add({ email: EMAIL });
    const { body: device } = await requestCode(tenant);
    await tenant.testing.faults.add({ endpoint: "token", status: 429, times: 3 });
    for (const _ of [1, 2, 3]) assert.equal((await poll(tenant, device.device_code)).status, 429);
    await tenant.approve(device.user_code, { as: EMAIL });
    assert.equal((await poll(tenant, device.device_code)).status, 200);
  });
});
