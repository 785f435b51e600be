import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MailError } from "../../../src/mail/mailer.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { openAccountSignIn } from "../passkeys/passkey-walks.ts";
import { askForCode, signIn } from "../walks.ts";
import { afterPassword, demandMfa, personWithApp } from "./authenticator.ts";

const ADA = "ada@contoso.example";

describe("a mailed code as the second factor", { concurrency: true }, () => {
  const walk = async (testEnv: PagesUnderTest) => {
    await demandMfa(testEnv);
    await testEnv.person();
    return afterPassword(testEnv);
  };

  test("is sent when the user asks, to their own address, and signs in", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, mailedCode } = testEnv;
    const { browser, page, grantId } = await walk(testEnv);
    assert.match(page.at, /^\/second-factor\/email\?/);
    assert.deepEqual(await ctx.store.mail.listMails(), [], "viewing sends no mail");
    const sent = await browser.send(page, "/second-factor/email/send");
    const [mail] = await ctx.store.mail.listMails(ADA);
    assert.match(mail?.text ?? "", /someone knows your password/);
    const done = await browser.send(sent, "/second-factor/email", { code: await mailedCode(ADA) });
    assert.match(done.at, /^\/confirm/);
    await browser.send(done, "/confirm", { decision: "yes" });
    const grant = await ctx.store.grants.findById(grantId);
    assert.deepEqual([grant?.status, grant?.methods], ["approved", ["password", "email_second_factor"]]);
  });

  test("expires after ten minutes, after five wrong attempts, and when a new one is sent", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, advance, mailedCode } = testEnv;
    let { browser, page } = await walk(testEnv);
    page = await browser.send(page, "/second-factor/email/send");
    const send = (code: string) => browser.send(page, "/second-factor/email", { code });
    const first = await mailedCode(ADA);
    for (let i = 0; i < 5; i++)
      assert.match((await send(first === "00000000" ? "1".repeat(8) : "0".repeat(8))).html, /isn’t right/);
    assert.match((await send(first)).html, /no longer works/);
    const failed = await ctx.store.audit.list({ event: "user.second_factor_failed", limit: 9 });
    assert.deepEqual(new Set(failed.map(({ detail }) => detail.method)), new Set(["email"]));
    assert.equal(failed.length, 6);

    page = await browser.send(page, "/second-factor/email/send");
    const second = await mailedCode(ADA);
    if (first !== second) assert.match((await send(first)).html, /isn’t right/);
    advance(600_000);
    assert.match((await send(second)).html, /no longer works/);
  });

  test("is sent again only after half a minute, five times an hour at most", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx, advance } = testEnv;
    const { browser, page } = await walk(testEnv);
    let sent = await browser.send(page, "/second-factor/email/send");
    sent = await browser.send(sent, "/second-factor/email/send");
    assert.match(sent.html, /A new code is on its way/);
    const refused = await browser.send(sent, "/second-factor/email/send");
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "30"]);
    for (let i = 0; i < 6; i++) {
      advance(30_000);
      await browser.send(sent, "/second-factor/email/send");
    }
    assert.equal((await ctx.store.mail.listMails(ADA)).length, 4, "in one interaction");
    const again = await afterPassword(testEnv);
    assert.equal((await again.browser.send(again.page, "/second-factor/email/send")).status, 200);
    const last = await afterPassword(testEnv);
    assert.equal((await last.browser.send(last.page, "/second-factor/email/send")).status, 429);
  });

  test("cannot be kept from its owner by someone who requests mails without a first factor", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { browser, page } = await walk(testEnv);
    const stranger = testEnv.browser("192.0.2.66");
    for (let i = 0; i < 6; i++) {
      const refused = await askForCode(stranger, await openAccountSignIn(stranger), ADA);
      assert.equal(refused.status, i < 5 ? 200 : 429);
    }
    assert.equal((await browser.send(page, "/second-factor/email/send")).status, 200);
  });

  test("that was right is refunded: a user who signs in on many devices gets a code for each", async (t) => {
    const testEnv = await pagesUnderTest(t);
    let { browser, page } = await walk(testEnv);
    for (let device = 0; device < 7; device++) {
      const sent = await browser.send(page, "/second-factor/email/send");
      const done = await browser.send(sent, "/second-factor/email", { code: await testEnv.mailedCode(ADA) });
      assert.match(done.at, /^\/confirm/);
      ({ browser, page } = await afterPassword(testEnv));
    }
  });

  test("that the mail server refuses is reported, even if it is refused later, and can be requested again", async (t) => {
    let answer: MailError["code"] | null = "mail_refused";
    const send = async () => {
      if (answer) throw new MailError(answer, "no", "wait");
    };
    const testEnv = await pagesUnderTest(t, { mailer: { send, close: async () => {} } });
    const { ctx, advance } = testEnv;
    const { browser, page } = await walk(testEnv);
    const refused = await browser.send(page, "/second-factor/email/send");
    assert.equal(refused.status, 422);
    assert.match(refused.html, /rejected our email/);
    answer = "mail_deferred";
    let next = await browser.send(refused, "/second-factor/email/send");
    assert.match(next.html, /can take a few minutes/);
    answer = "mail_refused";
    advance(30_000);
    await ctx.mail.deliverDue();
    next = await browser.send(next, "/second-factor/email", { code: "00000000" });
    assert.match(next.html, /rejected our email/);
    answer = null;
    next = await browser.send(next, "/second-factor/email/send");
    assert.deepEqual([next.status, next.at.split("?")[0]], [200, "/second-factor/email"]);
  });

  test("that cannot be stored is reported", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { browser, page } = await walk(testEnv);
    testEnv.ctx.mail.send = () => Promise.reject(new Error("the disk is full"));
    assert.equal((await browser.send(page, "/second-factor/email/send")).status, 503);
  });

  test("of one person proves nothing for another who signs in in the same walk", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { mailedCode } = testEnv;
    const { browser, page } = await walk(testEnv);
    await testEnv.person("eve@contoso.example");
    const signInPage = await browser.get(page.at.replace("/second-factor/email", "/sign-in"));
    let eves = await signIn(browser, signInPage, "eve@contoso.example");
    eves = await browser.send(eves, "/second-factor/email/send");
    const code = await mailedCode("eve@contoso.example");
    const adas = await signIn(browser, signInPage, ADA);
    assert.match(adas.html, /ada@contoso\.example/);
    const body = new URLSearchParams({ code });
    for (const name of ["csrf", "flow"]) {
      body.set(name, new RegExp(`name="${name}" value="([^"]+)"`).exec(adas.html)?.[1] ?? "");
    }
    const refused = await browser.post("/second-factor/email", body.toString());
    assert.doesNotMatch(refused.at, /^\/confirm/);
    assert.match((await browser.get(page.at)).at, /^\/second-factor\/email/);
  });

  test("is not offered if the user flow does not list it", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await personWithApp(testEnv);
    await demandMfa(testEnv, "totp");
    const { browser, page } = await afterPassword(testEnv);
    assert.doesNotMatch(page.html, /second-factor\/email/);
    assert.match((await browser.get(page.at.replace("/app", "/email"))).at, /^\/second-factor\/app/);
  });
});
