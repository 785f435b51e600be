import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { seed } from "../../fixtures/seed.ts";
import { arrive, programOf, WEB } from "../authorize/program-under-test.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn } from "../walks.ts";
import { afterPassword, codeAt, demandMfa, personWithApp, STEP_MS, wrongCode } from "./authenticator.ts";

const ADA = "ada@contoso.example";

describe("an authenticator app", { concurrency: true }, () => {
  test("is asked for after the password; its code signs in with both, under a new session", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const { user, secret } = await personWithApp(testEnv);
    const { browser, page, grantId } = await afterPassword(testEnv);
    assert.match(page.at, /^\/second-factor\/app\?flow=/);
    const before = browser.cookie ?? "";
    assert.equal((await ctx.store.sessions.find(hashSecret(before), ctx.clock.now()))?.userId, null);
    assert.equal((await ctx.store.grants.findById(grantId))?.status, "pending");

    const done = await browser.send(page, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) });
    assert.match(done.at, /^\/confirm/);
    assert.equal(await ctx.store.sessions.find(hashSecret(before), ctx.clock.now()), undefined);
    const session = await ctx.store.sessions.find(hashSecret(browser.cookie ?? ""), ctx.clock.now());
    assert.deepEqual(session?.methods, ["password", "totp"]);
    const grant = await ctx.store.grants.findById(grantId);
    assert.deepEqual([grant?.status, grant?.userId], ["claimed", user.id]);
    await browser.send(done, "/confirm", { decision: "yes" });
    assert.deepEqual((await ctx.store.grants.findById(grantId))?.methods, ["password", "totp"]);
    const [passed] = await ctx.store.audit.list({ event: "user.second_factor_passed", limit: 1 });
    assert.deepEqual([passed?.userId, passed?.grantId, passed?.detail], [user.id, grantId, { method: "app" }]);
  });

  test("may be half a minute off, to either side, and no more; a space in it is accepted", async (t) => {
    for (const [steps, ok] of [
      [-2, false],
      [-1, true],
      [1, true],
      [2, false],
    ] as const) {
      const testEnv = await pagesUnderTest(t);
      const { secret } = await personWithApp(testEnv);
      const { browser, page } = await afterPassword(testEnv);
      const code = codeAt(secret, testEnv.ctx.clock.now(), steps).replace(/(...)/, " $1 ");
      const next = await browser.send(page, "/second-factor/app", { code });
      assert.equal(next.at.split("?")[0], ok ? "/confirm" : "/second-factor/app", `${steps} steps`);
    }
  });

  test("takes a code once: neither it nor one before it works in another browser", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { secret } = await personWithApp(testEnv);
    const [first, second] = [await afterPassword(testEnv), await afterPassword(testEnv)];
    const now = testEnv.ctx.clock.now();
    const send = ({ browser, page }: typeof first, code: string) => browser.send(page, "/second-factor/app", { code });
    assert.match((await send(first, codeAt(secret, now))).at, /^\/confirm/);
    for (const steps of [0, -1]) {
      const refused = await send(second, codeAt(secret, now, steps));
      assert.equal(refused.status, 422);
      assert.match(refused.html, /was already used/);
    }
    testEnv.advance(STEP_MS);
    assert.match((await send(second, codeAt(secret, now, 1))).at, /^\/confirm/);
  });

  test("of many browsers that send one code at once, one succeeds", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { secret } = await personWithApp(testEnv);
    const walks = await Promise.all(Array.from({ length: 8 }, () => afterPassword(testEnv)));
    const code = codeAt(secret, testEnv.ctx.clock.now());
    const pages = await Promise.all(
      walks.map(({ browser, page }) => browser.send(page, "/second-factor/app", { code })),
    );
    assert.equal(pages.filter(({ at }) => at.startsWith("/confirm")).length, 1);
  });

  test("allows five attempts per interaction, ten in a quarter of an hour, fifty a day; what can be no code costs none", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, advance } = testEnv;
    const { secret } = await personWithApp(testEnv);
    const tries = async (walk: Awaited<ReturnType<typeof afterPassword>>, code: (now: number) => string) =>
      walk.browser.send(walk.page, "/second-factor/app", { code: code(ctx.clock.now()) });
    const wrong = (now: number) => wrongCode(secret, now);
    const right = (now: number) => codeAt(secret, now);
    let spent = 0;
    for (let quarter = 0; quarter < 5; quarter++) {
      for (let walk = 0; walk < 2; walk++) {
        const here = await afterPassword(testEnv);
        for (let i = 0; i < 5; i++, spent++) {
          assert.equal((await tries(here, () => "12345")).status, 422);
          assert.equal((await tries(here, wrong)).status, 422);
        }
        const refused = await tries(here, right);
        assert.equal(refused.status, 429, "those of the interaction are used up");
        assert.equal(refused.headers["retry-after"], "900");
      }
      if (quarter < 4) {
        assert.equal((await tries(await afterPassword(testEnv), right)).status, 429, "those of the user are used up");
      }
      advance(900_000);
    }
    assert.equal(spent, 50);
    const refused = await tries(await afterPassword(testEnv), right);
    assert.equal(refused.status, 429);
    assert.ok(Number(refused.headers["retry-after"]) > 80_000);
    advance(86_400_000);
    assert.match((await tries(await afterPassword(testEnv), right)).at, /^\/confirm/);
  });

  test("is useless in another browser, after a quarter of an hour, or to a user disabled meanwhile", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, advance } = testEnv;
    const { user, secret } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    const other = testEnv.browser();
    const theirs = await enterCode(other, (await testEnv.grant()).userCode);
    const flow = new URLSearchParams(page.at.split("?")[1]).get("flow") ?? "";
    assert.equal((await other.get(page.at)).status, 403);
    const csrf = /name="csrf" value="([^"]+)"/.exec(theirs.html)?.[1] ?? "";
    const body = () => new URLSearchParams({ csrf, flow, code: codeAt(secret, ctx.clock.now()) }).toString();
    assert.equal((await other.post("/second-factor/app", body())).status, 403);

    advance(900_000);
    const late = await browser.send(page, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) });
    assert.equal(late.status, 403);

    const disabled = await afterPassword(testEnv);
    await seed(ctx.store).setUserDisabled(user.id, ctx.clock.now(), ctx.clock.now());
    const code = codeAt(secret, ctx.clock.now());
    const refused = await disabled.browser.send(disabled.page, "/second-factor/app", { code });
    assert.match(refused.at, /^\/sign-in/);
    await seed(ctx.store).setUserDisabled(user.id, null, ctx.clock.now());
    const again = await disabled.browser.send(disabled.page, "/second-factor/app", { code });
    assert.match(again.at, /^\/sign-in/, "enabled again, the user starts again");
  });

  test("comes before every other reason to stop: a clock that went back since prompt=login signs no one in", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await personWithApp(testEnv);
    const asks = await programOf(testEnv, WEB);
    const browser = testEnv.browser();
    const page = await arrive(browser, asks, { prompt: "login" });
    testEnv.advance(-5_000);
    const next = await signIn(browser, page, ADA);
    assert.match(next.at, /^\/second-factor/);
    const session = await testEnv.ctx.store.sessions.find(hashSecret(browser.cookie ?? ""), testEnv.ctx.clock.now());
    assert.equal(session?.userId, null, "no one is signed in yet");
  });

  test("cannot be skipped: no page of the second step opens before the first, and none after it signs in", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await personWithApp(testEnv);
    const early = testEnv.browser();
    const start = await enterCode(early, (await testEnv.grant()).userCode);
    const query = start.at.slice(start.at.indexOf("?"));
    const steps = ["", "/app", "/email", "/recovery", "/set-up", "/codes"];
    for (const step of steps) assert.match((await early.get(`/second-factor${step}${query}`)).at, /^\/sign-in/);

    const { browser, page } = await afterPassword(testEnv);
    const walk = page.at.slice(page.at.indexOf("?"));
    for (const path of ["/confirm", "/device/continue"]) {
      assert.match((await browser.get(`${path}${walk}`)).at, /^\/sign-in/);
    }
    assert.match((await browser.get(`/second-factor/set-up${walk}`)).at, /^\/second-factor\/app/);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const body = new URLSearchParams({ csrf, flow: walk.slice(6), answer: "new", code: "123456" }).toString();
    for (const step of ["/set-up/start", "/set-up", "/codes"]) {
      const answer = await browser.post(`/second-factor${step}`, body, { stay: true });
      assert.equal(answer.headers.location, `/second-factor${walk}`, step);
    }
  });
});

