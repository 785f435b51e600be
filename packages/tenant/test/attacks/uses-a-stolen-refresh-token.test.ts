import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { addUser, approve } from "../../../../tests/fixtures/approval.ts";
import { clientIdOf, poll, refresh, requestCode, revoke, userinfo } from "../../../../tests/fixtures/device.ts";
import { ACCESS_TOKEN_SECONDS, REFRESH_GRACE } from "../../src/directory/lifetimes.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";
import { linkIn } from "../interaction/account/notice-link.ts";

const DAY = 24 * 60 * 60 * 1000;

describe("a stolen token of a program", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant({ trustedProxies: ["127.0.0.1", "::1"], clock: "manual" });
  });
  after(() => tenant.close());

  async function signedIn() {
    const user = await addUser(tenant);
    const { body } = await requestCode(tenant, { scope: "openid profile offline_access" });
    await approve(tenant, body.user_code, user);
    const { body: tokens } = await poll(tenant, body.device_code);
    const mailsAbout = async (subject: RegExp) =>
      (await tenant.mailsTo(user.email)).filter((mail) => subject.test(mail.subject));
    return { user, tokens, mailsAbout };
  }
  const refreshFrom = (ip: string, token: string) =>
    tenant.fetch(`${tenant.authority}/oauth2/v2.0/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", "x-forwarded-for": ip },
      body: new URLSearchParams({
        grant_type: "refresh_token",
        client_id: clientIdOf(tenant),
        refresh_token: token,
      }).toString(),
    });
  const recordsOf = async (event: string, userId: string) =>
    (await tenant.context.store.audit.list({ event, limit: 200 })).filter((record) => record.userId === userId);

  test("an expired access token, found in a log, signs no one out", async () => {
    const { user, tokens } = await signedIn();
    tenant.clock.advance(ACCESS_TOKEN_SECONDS * 1_000);
    assert.equal((await revoke(tenant, tokens.access_token)).status, 200);
    const renewed = await refresh(tenant, tokens.refresh_token);
    assert.equal(renewed.status, 200);
    assert.equal((await userinfo(tenant, renewed.body.access_token)).status, 200);
    assert.deepEqual(await recordsOf("sign_in.revoked", user.id), []);
  });

  test("an expired refresh token signs no one out either", async () => {
    const { tokens } = await signedIn();
    tenant.clock.advance(60 * DAY);
    const renewed = await refresh(tenant, tokens.refresh_token);
    tenant.clock.advance(60 * DAY);
    assert.equal((await revoke(tenant, tokens.refresh_token)).status, 200);
    assert.equal((await refresh(tenant, renewed.body.refresh_token)).status, 200);
  });

  test("its use next to the owner's ends the sign-in, and the owner gets one mail, with a link that secures the account", async () => {
    const { user, tokens, mailsAbout } = await signedIn();
    await refresh(tenant, tokens.refresh_token);
    tenant.clock.advance(REFRESH_GRACE + 1_000);
    for (let time = 0; time < 3; time++) {
      assert.equal((await refreshFrom("203.0.113.66", tokens.refresh_token)).status, 400);
    }
    const [mail, ...more] = await mailsAbout(/A program was signed out/);
    assert.deepEqual(more, []);
    assert.match(mail?.text ?? "", /The sign-in to ciam-client-app with your .+ account may have been copied/);
    assert.match(mail?.text ?? "", /Network address: 203\.0\.113\.66/);
    assert.ok(linkIn(mail?.text ?? "").token);
    assert.equal((await recordsOf("refresh_token.reused", user.id)).length, 1);
  });

  test("a repeat within the grace period from another network is mailed and recorded, at most once a day", async () => {
    const { user, tokens, mailsAbout } = await signedIn();
    assert.equal((await refreshFrom("198.51.100.7", tokens.refresh_token)).status, 200);
    for (let time = 0; time < 3; time++) {
      assert.equal((await refreshFrom("203.0.113.66", tokens.refresh_token)).status, 200);
    }
    const [mail, ...more] = await mailsAbout(/came from two networks/);
    assert.deepEqual(more, []);
    assert.match(mail?.text ?? "", /Network address: 203\.0\.113\.66/);
    assert.match(mail?.text ?? "", /A moment earlier, from: 198\.51\.100\.7/);
    const records = await recordsOf("refresh_token.repeated", user.id);
    assert.equal(records.length, 3);
    assert.equal(records[0]?.detail.first_used_from, "198.51.100.7");
  });

  test("a repeat from the same network is a lost response, and sends no mail", async () => {
    const { user, tokens, mailsAbout } = await signedIn();
    for (const ip of ["2001:db8:0:1::1", "2001:db8:0:1::2"]) {
      assert.equal((await refreshFrom(ip, tokens.refresh_token)).status, 200);
    }
    assert.deepEqual(await mailsAbout(/networks|signed out/), []);
    const [record] = await recordsOf("refresh_token.repeated", user.id);
    assert.equal(record?.detail.first_used_from, undefined);
  });
});
