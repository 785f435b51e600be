import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { clientIdOf, poll, refresh, requestCode } from "../../../../tests/fixtures/device.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { send } from "./raw-request.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const TOKEN = 'method="POST",route="/:tenant/oauth2/v2.0/token"';

/** The value of a series, such as `doorcode_device_grants{state="pending"}`; undefined if there is none. */
async function value(tenant: TestTenant, series: string): Promise<number | undefined> {
  const to = { secure: false, address: "127.0.0.1", port: tenant.monitoringPort! };
  const { body } = await send(to, { path: "/metrics" });
  const line = body.split("\n").find((each) => each.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length + 1));
}

for (const store of ["sqlite", "postgres"] as const) {
  describe(`the metrics of a tenant on ${store}`, () => {
    let tenant: TestTenant;
    const read = (series: string) => value(tenant, series);
    before(async () => {
      // Not loopback, where programs have no limits.
      const limits = { deviceCodesByNetwork: 6, refusedTokenRequestsByNetwork: 8 };
      tenant = await startTestTenant({ store, host: "127.0.0.2", monitoring: { port: 0 }, limits });
    });
    after(() => tenant.close());

    async function signedIn() {
      const { body } = await requestCode(tenant);
      await approve(tenant, body.user_code, await addUser(tenant));
      return (await poll(tenant, body.device_code)).body;
    }

    test("count what the token endpoint answered, by OAuth error, and the tokens by grant type", async () => {
      const { body } = await requestCode(tenant);
      await poll(tenant, body.device_code);
      await poll(tenant, body.device_code);
      const { refresh_token } = await signedIn();
      await refresh(tenant, refresh_token);
      const answered = (status: number, outcome: string) =>
        read(`doorcode_http_request_duration_seconds_count{${TOKEN},status="${status}",outcome="${outcome}"}`);
      assert.equal(await answered(400, "authorization_pending"), 1);
      assert.equal(await answered(400, "slow_down"), 1);
      assert.equal(await answered(200, "success"), 2);
      assert.equal(await read(`doorcode_http_requests_total{${TOKEN},status="400"}`), 2);
      assert.equal(await read('doorcode_tokens_issued_total{grant_type="device_code"}'), 1);
      assert.equal(await read('doorcode_tokens_issued_total{grant_type="refresh_token"}'), 1);
      assert.equal(await read('doorcode_tokens_issued_total{grant_type="client_credentials"}'), 0);
    });

    test("count a stolen refresh token once, and the mail about it", async () => {
      const { refresh_token } = await signedIn();
      const { body } = await refresh(tenant, refresh_token);
      await refresh(tenant, body.refresh_token);
      assert.equal(await read("doorcode_refresh_token_reuse_total"), 0);
      for (let time = 0; time < 2; time++) assert.equal((await refresh(tenant, refresh_token)).status, 400);
      await tenant.context.mail.deliverDue();
      assert.equal(await read("doorcode_refresh_token_reuse_total"), 1);
      assert.equal(await read('doorcode_mail_outcomes_total{outcome="sent"}'), 1);
      assert.equal(await read("doorcode_mail_send_duration_seconds_count"), 1);
    });

    test("show device codes by state, read from the store again after five seconds", async () => {
      const [pending, redeemed] = [
        'doorcode_device_grants{state="pending"}',
        'doorcode_device_grants{state="redeemed"}',
      ];
      tenant.clock.advance(5_000);
      const before = await read(pending);
      await requestCode(tenant);
      assert.equal(await read(pending), before, "many scrapes cost the store nothing");
      tenant.clock.advance(5_000);
      assert.equal(await read(pending), before! + 1);
      assert.equal(await read(redeemed), 2);
      tenant.clock.advance(15 * MINUTE);
      assert.equal(await read('doorcode_device_grants{state="expired"}'), before! + 1);
    });

    test("show the age of the signing key and when the next one signs", async () => {
      const [age, next] = ["age", "rotation"].map((what) => `doorcode_signing_key_${what}_seconds{alg="RS256"}`) as [
        string,
        string,
      ];
      tenant.clock.advance(MINUTE);
      const [wasAge, wasNext] = [(await read(age))!, (await read(next))!];
      assert.equal(wasAge + wasNext, (90 * DAY) / 1_000);
      tenant.clock.advance(DAY);
      assert.deepEqual([await read(age), await read(next)], [wasAge + 86_400, wasNext - 86_400]);
      assert.ok((await read("doorcode_signing_duration_seconds_count"))! >= 4);
    });

    test("measure the store by class: polls, and the rest by its part", async () => {
      const count = (operation: string) =>
        read(`doorcode_store_operation_duration_seconds_count{operation="${operation}"}`);
      const { body } = await requestCode(tenant);
      const [polls, grants] = [await count("poll"), await count("grants")];
      await poll(tenant, body.device_code);
      assert.deepEqual([await count("poll"), await count("grants")], [polls! + 1, grants]);
      assert.equal(await read('doorcode_store_errors_total{operation="poll"}'), undefined);
    });

    test("count limits that are used up, by name alone", async () => {
      tenant.clock.advance(DAY);
      for (let time = 0; time < 7; time++) await requestCode(tenant);
      for (let time = 0; time < 6; time++) await poll(tenant, "unknown");
      const refusals = (limit: string) => read(`doorcode_rate_limit_refusals_total{limit="${limit}"}`);
      assert.equal(await refusals("deviceCodeByIp"), 1);
      assert.equal(await refusals("refusedTokenByClient"), 2);
      const to = { secure: false, address: "127.0.0.1", port: tenant.monitoringPort! };
      const { body } = await send(to, { path: "/metrics" });
      for (const secret of ["127.0.0.2", clientIdOf(tenant), tenant.tenantId])
        assert.ok(!body.includes(secret), secret);
    });

    test("leave out what the store does not answer, and serve the rest", async (t) => {
      const { grants } = tenant.context.store;
      const { countByState } = grants;
      t.after(() => Object.assign(grants, { countByState }));
      Object.assign(grants, { countByState: () => Promise.reject(new Error("the database is down")) });
      tenant.clock.advance(5_000);
      for (const series of ['doorcode_device_grants{state="pending"}', "doorcode_mails_queued"]) {
        assert.equal(await read(series), undefined, series);
      }
      assert.ok((await read("doorcode_refresh_token_reuse_total"))! > 0);
    });

    test("include the process", async () => {
      assert.ok((await read("process_resident_memory_bytes"))! > 0);
      assert.ok((await read("nodejs_eventloop_lag_p99_seconds"))! >= 0);
    });
  });
}
