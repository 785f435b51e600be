import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RECENT_SIGN_IN_MS } from "../../../src/interaction/session.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { ADA, openAccountSignIn, signInToAccount } from "../passkeys/passkey-walks.ts";
import { signIn } from "../walks.ts";

const NEW = "nine quiet cormorants";

describe("a password that is changed on the account page", { concurrency: true }, () => {
  test("signs out every other browser, keeps this one, and sends a mail", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const [here, elsewhere] = [under.browser(), under.browser()];
    for (const browser of [here, elsewhere]) assert.equal((await signInToAccount(browser, ADA)).at, "/me");

    const page = await here.get("/me/password");
    assert.equal((await here.send(page, "/me/password", { password: NEW })).at, "/me");
    assert.equal((await here.get("/me")).heading, "Your account");
    assert.equal((await elsewhere.get("/me")).heading, "Sign in to see your account");
    const [mail] = await under.mailsTo(ADA);
    assert.match(mail?.text ?? "", /password/i);

    const wrong = await signIn(elsewhere, await openAccountSignIn(elsewhere), ADA);
    assert.equal(wrong.status, 422);
    assert.equal((await signIn(elsewhere, wrong, ADA, NEW)).at, "/me");
  });

  test("requires a recent sign-in, and an acceptable password", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person(ADA);
    const browser = under.browser();
    await signInToAccount(browser, ADA);
    const page = await browser.get("/me/password");
    for (const password of ["short", "password1234", "x".repeat(129)]) {
      assert.equal((await browser.send(page, "/me/password", { password })).status, 422, password);
    }
    under.advance(RECENT_SIGN_IN_MS);
    assert.equal((await browser.send(page, "/me/password", { password: NEW })).status, 403);
    assert.equal((await under.ctx.store.directory.findUser(ada.id))?.passwordHash, ada.passwordHash);
  });

  test("is unavailable to a signed-out browser", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const page = await browser().get("/me/password");
    assert.equal(page.heading, "Sign in to see your account");
  });
});

test("a forgotten password is reset from the page's plain URL too, and the interaction leads to the account", async (t) => {
  const under = await pagesUnderTest(t);
  await under.person(ADA);
  const phone = under.browser();
  let page = await phone.send(await phone.get("/reset"), "/reset", { email: ADA });
  page = await phone.send(page, "/reset/code", { code: await under.mailedCode(ADA) });
  page = await phone.send(page, "/reset/password", { password: NEW });
  assert.match(page.html, /Your password was changed/);
  assert.equal((await signIn(phone, page, ADA, NEW)).at, "/me");
});
