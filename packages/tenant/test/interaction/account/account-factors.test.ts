import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import type { Browser, Page } from "../browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import {
  afterPassword,
  codeAt,
  personWithApp,
  recoveryCodesOn,
  STEP_MS,
  secretOn,
} from "../second-factor/authenticator.ts";
import { signIn } from "../walks.ts";

const ADA = "ada@contoso.example";
const MINUTES = 60_000;

/** Signed in by password alone. */
async function signedIn(testEnv: PagesUnderTest): Promise<Browser> {
  return (await afterPassword(testEnv)).browser;
}

const sessionOf = ({ ctx }: PagesUnderTest, browser: Browser) =>
  ctx.store.sessions.find(hashSecret(browser.cookie ?? ""), ctx.clock.now());

/** Subject of the last mail to the user, who is notified of every change (ASVS 6.3.7). */
const newestSubject = async ({ mailsTo }: PagesUnderTest) => (await mailsTo(ADA))[0]?.subject;

async function byMailedCode(testEnv: PagesUnderTest, browser: Browser, page: Page): Promise<Page> {
  assert.match(page.at, /^\/second-factor\/email/);
  const sent = await browser.send(page, "/second-factor/email/send");
  return browser.send(sent, "/second-factor/email", { code: await testEnv.mailedCode(ADA) });
}

describe("a user's own authenticator app", { concurrency: true }, () => {
  test("is added from the account: a mailed code first, then the key, its code, the recovery codes", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const user = await testEnv.person();
    const browser = await signedIn(testEnv);
    let page = await browser.get("/me/authenticator");
    page = await browser.send(page, "/me/authenticator", { answer: "add" });
    page = await byMailedCode(testEnv, browser, page);
    assert.match(page.at, /^\/second-factor\/set-up/);
    const secret = secretOn(page);
    page = await browser.send(page, "/second-factor/set-up", { code: codeAt(secret, ctx.clock.now()) });
    assert.equal(recoveryCodesOn(page).length, 10);
    const done = await browser.send(page, "/second-factor/codes", { answer: "saved" }, { stay: true });
    assert.equal(done.headers.location, "/me");
    assert.ok(await ctx.store.factors.totpOf(user.id));
    assert.deepEqual((await sessionOf(testEnv, browser))?.methods, ["password", "totp"]);
    const events = (await ctx.store.audit.list({ limit: 2 })).map(({ event }) => event);
    assert.ok(events.includes("authenticator.added"));
    assert.equal(await newestSubject(testEnv), "An authenticator app was added to your Contoso account");
  });

  test("is not added with the password alone: the key's page leads to the mailed code", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const browser = await signedIn(testEnv);
    const page = await browser.send(await browser.get("/me/authenticator"), "/me/authenticator", { answer: "add" });
    for (const step of ["/set-up", "/codes"]) {
      assert.match((await browser.get(page.at.replace("/email", step))).at, /^\/second-factor\/email/);
    }
  });

  test("is replaced by a user who just used the old one; then only the new one counts", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, advance } = testEnv;
    const { secret, codes } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    await browser.send(page, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) });
    let next = await browser.send(await browser.get("/me/authenticator"), "/me/authenticator", { answer: "add" });
    assert.match(next.at, /^\/second-factor\/set-up/);
    const newer = secretOn(next);
    next = await browser.send(next, "/second-factor/set-up", { code: codeAt(newer, ctx.clock.now()) });
    assert.equal(recoveryCodesOn(next).length, 10);

    advance(2 * STEP_MS);
    const again = await afterPassword(testEnv);
    const now = ctx.clock.now();
    const old = await again.browser.send(again.page, "/second-factor/app", { code: codeAt(secret, now) });
    assert.equal(old.status, 422);
    const recovery = await again.browser.get(again.page.at.replace("/app", "/recovery"));
    const gone = await again.browser.send(recovery, "/second-factor/recovery", { code: codes[0] ?? "" });
    assert.equal(gone.status, 422, "the old recovery codes went with it");
    const done = await again.browser.send(again.page, "/second-factor/app", { code: codeAt(newer, now) });
    assert.match(done.at, /^\/confirm/);
  });

  test("is removed, and no longer asked for", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const { user, secret } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    await browser.send(page, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) });
    const own = await browser.get("/me/authenticator");
    await browser.send(own, "/me/authenticator", { answer: "remove" });
    assert.equal(await ctx.store.factors.totpOf(user.id), undefined);
    assert.equal(await ctx.store.factors.countRecoveryCodes(user.id), 0);
    assert.equal(await newestSubject(testEnv), "The authenticator app was removed from your Contoso account");
    assert.match((await afterPassword(testEnv)).page.at, /^\/confirm/);
  });

  test("ten minutes after the sign-in, changes require a new one, with the app", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, advance } = testEnv;
    const { user, secret } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    await browser.send(page, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) });
    advance(10 * MINUTES);
    const own = await browser.get("/me/authenticator");
    let next = await browser.send(own, "/me/authenticator", { answer: "remove" });
    assert.ok(await ctx.store.factors.totpOf(user.id));
    assert.match(next.html, /Sign in once more before you change/);
    next = await browser.send(next, "/me/sign-in-again");
    assert.match(next.at, /^\/sign-in/);
    next = await signIn(browser, next, ADA);
    assert.match(next.at, /^\/second-factor\/app/);
    await browser.send(next, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) }, { stay: true });
    await browser.send(await browser.get("/me/authenticator"), "/me/authenticator", { answer: "remove" });
    assert.equal(await ctx.store.factors.totpOf(user.id), undefined);
  });

  test("that another browser added meanwhile is asked for, before this one changes anything", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const user = await testEnv.person();
    const browser = await signedIn(testEnv);
    const other = await signedIn(testEnv);
    let page = await other.send(await other.get("/me/authenticator"), "/me/authenticator", { answer: "add" });
    page = await byMailedCode(testEnv, other, page);
    const secret = secretOn(page);
    await other.send(page, "/second-factor/set-up", { code: codeAt(secret, ctx.clock.now()) });

    let next = await browser.send(await browser.get("/me/authenticator"), "/me/authenticator", { answer: "remove" });
    assert.ok(await ctx.store.factors.totpOf(user.id));
    next = await browser.send(next, "/me/sign-in-again");
    assert.match(next.at, /^\/second-factor\/app/, "it just signed in: only the app is missing");
  });

  test("is visible to its own user only", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const browser = testEnv.browser();
    for (const path of ["/me/authenticator", "/me/recovery-codes"]) {
      const page = await browser.get(path);
      assert.match(page.heading, /Sign in to see your account/);
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
      const refused = await browser.post(path, new URLSearchParams({ csrf, answer: "add" }).toString());
      assert.match(refused.heading, /Sign in to see your account/);
      assert.equal((await browser.post(path, "answer=add")).status, 403);
    }
    const page = await browser.send(await browser.get("/me/authenticator"), "/me/sign-in-again");
    assert.match(page.at, /^\/sign-in/);
  });
});

