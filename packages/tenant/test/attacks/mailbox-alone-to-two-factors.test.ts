// An attacker who reads a user's mails signs in by a mailed code, sets up their own authenticator app, and claims two
// factors.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../src/kernel/seal.ts";
import type { Browser, Page } from "../interaction/browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { codeAt, demandMfa, STEP_MS, secretOn } from "../interaction/second-factor/authenticator.ts";
import { askForCode, enterCode, signIn } from "../interaction/walks.ts";

const ADA = "ada@contoso.example";

async function signInByMail(under: PagesUnderTest, browser: Browser, page: Page): Promise<Page> {
  const asked = await askForCode(browser, page, ADA);
  return browser.send(asked, "/sign-in/code", { code: await under.mailedCode(ADA) });
}

const methodsOf = async ({ ctx }: PagesUnderTest, browser: Browser) =>
  (await ctx.store.sessions.find(hashSecret(browser.cookie ?? ""), ctx.clock.now()))?.methods;

describe("the mailbox alone", { concurrency: true }, () => {
  test("sets up an app on the account page, and the sign-in ends: an app that counts authenticators alone asks for both", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await demandMfa(under, "totp");
    const thief = under.browser();
    await signInByMail(under, thief, await thief.send(await thief.get("/me"), "/me/sign-in-again"));
    assert.deepEqual(await methodsOf(under, thief), ["email_code"]);
    let page = await thief.send(await thief.get("/me/authenticator"), "/me/authenticator", { answer: "add" });
    const secret = secretOn(page);
    page = await thief.send(page, "/second-factor/set-up", { code: codeAt(secret, under.ctx.clock.now()) });
    assert.equal(page.heading, "Save your recovery codes");
    assert.deepEqual(await methodsOf(under, thief), []);
    page = await thief.send(page, "/second-factor/codes", { answer: "saved" });
    assert.match(page.at, /^\/sign-in\?/);

    page = await enterCode(thief, (await under.grant()).userCode);
    page = await signInByMail(under, thief, page);
    assert.match(page.at, /^\/second-factor\/app/);
    under.advance(STEP_MS);
    page = await thief.send(page, "/second-factor/app", { code: codeAt(secret, under.ctx.clock.now()) });
    assert.match(page.at, /^\/confirm/);
    assert.deepEqual(await methodsOf(under, thief), ["email_code", "totp"]);
  });

  test("sets one up on the way to an app, and is asked to sign in again before the question", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await demandMfa(under, "totp");
    const thief = under.browser();
    const { id, userCode } = await under.grant();
    let page = await signInByMail(under, thief, await enterCode(thief, userCode));
    assert.match(page.at, /^\/second-factor\/set-up/);
    page = await thief.send(page, "/second-factor/set-up/start");
    const code = codeAt(secretOn(page), under.ctx.clock.now());
    page = await thief.send(page, "/second-factor/set-up", { code });
    page = await thief.send(page, "/second-factor/codes", { answer: "saved" });
    assert.match(page.at, /^\/sign-in\?/);
    assert.equal((await under.ctx.store.grants.findById(id))?.status, "pending");
    page = await signInByMail(under, thief, page);
    assert.match(page.at, /^\/second-factor\/app/, "the same device goes on, with both factors");
  });

  test("while a password and a new app are two factors at once", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await demandMfa(under, "totp");
    const ada = under.browser();
    let page = await signIn(ada, await enterCode(ada, (await under.grant()).userCode), ADA);
    page = await ada.send(page, "/second-factor/set-up/start");
    const code = codeAt(secretOn(page), under.ctx.clock.now());
    page = await ada.send(page, "/second-factor/set-up", { code });
    page = await ada.send(page, "/second-factor/codes", { answer: "saved" });
    assert.match(page.at, /^\/confirm/);
    assert.deepEqual(await methodsOf(under, ada), ["password", "totp"]);
  });

  test("a mailed code after a password is none of the factors of an app that counts authenticators alone", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await demandMfa(under, "email_code");
    const ada = under.browser();
    let page = await signIn(ada, await enterCode(ada, (await under.grant()).userCode), ADA);
    page = await ada.send(page, "/second-factor/email/send");
    page = await ada.send(page, "/second-factor/email", { code: await under.mailedCode(ADA) });
    assert.match(page.at, /^\/confirm/);
    await demandMfa(under, "totp");
    page = await ada.send(page, "/confirm", { decision: "yes" });
    assert.match(page.at, /^\/second-factor\/set-up/);
  });
});
