import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashPassword } from "../../src/directory/password.ts";
import { limits } from "../../src/interaction/throttle.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { signInToAccount } from "../interaction/passkeys/passkey-walks.ts";
import { enterCode, openSignUp, signIn } from "../interaction/walks.ts";

const MALLORY = "mallory@contoso.example";
const ADA = "ada@contoso.example";

/** Up to the page that accepts a new password, repeatedly, until the details are sent. */
async function atNewPassword(under: PagesUnderTest, ip: string, email = MALLORY) {
  const browser = under.browser(ip);
  let page = await openSignUp(browser, (await under.grant()).userCode);
  page = await browser.send(page, "/sign-up", { email });
  page = await browser.send(page, "/sign-up/code", { code: await under.mailedCode(email) });
  return { browser, page };
}

describe("filling the line of passwords that wait to be hashed", () => {
  test("a right password gets its turn while one address floods the line", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const victim = under.browser("198.51.100.7");
    const page = await enterCode(victim, (await under.grant()).userCode);
    const flood = Promise.allSettled([
      ...Array.from({ length: 60 }, () => hashPassword(PASSWORD, "203.0.113.9")),
      ...Array.from({ length: 60 }, () => hashPassword(PASSWORD, "203.0.113.10")),
    ]);
    const signedIn = await signIn(victim, page, ADA);
    assert.match(signedIn.at, /^\/confirm/, `status ${signedIn.status}`);
    const refused = (await flood).filter(({ status }) => status === "rejected").length;
    assert.ok(refused > 60, `the line was full: ${refused} refused`);
  });

  test("a new password again and again in one sign-up is refused, with when to try again", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, page } = await atNewPassword(under, "203.0.113.9");
    for (let i = 0; i < limits.newPasswordByFlow.count; i++) {
      assert.match((await browser.send(page, "/sign-up/password", { password: PASSWORD })).at, /^\/sign-up\/details/);
    }
    const refused = await browser.send(page, "/sign-up/password", { password: PASSWORD });
    assert.equal(refused.status, 429);
    assert.equal(refused.headers["retry-after"], String(limits.newPasswordByFlow.windowMs / 1_000));
    assert.match(refused.html, /Your device keeps its code.*href="\/device"/s);
  });

  test("many sign-ups of one network share what the network has, and another network has its own", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, page } = await atNewPassword(under, "2001:db8:1:2::7");
    const now = under.ctx.clock.now();
    for (let i = 0; i < limits.newPasswordByIp.count; i++) {
      await under.ctx.store.throttle.take("newPasswordByIp:2001:db8:1:2::/64", limits.newPasswordByIp, now);
    }
    assert.equal((await browser.send(page, "/sign-up/password", { password: PASSWORD })).status, 429);
    const other = await atNewPassword(under, "2001:db8:1:3::7", "grace@contoso.example");
    const chosen = await other.browser.send(other.page, "/sign-up/password", { password: PASSWORD });
    assert.match(chosen.at, /^\/sign-up\/details/);
  });

  test("the account page takes no more new passwords of one person either", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const browser = under.browser();
    await signInToAccount(browser, ADA);
    const page = await browser.get("/me/password");
    for (let i = 0; i < limits.newPasswordByFlow.count; i++) {
      assert.equal((await browser.send(page, "/me/password", { password: `${PASSWORD} ${i}` })).at, "/me");
    }
    const refused = await browser.send(page, "/me/password", { password: PASSWORD });
    assert.equal(refused.status, 429);
    assert.doesNotMatch(refused.html, /your device|enter a code/i);
  });
});
