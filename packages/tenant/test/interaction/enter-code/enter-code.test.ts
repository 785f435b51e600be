import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn, walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";

describe("entering a code", { concurrency: true }, () => {
  test("a right code leads to sign-in and changes nothing about the grant", async (t) => {
    const { ctx, browser, grant } = await pagesUnderTest(t);
    const { id, userCode } = await grant();
    const before = await ctx.store.grants.findById(id);
    const page = await enterCode(browser(), ` ${userCode.slice(0, 4).toLowerCase()}-${userCode.slice(4)} `);
    assert.match(page.at, /^\/sign-in\?flow=[\w-]{22}$/, "the URL carries the flow and not the code");
    assert.deepEqual(await ctx.store.grants.findById(id), before);
  });

  test("a code in the link is shown for comparison, and neither the link nor the page acts", async (t) => {
    const { ctx, app, browser, grant } = await pagesUnderTest(t);
    const { id, userCode } = await grant();
    const before = await ctx.store.grants.findById(id);
    const phone = browser();
    const shown = `${userCode.slice(0, 5)}-${userCode.slice(5)}`;
    for (const path of ["/device", "/common/oauth2/deviceauth", `/${ctx.config.tenantId}/oauth2/deviceauth`]) {
      const page = await phone.get(`${path}?user_code=${userCode.toLowerCase()}`);
      assert.equal(page.status, 200);
      assert.ok(textOf(page.html).includes(shown));
      assert.equal((await app.inject({ method: "HEAD", url: `${path}?user_code=${userCode}` })).statusCode, 200);
    }
    assert.deepEqual(await ctx.store.grants.findById(id), before);
    const page = await phone.get(`/device?user_code=${userCode}`);
    assert.match((await phone.send(page, "/device")).at, /^\/sign-in/);
    assert.equal((await phone.get("/unknown/oauth2/deviceauth")).status, 404);
  });

  test("a browser that only looks leaves no session behind", async (t) => {
    const { ctx, browser } = await pagesUnderTest(t);
    const calls: string[] = [];
    const { ensure } = ctx.store.sessions;
    ctx.store.sessions.ensure = (session) => {
      calls.push(session.id);
      return ensure(session);
    };
    const phone = browser();
    await phone.get("/device");
    assert.match(phone.cookie ?? "", /^[\w-]{43}$/);
    for (const path of ["/sign-in", "/sign-up", "/confirm", "/done", "/device/continue", "/sign-out"])
      await phone.get(path);
    assert.deepEqual(calls, []);
    await enterCode(phone, "NOSUCHCODE");
    assert.equal(calls.length, 1);
  });

  test("wrong, empty, expired, used and declined codes each have their page", async (t) => {
    const { browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const wrong = await enterCode(phone, "BCDFGHJKL");
    assert.equal(wrong.status, 422);
    assert.match(wrong.html, /That code isn’t right/);
    assert.equal((await enterCode(phone, " -- ")).status, 422);

    const yes = await grant();
    const ada = browser();
    await ada.send(await walkToConfirm(ada, yes.userCode, ADA), "/confirm", { decision: "yes" });
    const used = await enterCode(phone, yes.userCode);
    assert.equal(used.status, 410);
    assert.match(used.heading, /used/i);

    const late = await grant();
    advance(900_000);
    const expired = await enterCode(phone, late.userCode);
    assert.equal(expired.status, 410);
    assert.notEqual(expired.heading, used.heading);
  });

  test("a signed-in user continues with this account or another, and only the answer claims", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const ada = await person();
    await person("bob@contoso.example");
    const phone = browser();
    await walkToConfirm(phone, (await grant()).userCode, ADA);
    const next = await grant();
    const page = await enterCode(phone, next.userCode);
    assert.match(page.at, /^\/device\/continue/);
    assert.equal((await ctx.store.grants.findById(next.id))?.status, "pending");

    const asAda = await phone.send(page, "/device/continue", { answer: "continue" });
    assert.match(asAda.at, /^\/confirm/);
    assert.equal((await ctx.store.grants.findById(next.id))?.userId, ada.id);

    const third = await grant();
    const cookie = phone.cookie;
    const other = await phone.send(await enterCode(phone, third.userCode), "/device/continue", { answer: "other" });
    assert.match(other.at, /^\/sign-in/);
    assert.notEqual(phone.cookie, cookie);
    const asBob = await signIn(phone, other, "bob@contoso.example");
    assert.match(asBob.at, /^\/confirm/);
    assert.match(textOf(asBob.html), /bob@contoso\.example/);
  });
});

