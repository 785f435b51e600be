import assert from "node:assert/strict";
import { test } from "node:test";
import { cookieName } from "../../src/interaction/cookies.ts";
import { newSecret } from "../../src/kernel/seal.ts";
import { startPostgres } from "../fixtures/postgres.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";

test("while the store is down, endpoints, pages and Graph answer 503 and say when to try again", async (t) => {
  const cluster = await startPostgres();
  t.after(() => cluster.stop());
  const tenant = await startTestTenant({ store: { postgres: cluster.url, schema: "tenant" }, clock: "moving" });
  t.after(() => tenant.close());
  const token = await tenant.operatorToken();
  const cookie = `${cookieName("session", new URL(tenant.pages).origin)}=${newSecret()}`;
  const ask = async (url: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) => {
    const { status, headers } = await tenant.fetch(url, init);
    return [status, headers.get("retry-after")];
  };
  const asked = () =>
    Promise.all([
      ask(`${tenant.authority}/oauth2/v2.0/devicecode`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: `client_id=${tenant.apps[0]!.clientId}&scope=openid`,
      }),
      ask(`${tenant.pages}/device`, { headers: { cookie } }),
      ask(`${tenant.graph}/users`, { headers: { authorization: `Bearer ${token}` } }),
    ]);
  const ok = [200, null];
  assert.deepEqual(await asked(), [ok, ok, ok]);
  const start = await cluster.down();
  const unavailable = [503, "5"];
  assert.deepEqual(await asked(), [unavailable, unavailable, unavailable]);
  await start();
  assert.deepEqual(await asked(), [ok, ok, ok]);
});
