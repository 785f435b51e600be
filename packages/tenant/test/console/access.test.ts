import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CONSOLE_CHANGE_MS, CONSOLE_SIGN_IN_MS } from "../../src/directory/console-rules.ts";
import { displayUserCode } from "../../src/directory/user-code.ts";
import { seed } from "../fixtures/seed.ts";
import { textOf } from "../interaction/browser.ts";
import { CONSOLE_KEY, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { codeAt, personWithApp } from "../interaction/second-factor/authenticator.ts";
import { signIn } from "../interaction/walks.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

describe("the console of an embedded tenant", { concurrency: true }, () => {
  test("opens with the key of this start, on the page that was asked for", async (t) => {
    const { browser, operator, page } = await embeddedConsole(t);
    assert.equal(page.at, "/console");
    assert.equal(page.heading, "Now");
    assert.match(textOf(page.html), /Operator, at this computer/);
    const other = browser();
    const locked = await other.get("/console?after=x");
    assert.equal(locked.status, 403);
    assert.match(locked.html, /name="to" value="\/console\?after=x"/);
    const opened = await other.send(locked, "/console/enter", { key: ` ${CONSOLE_KEY} ` });
    assert.equal(opened.at, "/console?after=x");
    assert.equal((await operator.get("/console")).status, 200);
  });

  test("keeps its session in a cookie of its own, for the folder of this start alone", async (t) => {
    const { app, browser } = await embeddedConsole(t);
    const locked = await browser().get("/console");
    assert.equal(locked.headers["set-cookie"], undefined);
    const payload = `key=${CONSOLE_KEY}`;
    const headers = { origin: "http://localhost:8444", "content-type": "application/x-www-form-urlencoded" };
    const entered = await app.inject({ method: "POST", url: "/console/enter", payload, headers });
    assert.equal(entered.statusCode, 303);
    assert.match(
      String(entered.headers["set-cookie"]),
      /^doorcode_console_8444=[\w-]{43}; Path=\/console\/s-[\w-]{22}; HttpOnly; SameSite=Strict$/,
    );
  });

  test("stays shut for a wrong key, an empty one, and the key in the address", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const phone = browser();
    assert.equal((await phone.get(`/console?key=${CONSOLE_KEY}`)).status, 403);
    const locked = await phone.get("/console");
    for (const key of ["", "x", `${CONSOLE_KEY}x`, CONSOLE_KEY.slice(1), "k".repeat(10_000)]) {
      const refused = await phone.send(locked, "/console/enter", { key });
      assert.equal(refused.status, 403);
      assert.match(textOf(refused.html), /isn’t the key of this start/);
      assert.ok(!refused.html.includes("kkkkk"), "the key that was typed is not shown again");
    }
    assert.equal((await phone.get("/console")).status, 403);
  });

  test("leads to no other site after the key", async (t) => {
    const { browser } = await pagesUnderTest(t);
    for (const to of [
      "https://evil.example",
      "//evil.example",
      "/me",
      "/console\\evil",
      "/console-x",
      "/console/..//evil",
    ]) {
      const phone = browser();
      const opened = await phone.send(
        await phone.get("/console"),
        "/console/enter",
        { key: CONSOLE_KEY, to },
        { stay: true },
      );
      const { location } = opened.headers;
      assert.equal(opened.status, 303);
      assert.match(
        String(new URL(String(location), "http://localhost:8444")),
        /^http:\/\/localhost:8444\/(console|evil)/,
        to,
      );
      assert.ok(String(location).startsWith("/console"), `${to} → ${location}`);
    }
  });

  test("forgets the browser that signs out", async (t) => {
    const { operator, page } = await embeddedConsole(t);
    const cookies = new Map(operator.cookies);
    const left = await operator.send(page, "/console/leave");
    assert.equal(left.status, 403);
    operator.cookies = cookies;
    assert.equal((await operator.get("/console")).status, 403);
  });

  test("remembers a hundred browsers, and no more", async (t) => {
    const { operator, browser } = await embeddedConsole(t);
    for (let i = 0; i < 100; i++) {
      const next = browser();
      await next.post("/console/enter", `key=${CONSOLE_KEY}`, { stay: true });
    }
    assert.equal((await operator.get("/console")).status, 403);
  });
});

