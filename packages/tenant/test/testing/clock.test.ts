import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { poll, refresh, requestCode } from "../../../../tests/fixtures/device.ts";
import { startTestTenant } from "../fixtures/start-test-tenant.ts";
import { failsWith, scratch } from "../server/scratch.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const EMAIL = "ada@contoso.example";

/** A program that is signed in. */
async function signedIn(tenant: Awaited<ReturnType<typeof startTestTenant>>) {
  await tenant.admin.people.add({ email: EMAIL, password: "violet-harbour-1871" });
  const { body: device } = await requestCode(tenant);
  await tenant.approve(device.user_code, { as: EMAIL });
  return (await poll(tenant, device.device_code)).body;
}

describe("the clock of a tenant under test", () => {
  test("moved past the end of a device code, the code has expired and its row is deleted a day later", async () => {
    await using tenant = await startTestTenant();
    const { clock } = tenant.testing;
    const { body: device } = await requestCode(tenant);
    const { aheadMs } = await clock.advance(15 * MINUTE);
    assert.equal(aheadMs, 15 * MINUTE);
    assert.equal((await poll(tenant, device.device_code)).body.error, "expired_token");
    const userCode = device.user_code.replace("-", "");
    assert.ok(await tenant.context.store.grants.findByUserCode(userCode));
    await clock.advance(2 * DAY);
    assert.equal(await tenant.context.store.grants.findByUserCode(userCode), undefined);
  });

  test("moved by the interval, the next poll is on time", async () => {
    await using tenant = await startTestTenant();
    const { body: device } = await requestCode(tenant);
    await poll(tenant, device.device_code);
    assert.equal((await poll(tenant, device.device_code)).body.error, "slow_down");
    await tenant.testing.clock.advance(10_000);
    assert.equal((await poll(tenant, device.device_code)).body.error, "authorization_pending");
  });

  test("moved past the end of its wait, a held poll is answered at once; past the end of its code, with that", async () => {
    await using tenant = await startTestTenant();
    const { testing, context } = tenant;
    const { body: device } = await requestCode(tenant);
    const hold = async () => {
      const answer = tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, {
        method: "POST",
        headers: { prefer: "wait=30", "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "device_code",
          client_id: tenant.apps[0]!.clientId,
          device_code: device.device_code,
        }).toString(),
      });
      while (context.heldPolls.size !== 1) await new Promise(setImmediate);
      return answer.then(async (response) => (await response.json()) as { error: string });
    };
    const first = hold();
    while (context.heldPolls.size !== 1) await new Promise(setImmediate);
    await testing.clock.advance(30_000);
    assert.equal((await first).error, "authorization_pending");
    const second = hold();
    while (context.heldPolls.size !== 1) await new Promise(setImmediate);
    await testing.clock.advance(15 * MINUTE);
    assert.equal((await second).error, "expired_token");
    assert.equal(context.heldPolls.size, 0);
  });

  test("moved past the lifetime of a sign-in that is not used, the refresh token has expired", async () => {
    await using tenant = await startTestTenant();
    const { refresh_token } = await signedIn(tenant);
    await tenant.testing.clock.advance(89 * DAY);
    const renewed = await refresh(tenant, refresh_token);
    assert.equal(renewed.status, 200);
    await tenant.testing.clock.advance(91 * DAY);
    assert.deepEqual((await refresh(tenant, renewed.body.refresh_token)).body.error_codes, [700082]);
  });

  test("moved by months, tokens are signed with the next key, which is published", async () => {
    await using tenant = await startTestTenant();
    const kidOf = (token: string) => JSON.parse(Buffer.from(token.split(".")[0]!, "base64url").toString()).kid;
    const before = await signedIn(tenant);
    await tenant.testing.clock.advance(89 * DAY);
    const renewed = (await refresh(tenant, before.refresh_token)).body;
    await tenant.testing.clock.advance(10 * DAY);
    const after = (await refresh(tenant, renewed.refresh_token)).body;
    assert.notEqual(kidOf(after.access_token), kidOf(before.access_token));
    const keys = await tenant.fetch(`${tenant.authority}/discovery/v2.0/keys`);
    const { keys: published } = (await keys.json()) as { keys: { kid: string }[] };
    assert.ok(published.some(({ kid }) => kid === kidOf(after.access_token)));
  });

  test("a restart continues at the same time, and each move is recorded", async (t) => {
    const dataDir = join(await scratch(t), "tenant");
    const place = { dataDir, sqliteFile: join(dataDir, "tenant.db"), clock: "moving" } as const;
    {
      await using tenant = await startTestTenant(place);
      await tenant.testing.clock.advance(DAY);
      await Promise.all([tenant.testing.clock.advance(DAY), tenant.testing.clock.advance(DAY)]);
    }
    await using tenant = await startTestTenant(place);
    assert.equal(tenant.testing.clock.read().aheadMs, 3 * DAY);
    const moves = await tenant.context.store.audit.list({ event: "testing.clock_moved", limit: 9 });
    assert.deepEqual(
      moves.map(({ actor, detail }) => [actor, detail.ahead_ms]),
      [3, 2, 1].map((days) => ["operator", days * DAY]),
    );
    const { aheadMs, wentBack } = await tenant.testing.clock.reset();
    assert.deepEqual([aheadMs, wentBack], [0, true]);
  });

  test("set to a time, it runs from there; an earlier one needs the word for it", async () => {
    await using tenant = await startTestTenant();
    const { clock } = tenant.testing;
    const later = new Date(clock.now() + 400 * DAY);
    assert.equal((await clock.set(later)).now, later.getTime());
    tenant.clock.advance(1_000);
    assert.equal(clock.now(), later.getTime() + 1_000);
    await assert.rejects(clock.set(later.getTime() - DAY), failsWith("clock_refused"));
    const { wentBack, now } = await clock.set(later.getTime() - DAY, { back: true });
    assert.deepEqual([wentBack, now], [true, later.getTime() - DAY]);
  });

  test("back, a program that polled in what is the future now is not too fast", async () => {
    await using tenant = await startTestTenant();
    const { clock } = tenant.testing;
    await clock.advance(DAY);
    const { body: device } = await requestCode(tenant);
    await poll(tenant, device.device_code);
    await clock.reset();
    assert.equal((await poll(tenant, device.device_code)).body.error, "authorization_pending");
  });

  test("what is no time, or no distance, or too far, changes nothing", async () => {
    await using tenant = await startTestTenant();
    const { clock } = tenant.testing;
    for (const ms of [-1, Number.NaN, Number.POSITIVE_INFINITY, 20 * 365 * DAY]) {
      await assert.rejects(clock.advance(ms), failsWith("clock_refused"), String(ms));
    }
    for (const time of [new Date("never"), Number.NaN, new Date("2100-01-01")]) {
      await assert.rejects(clock.set(time), failsWith("clock_refused"), String(time));
    }
    assert.equal(clock.read().aheadMs, 0);
    assert.deepEqual(await tenant.context.store.audit.list({ event: "testing.clock_moved", limit: 1 }), []);
  });
});