describe("guessing codes", { concurrency: true }, () => {
  const wrongCode = (i: number) =>
    `BCDFGHJ${"BCDFGHJKLMNPQRSTVWXZ"[i % 20]}${"BCDFGHJKLMNPQRSTVWXZ"[Math.floor(i / 20) % 20]}`;

  test("ten wrong codes in ten minutes close the page for that IP address, in any browser", async (t) => {
    const { browser, grant, advance } = await pagesUnderTest(t);
    const { userCode } = await grant({ expiresInMs: 3_600_000 });
    for (let i = 0; i < 10; i++) assert.equal((await enterCode(browser("192.0.2.1"), wrongCode(i))).status, 422);
    const refused = await enterCode(browser("192.0.2.1"), userCode);
    assert.equal(refused.status, 429);
    assert.equal(refused.headers["retry-after"], "600");
    assert.match((await enterCode(browser("192.0.2.2"), userCode)).at, /^\/sign-in/, "another address is not affected");
    advance(600_000);
    assert.match((await enterCode(browser("192.0.2.1"), userCode)).at, /^\/sign-in/);
  });

  test("one browser may enter ten wrong codes, from any address", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const phone = browser();
    for (let i = 0; i < 10; i++) {
      phone.ip = `192.0.2.${i}`;
      assert.equal((await enterCode(phone, wrongCode(i))).status, 422);
    }
    phone.ip = "192.0.2.99";
    assert.equal((await enterCode(phone, wrongCode(10))).status, 429);
  });

  test("one user may enter thirty wrong codes a day, from any address and browser", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    const ada = await person();
    const daily = { count: 30, windowMs: 86_400_000 };
    for (let i = 0; i < 29; i++) await ctx.store.throttle.take(`userCodeByUser:${ada.id}`, daily, ctx.clock.now());
    const phone = browser("192.0.2.1");
    const { userCode } = await grant({ expiresInMs: 3_600_000 });
    await signIn(phone, await enterCode(phone, userCode), "ada@contoso.example");
    assert.equal((await enterCode(phone, wrongCode(1))).status, 422);
    phone.ip = "192.0.2.2";
    advance(3_600_000);
    assert.equal((await enterCode(phone, wrongCode(2))).status, 429);
  });

  test("a success refunds its own attempt and resets nothing", async (t) => {
    const { browser, grant } = await pagesUnderTest(t);
    const { userCode } = await grant();
    const guesser = () => browser("192.0.2.1");
    for (let i = 0; i < 9; i++) assert.equal((await enterCode(guesser(), wrongCode(i))).status, 422);
    for (let i = 0; i < 5; i++) assert.match((await enterCode(guesser(), userCode)).at, /^\/sign-in/);
    assert.equal((await enterCode(guesser(), wrongCode(9))).status, 422);
    assert.equal((await enterCode(guesser(), userCode)).status, 429);
  });

  test("parallel guesses do not slip through together", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const phones = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const phone = browser("192.0.2.1");
        return { phone, page: await phone.get("/device") };
      }),
    );
    const answers = await Promise.all(
      phones.map(({ phone, page }, i) => phone.send(page, "/device", { user_code: wrongCode(i) })),
    );
    assert.equal(answers.filter(({ status }) => status === 422).length, 10);
    assert.equal(answers.filter(({ status }) => status === 429).length, 20);
  });

  test("once the day's thousand wrong guesses are used up, a code requires sign-in first, and no one is shut out", async (t) => {
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t);
    await person();
    const { id, userCode } = await grant();
    const global = { count: 1_000, windowMs: 86_400_000 };
    for (let i = 0; i < 999; i++) await ctx.store.throttle.take("userCodeGlobal:tenant", global, ctx.clock.now());
    assert.equal((await enterCode(browser("192.0.2.1"), wrongCode(1))).status, 422, "the thousandth guess");

    const phone = browser("192.0.2.2");
    const asked = await enterCode(phone, userCode);
    const guessed = await enterCode(browser("192.0.2.3"), wrongCode(2));
    for (const page of [asked, guessed]) assert.match(page.at, /^\/sign-in/, "right or wrong, the same answer");

    const back = await signIn(phone, asked, ADA);
    assert.equal(back.at, "/device");
    assert.equal((await ctx.store.grants.findById(id))?.status, "pending", "signing in first claims nothing");
    const page = await phone.send(back, "/device", { user_code: userCode });
    assert.match(page.at, /^\/device\/continue/);
    const confirm = await phone.send(page, "/device/continue", { answer: "continue" });
    assert.equal(confirm.status, 200);
    assert.match(confirm.at, /^\/confirm/);

    const next = await grant({ expiresInMs: 2 * 86_400_000 });
    advance(86_400_000);
    const free = browser("192.0.2.4");
    const entered = await enterCode(free, next.userCode);
    const before = await ctx.store.throttle.peek("userCodeGlobal:tenant", global.windowMs, ctx.clock.now());
    assert.match(entered.at, /^\/sign-in/);
    assert.equal(before, 0, "a new day, and the success refunded its attempt");
  });
});