describe("a recovery code", { concurrency: true }, () => {
  test("signs in once instead of the app, in any case and spacing", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const { user, codes } = await personWithApp(testEnv);
    const typed = ` ${codes[3]?.toLowerCase().replaceAll("-", " ")} `;
    const first = await afterPassword(testEnv);
    const send = async ({ browser, page }: typeof first, code: string) =>
      browser.send(await browser.get(page.at.replace("/app", "/recovery")), "/second-factor/recovery", { code });
    assert.match(first.page.html, /href="\/second-factor\/recovery\?flow=/);
    assert.match((await send(first, typed)).at, /^\/confirm/);
    assert.equal(await ctx.store.factors.countRecoveryCodes(user.id), 9);
    const [passed] = await ctx.store.audit.list({ event: "user.second_factor_passed", limit: 1 });
    assert.deepEqual(passed?.detail, { method: "recovery_code", left: 9 });
    assert.equal((await testEnv.mailsTo(ADA))[0]?.subject, "A recovery code was used for your Contoso account");

    const second = await afterPassword(testEnv);
    const refused = await send(second, codes[3] ?? "");
    assert.equal(refused.status, 422);
    assert.match((await send(second, codes[4] ?? "")).at, /^\/confirm/);
  });

  test("is not offered if none is left, and shares its attempts with the app", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const { user, secret, codes } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    const recovery = await browser.get(page.at.replace("/app", "/recovery"));
    for (let i = 0; i < 5; i++) {
      assert.equal((await browser.send(recovery, "/second-factor/recovery", { code: "2222-2222-2222" })).status, 422);
    }
    assert.equal((await browser.send(recovery, "/second-factor/recovery", { code: codes[0] ?? "" })).status, 429);
    const code = codeAt(secret, ctx.clock.now());
    assert.equal((await browser.send(page, "/second-factor/app", { code })).status, 429);

    await ctx.store.factors.replaceRecoveryCodes(user, [], ctx.clock.now());
    const none = await afterPassword(testEnv);
    assert.doesNotMatch(none.page.html, /second-factor\/recovery/);
    assert.match((await none.browser.get(none.page.at.replace("/app", "/recovery"))).at, /^\/second-factor\/app/);
  });
});