describe("the console of a served tenant", { concurrency: true }, () => {
  test("is open to an administrator with an authenticator app or a passkey", async (t) => {
    const { signedIn } = await servedConsole(t);
    for (const methods of [
      ["password", "totp"],
      ["passkey"],
      ["email_code", "totp"],
      ["password", "recovery_code"],
    ] as const) {
      const { browser, user } = await signedIn({ methods: [...methods] });
      const page = await browser.get("/console");
      assert.equal(page.status, 200, methods.join());
      assert.ok(page.html.includes(user.email));
    }
  });

  test("shows no inbox, no decision and no field for a key", async (t) => {
    const { ctx, grant, signedIn, browser } = await servedConsole(t);
    const { userCode } = await grant({ deviceName: "Kitchen display" });
    await ctx.mail.send(
      { to: "ada@contoso.example", subject: "A code", text: "11112222", html: "" },
      { expiresAt: ctx.clock.now() + 60_000 },
    );
    const { browser: administrator } = await signedIn();
    const page = await administrator.get("/console");
    assert.match(textOf(page.html), /Contoso Player.*Kitchen display/, "the request is shown");
    assert.ok(!page.html.includes(displayUserCode(userCode)) && !page.html.includes(userCode), "but not its code");
    assert.doesNotMatch(page.html, /\/console\/(approve|decline|expire)|11112222|name="key"/);
    for (const path of ["/console/approve", "/console/decline", "/console/expire"]) {
      const refused = await administrator.post(path, `code=${userCode}&as=ada%40contoso.example`);
      assert.equal(refused.status, 404, path);
    }
    assert.doesNotMatch((await browser().get("/console")).html, /name="key"/);
  });

  test("asks for a sign-in as soon as the last one is an hour old, but takes a form that was open", async (t) => {
    const { signedIn, advance } = await servedConsole(t);
    const { browser } = await signedIn();
    advance(CONSOLE_SIGN_IN_MS - 1);
    const page = await browser.get("/console");
    assert.equal(page.status, 200);
    advance(1);
    const late = await browser.get("/console");
    assert.equal(late.status, 403);
    assert.match(textOf(late.html), /more than an hour ago/);
    const left = await browser.send(page, "/console/leave", {}, { stay: true });
    assert.equal(left.status, 303);
    advance(CONSOLE_CHANGE_MS - CONSOLE_SIGN_IN_MS);
    assert.equal((await browser.send(page, "/console/leave", {}, { stay: true })).status, 403);
  });

  test("leads through the tenant's sign-in and the second factor, and back", async (t) => {
    const under = await servedConsole(t);
    const { user, secret } = await personWithApp(under);
    await seed(under.ctx.store).setUserAdministrator(user.id, true);
    const browser = under.browser();
    const front = await browser.get("/console");
    assert.equal(front.status, 403);
    const signInPage = await browser.send(front, "/console/enter");
    assert.match(signInPage.at, /^\/sign-in\?flow=/);
    assert.match(textOf(signInPage.html), /you’ll see the console/);
    const second = await signIn(browser, signInPage, user.email);
    assert.match(second.at, /^\/second-factor\/app/);
    const now = await browser.send(second, "/second-factor/app", { code: codeAt(secret, under.ctx.clock.now()) });
    assert.equal(now.at, "/console");
    assert.equal(now.status, 200);
  });

  test("an administrator who can only read mail is led to the account page, to set up more", async (t) => {
    const under = await servedConsole(t);
    const { browser, user } = await under.signedIn({ methods: ["password"] });
    const front = await browser.get("/console");
    assert.equal(front.status, 403);
    assert.match(textOf(front.html), /needs an authenticator app or a passkey/);
    const next = await browser.send(front, "/console/enter");
    assert.match(next.at, /^\/second-factor\/email/);
    const sent = await browser.send(next, "/second-factor/email/send");
    const code = await under.mailedCode(user.email);
    const again = await browser.send(sent, "/second-factor/email", { code });
    assert.deepEqual([again.at, again.status], ["/console", 403]);
    assert.match(again.html, /<a class="link" href="\/me">Set one up/);
  });

  test("is shut for every other browser, and says why", async (t) => {
    const { signedIn, browser } = await servedConsole(t);
    const cases = [
      [await signedIn({ administrator: false }), /not an administrator/],
      [await signedIn({ methods: ["password"] }), /needs an authenticator app/],
      [await signedIn({ methods: ["password", "email_second_factor"] }), /needs an authenticator app/],
      [await signedIn({ ago: CONSOLE_SIGN_IN_MS }), /more than an hour ago/],
      // Of a tester's clock that was ahead.
      [await signedIn({ ago: -365 * 86_400_000 }), /more than an hour ago/],
    ] as const;
    for (const [{ browser }, why] of cases) {
      const page = await browser.get("/console");
      assert.equal(page.status, 403);
      assert.match(textOf(page.html), why);
    }
    assert.match(textOf((await browser().get("/console")).html), /For administrators of this tenant/);
  });
});