describe("a user's own recovery codes", { concurrency: true }, () => {
  test("are replaced, and the old ones stop working", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    const { user, secret, codes } = await personWithApp(testEnv);
    const { browser, page } = await afterPassword(testEnv);
    await browser.send(page, "/second-factor/app", { code: codeAt(secret, ctx.clock.now()) });
    const own = await browser.get("/me/recovery-codes");
    assert.match(own.html, /10 codes left/);
    const fresh = recoveryCodesOn(await browser.send(own, "/me/recovery-codes"));
    assert.equal(fresh.length, 10);
    assert.ok(!fresh.includes(codes[0] ?? ""));
    assert.equal(await newestSubject(testEnv), "Your Contoso recovery codes were replaced");
    assert.equal(await ctx.store.factors.countRecoveryCodes(user.id), 10);
    const again = await afterPassword(testEnv);
    const recovery = await again.browser.get(again.page.at.replace("/app", "/recovery"));
    const send = (code = "") => again.browser.send(recovery, "/second-factor/recovery", { code });
    assert.equal((await send(codes[0])).status, 422);
    assert.match((await send(fresh[0])).at, /^\/confirm/);
  });

  test("require an app that they replace, and a recent sign-in", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const browser = await signedIn(testEnv);
    assert.equal((await browser.get("/me/recovery-codes")).at, "/me/authenticator");

    const late = await pagesUnderTest(t);
    const { user, secret } = await personWithApp(late);
    const walk = await afterPassword(late);
    await walk.browser.send(walk.page, "/second-factor/app", { code: codeAt(secret, late.ctx.clock.now()) });
    const own = await walk.browser.get("/me/recovery-codes");
    late.advance(10 * MINUTES);
    assert.match((await walk.browser.send(own, "/me/recovery-codes")).html, /Sign in once more before you change/);
    assert.equal(await late.ctx.store.factors.countRecoveryCodes(user.id), 10);
  });
});