describe("a session that has one factor", { concurrency: true }, () => {
  test("steps up for an app that demands two, and prolongs nothing by it", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, browser, advance, mailedCode } = testEnv;
    await testEnv.person();
    const phone = browser();
    assert.match((await afterPassword(testEnv, phone)).page.at, /^\/confirm/);
    const [one] = [await ctx.store.sessions.find(hashSecret(phone.cookie ?? ""), ctx.clock.now())];
    await demandMfa(testEnv);
    advance(3_600_000);
    let page = await enterCode(phone, (await testEnv.grant()).userCode);
    page = await phone.send(page, "/device/continue", { answer: "continue" });
    assert.match(page.at, /^\/second-factor\/email/);
    page = await phone.send(page, "/second-factor/email/send");
    page = await phone.send(page, "/second-factor/email", { code: await mailedCode(ADA) });
    assert.match(page.at, /^\/confirm/);
    const both = await ctx.store.sessions.find(hashSecret(phone.cookie ?? ""), ctx.clock.now());
    assert.notEqual(both?.id, one?.id);
    assert.deepEqual(both?.methods, ["password", "email_second_factor"]);
    assert.deepEqual([both?.authTime, both?.expiresAt], [one?.authTime, one?.expiresAt]);
  });

  test("cannot approve once a second one has become necessary, but leads to it and returns", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, mailedCode } = testEnv;
    await testEnv.person();
    const { browser, page, grantId } = await afterPassword(testEnv);
    await demandMfa(testEnv);
    let next = await browser.send(page, "/confirm", { decision: "yes" });
    assert.match(next.at, /^\/second-factor\/email/);
    assert.equal((await ctx.store.grants.findById(grantId))?.status, "claimed");
    next = await browser.send(next, "/second-factor/email/send");
    next = await browser.send(next, "/second-factor/email", { code: await mailedCode(ADA) });
    next = await browser.send(next, "/confirm", { decision: "yes" });
    assert.match(next.at, /^\/done/);
    assert.deepEqual((await ctx.store.grants.findById(grantId))?.methods, ["password", "email_second_factor"]);
  });

  test("denies without a second one", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const { browser, page, grantId } = await afterPassword(testEnv);
    await demandMfa(testEnv);
    assert.match((await browser.send(page, "/confirm", { decision: "no" })).at, /^\/done/);
    assert.equal((await testEnv.ctx.store.grants.findById(grantId))?.status, "denied");
  });
});
