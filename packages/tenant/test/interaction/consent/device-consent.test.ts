import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seed } from "../../fixtures/seed.ts";
import { sampleAudit, samplePasskey } from "../../storage/samples.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn, walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";
const BOB = "bob@contoso.example";

describe("the question", { concurrency: true }, () => {
  test("it shows what asks, since when, from where, with which code and what it may do, and reading it changes nothing", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant({ userCode: "FSBFZMBKC", deviceName: "Living-room TV" });
    advance(120_000);
    const phone = browser("192.0.2.8");
    const page = await walkToConfirm(phone, userCode, ADA);
    const text = textOf(page.html);
    for (const part of [
      "Are you trying to sign in to Contoso Player",
      "ada@contoso.example",
      "Living-room TV",
      "2 minutes ago",
      "Another network",
      "FSBFZ-MBKC",
      "Know your name",
      "Stay signed in for up to 365 days, or until unused for 90 days",
    ]) {
      assert.ok(text.includes(part), `${part} in: ${text}`);
    }
    assert.doesNotMatch(page.heading, /Living-room/);
    assert.doesNotMatch(/<title>(.*?)<\/title>/.exec(page.html)?.[1] ?? "", /Living-room/);
    const before = await ctx.store.grants.findById(id);
    for (let i = 0; i < 3; i++) assert.equal((await phone.get(page.at)).status, 200);
    assert.deepEqual(await ctx.store.grants.findById(id), before);
  });

  test("where the device is: this computer, the same network, another one", async (t) => {
    const { browser, grant, person } = await pagesUnderTest(t);
    await person();
    for (const [ip, words] of [
      ["127.0.0.1", "This computer"],
      ["::1", "This computer"],
      ["::ffff:127.0.0.1", "This computer"],
      ["192.0.2.1", "Another network"],
    ] as const) {
      const page = await walkToConfirm(browser(ip), (await grant()).userCode, ADA);
      assert.ok(textOf(page.html).includes(words), ip);
    }
  });

  test("no declines; Back and sending the form again change nothing", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const confirm = await walkToConfirm(phone, userCode, ADA);
    const declined = await phone.send(confirm, "/confirm", { decision: "no" });
    assert.equal(declined.status, 200);
    const row = await ctx.store.grants.findById(id);
    assert.equal(row?.status, "denied");
    assert.equal(row?.denialReason, "user");

    assert.equal((await phone.get(confirm.at)).heading, declined.heading, "Back shows how it ended");
    const again = await phone.send(confirm, "/confirm", { decision: "yes" });
    assert.equal(again.heading, declined.heading);
    assert.deepEqual(await ctx.store.grants.findById(id), row);
  });

  test("yes approves once; Back, no and yes again change nothing", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const ada = await person();
    const { id, userCode } = await grant({ deviceName: "Living-room TV" });
    const phone = browser();
    const confirm = await walkToConfirm(phone, userCode, ADA);
    const answered = await phone.send(confirm, "/confirm", { decision: "yes" }, { stay: true });
    assert.equal(answered.status, 303);
    assert.match(String(answered.headers.location), /^\/done\?flow=/);
    const done = await phone.get(String(answered.headers.location));
    const row = await ctx.store.grants.findById(id);
    assert.equal(row?.status, "approved");
    assert.equal(row?.userId, ada.id);
    for (const decision of ["no", "yes"]) {
      assert.equal((await phone.send(confirm, "/confirm", { decision })).heading, done.heading);
    }
    assert.equal((await phone.get(confirm.at)).heading, done.heading);
    assert.deepEqual(await ctx.store.grants.findById(id), row);
    const approvals = await ctx.store.audit.list({ event: "device_grant.approved", limit: 5 });
    assert.equal(approvals.length, 1);
  });

  test("after a yes, the page leads to the user's devices, with and without a passkey", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const ada = await person();
    for (const passkey of [false, true]) {
      if (passkey) await ctx.store.passkeys.insert(samplePasskey(ada.id), 0);
      const phone = browser();
      const confirm = await walkToConfirm(phone, (await grant()).userCode, ADA);
      const done = await phone.send(confirm, "/confirm", { decision: "yes" });
      assert.match(textOf(done.html), /See and manage your devices Changed your mind\? You can sign it out there/);
      assert.equal(/Add a passkey for next time/.test(done.html), !passkey);
      const [, devices] = /href="([^"]*)">See and manage your devices/.exec(done.html) ?? [];
      assert.equal((await phone.get(devices ?? "")).heading, "Your devices");
    }
  });

  test("only the session that claimed a grant decides on it", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const first = await walkToConfirm(phone, (await grant()).userCode, ADA);
    const { id, userCode } = await grant();
    const next = await enterCode(phone, userCode);
    const flow = new URL(next.at, "http://localhost").searchParams.get("flow") ?? "";
    const forced = await phone.send(first, "/confirm", { decision: "yes", flow });
    assert.match(forced.at, /^\/device\/continue/);
    assert.equal((await ctx.store.grants.findById(id))?.status, "pending");
  });

  test("the same user in another browser takes over; the first says so and can take it back", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const first = await walkToConfirm(phone, userCode, ADA);
    const laptop = browser();
    const second = await walkToConfirm(laptop, userCode, ADA);
    assert.match(second.at, /^\/confirm/);

    const elsewhere = await phone.send(first, "/confirm", { decision: "yes" });
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    assert.ok(elsewhere.html.includes('action="/confirm/take-over"'));
    const back = await phone.send(elsewhere, "/confirm/take-over");
    assert.equal(back.heading, first.heading);
    assert.ok((await laptop.get(second.at)).html.includes('action="/confirm/take-over"'));
    await phone.send(back, "/confirm", { decision: "yes" });
    assert.equal((await ctx.store.grants.findById(id))?.status, "approved");
  });

  test("two users with one code: both see that it was used twice, and the device gets nothing", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person(ADA);
    await person(BOB);
    const { id, userCode } = await grant();
    const ada = browser();
    const adas = await walkToConfirm(ada, userCode, ADA);
    const bobs = await walkToConfirm(browser(), userCode, BOB);
    assert.equal(bobs.status, 410);
    assert.match(bobs.heading, /twice/i);
    const row = await ctx.store.grants.findById(id);
    assert.equal(row?.denialReason, "two_users");
    for (const page of [await ada.get(adas.at), await ada.send(adas, "/confirm", { decision: "yes" })]) {
      assert.equal(page.status, 410);
      assert.equal(page.heading, bobs.heading);
    }
    assert.equal((await enterCode(browser(), userCode)).heading, bobs.heading);
    assert.deepEqual(await ctx.store.grants.findById(id), row);
  });

  test("two users who meet at the code page: the second to sign in ends it", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person(ADA);
    await person(BOB);
    const { id, userCode } = await grant();
    const ada = browser();
    const bob = browser();
    const adas = await enterCode(ada, userCode);
    const bobs = await enterCode(bob, userCode);
    assert.equal((await signIn(ada, adas, ADA)).status, 200);
    assert.equal((await signIn(bob, bobs, BOB)).status, 410);
    assert.equal((await ctx.store.grants.findById(id))?.status, "denied");
  });

  for (const decision of ["yes", "no"]) {
    test(`a second user who comes after a ${decision} sees that the code was used, and neither app nor device`, async (t) => {
      const { browser, grant, person } = await pagesUnderTest(t);
      await person(ADA);
      await person(BOB);
      const { userCode } = await grant({ deviceName: "Living-room TV" });
      const [ada, bob, stranger] = [browser(), browser(), browser()];
      const [bobs, strangers] = [await enterCode(bob, userCode), await enterCode(stranger, userCode)];
      const adas = await ada.send(await walkToConfirm(ada, userCode, ADA), "/confirm", { decision });
      assert.match(textOf(adas.html), /Contoso Player/);
      const signedIn = await signIn(bob, bobs, BOB);
      const flow = strangers.at.slice(strangers.at.indexOf("?"));
      const pages = [signedIn, await bob.get(signedIn.at), await enterCode(bob, userCode)];
      pages.push(await stranger.get(`/confirm${flow}`), await stranger.get(`/done${flow}`));
      for (const page of pages) {
        assert.deepEqual([page.status, page.heading], [410, "This code was already used"], page.at);
        assert.doesNotMatch(page.html, /Contoso Player|Living-room TV/);
      }
    });
  }

  test("after the operator's denial, the user only sees that the code was used", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const confirm = await walkToConfirm(phone, userCode, ADA);
    await ctx.store.grants.deny(id, {
      sessionId: null,
      reason: "operator",
      now: ctx.clock.now(),
      audit: sampleAudit("grant"),
    });
    assert.equal((await phone.get(confirm.at)).heading, "This code was already used");
  });

  test("not you: this browser forgets the user, and signing in again as the same one continues", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const phone = browser();
    const confirm = await walkToConfirm(phone, userCode, ADA);
    const cookie = phone.cookie;
    const signInAgain = await phone.send(confirm, "/confirm", { decision: "other" });
    assert.match(signInAgain.at, /^\/sign-in/);
    assert.notEqual(phone.cookie, cookie);
    assert.equal((await phone.get(confirm.at)).status, 403);
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    assert.equal((await signIn(phone, signInAgain, ADA)).heading, confirm.heading);
  });

  test("leaving the page lets the same user resume the grant", async (t) => {
    const { browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { userCode } = await grant();
    const first = await walkToConfirm(browser(), userCode, ADA);
    advance(300_000);
    const phone = browser();
    const again = await walkToConfirm(phone, userCode, ADA);
    assert.equal(again.heading, first.heading);
    assert.equal((await phone.send(again, "/confirm", { decision: "yes" })).status, 200);
  });

  test("an expired question cannot be answered", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant({ expiresInMs: 60_000 });
    const phone = browser();
    const confirm = await walkToConfirm(phone, userCode, ADA);
    advance(60_000);
    for (const decision of ["yes", "no"]) {
      assert.equal((await phone.send(confirm, "/confirm", { decision })).status, 410);
    }
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
  });

  test("a device that was approved and fetched its tokens too late has an expired code", async (t) => {
    const { browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { userCode } = await grant({ expiresInMs: 60_000 });
    const phone = browser();
    const done = await phone.send(await walkToConfirm(phone, userCode, ADA), "/confirm", { decision: "yes" });
    advance(59_999);
    assert.equal((await phone.get(done.at)).status, 200);
    advance(1);
    assert.equal((await phone.get(done.at)).status, 410);
  });

  test("a user disabled, or an app disabled or deleted, while the question is open: nothing is approved", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    const ada = await person(ADA);
    await person(BOB);
    const one = await grant();
    const phone = browser();
    const confirm = await walkToConfirm(phone, one.userCode, ADA);
    await seed(ctx.store).setUserDisabled(ada.id, ctx.clock.now(), ctx.clock.now());
    assert.equal((await phone.send(confirm, "/confirm", { decision: "yes" })).status, 403);

    const two = await grant();
    const bob = browser();
    const bobs = await walkToConfirm(bob, two.userCode, BOB);
    await seed(ctx.store).putApp({ ...device, disabledAt: ctx.clock.now() });
    assert.equal((await bob.send(bobs, "/confirm", { decision: "yes" })).status, 410);
    await seed(ctx.store).deleteApp(device.clientId, ctx.clock.now());
    assert.equal((await bob.send(bobs, "/confirm", { decision: "yes" })).status, 410);
    for (const { id } of [one, two]) assert.notEqual((await ctx.store.grants.findById(id))?.status, "approved");
  });
});
