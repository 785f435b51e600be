import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verifyPassword } from "../../../src/directory/password.ts";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { MailError } from "../../../src/mail/mailer.ts";
import { createUser, seed } from "../../fixtures/seed.ts";
import { withoutSecrets } from "../browser.ts";
import { PASSWORD, pagesUnderTest } from "../pages-under-test.ts";
import { codeAt, personWithApp } from "../second-factor/authenticator.ts";
import { recordVerbs } from "../store-calls.ts";
import { useUserFlow } from "../user-flow-under-test.ts";
import { askForReset, enterCode, signIn, walkToConfirm, wrongCode } from "../walks.ts";

const ADA = "ada@contoso.example";
const NEW = "nine noisy newts";

describe("a forgotten password", { concurrency: true }, () => {
  test("the mailed code leads to a new password, and from there through sign-in to the question", async (t) => {
    const { ctx, browser, grant, person, mailedCode, mailsTo } = await pagesUnderTest(t);
    const ada = await person();
    const phone = browser();
    const { id, userCode } = await grant();
    const start = await enterCode(phone, userCode);
    assert.match(start.html, /href="\/reset\?flow=/);
    let page = await askForReset(phone, start, ADA);
    assert.match(page.at, /^\/reset\/code/);
    page = await phone.send(page, "/reset/code", { code: await mailedCode(ADA) });
    assert.match(page.at, /^\/reset\/password/);
    const before = phone.cookie;
    for (const password of ["1234567", "password1", "ada2026!"]) {
      assert.equal((await phone.send(page, "/reset/password", { password })).status, 422, password);
    }
    page = await phone.send(page, "/reset/password", { password: NEW });
    assert.match(page.at, /^\/sign-in\?flow=.*&changed=1$/);
    assert.match(page.html, /Your password was changed/);
    assert.equal(phone.cookie, before, "a mailbox alone signs no one in");
    assert.equal((await ctx.store.grants.findById(id))?.status, "pending");
    const [event] = await ctx.store.audit.list({ event: "user.password_reset", limit: 1 });
    assert.deepEqual([event?.userId, event?.ip, event?.grantId], [ada.id, "127.0.0.1", id]);
    assert.equal((await mailsTo(ADA))[0]?.subject, "Your Contoso password was changed");

    assert.equal((await signIn(phone, page, ADA)).status, 422, "the old one no longer works");
    page = await signIn(phone, page, ADA, NEW);
    assert.match(page.at, /^\/confirm/);
  });

  test("the authenticator app stays, and is asked for with the new password (ASVS 6.4.3)", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { user, secret } = await personWithApp(testEnv);
    const phone = testEnv.browser();
    let page = await askForReset(phone, await enterCode(phone, (await testEnv.grant()).userCode), ADA);
    page = await phone.send(page, "/reset/code", { code: await testEnv.mailedCode(ADA) });
    page = await phone.send(page, "/reset/password", { password: NEW });
    page = await signIn(phone, page, ADA, NEW);
    assert.match(page.at, /^\/second-factor\/app/);
    assert.equal(await testEnv.ctx.store.factors.countRecoveryCodes(user.id), 10);
    page = await phone.send(page, "/second-factor/app", { code: codeAt(secret, testEnv.ctx.clock.now()) });
    assert.match(page.at, /^\/confirm/);
  });

  test("every session of the account ends, and Back changes nothing", async (t) => {
    const { ctx, browser, grant, person, mailedCode } = await pagesUnderTest(t);
    const ada = await person();
    const [laptop, phone] = [browser(), browser()];
    const { userCode } = await grant();
    const confirm = await walkToConfirm(laptop, userCode, ADA);
    const code = await askForReset(phone, await enterCode(phone, (await grant()).userCode), ADA);
    const chosen = await phone.send(code, "/reset/code", { code: await mailedCode(ADA) });
    await phone.send(chosen, "/reset/password", { password: NEW });
    assert.equal(await ctx.store.sessions.find(hashSecret(laptop.cookie ?? ""), ctx.clock.now()), undefined);
    assert.equal((await laptop.send(confirm, "/confirm", { decision: "yes" })).status, 403);
    assert.equal((await ctx.store.grants.findByUserCode(userCode))?.status, "claimed");

    const again = await phone.send(chosen, "/reset/password", { password: "eight other owls" });
    assert.match(again.at, /^\/reset\?flow=/);
    assert.match((await phone.get(chosen.at)).at, /^\/reset\?flow=/);
    assert.match((await phone.send(code, "/reset/code", { code: "12345678" })).at, /^\/reset\?flow=/);
    const { passwordHash = null } = (await ctx.store.directory.findUser(ada.id)) ?? {};
    assert.equal(await verifyPassword(passwordHash, NEW), true);
  });

  test("in a signed-in browser the interaction continues, signed out", async (t) => {
    const { ctx, browser, grant, person, mailedCode } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const { userCode } = await grant();
    const start = await enterCode(phone, userCode);
    let page = await askForReset(phone, start, ADA);
    page = await phone.send(page, "/reset/code", { code: await mailedCode(ADA) });
    // In another tab; the interaction moves with the session.
    await signIn(phone, await enterCode(phone, userCode), ADA);
    page = await phone.get(page.at);
    const signedIn = phone.cookie ?? "";
    page = await phone.send(page, "/reset/password", { password: NEW });
    assert.match(page.at, /^\/sign-in\?flow=/);
    assert.notEqual(phone.cookie, signedIn);
    assert.equal(await ctx.store.sessions.find(hashSecret(signedIn), ctx.clock.now()), undefined);
    assert.match((await signIn(phone, page, ADA, NEW)).at, /^\/confirm/);
  });

  test("known, unknown and disabled addresses: the same pages, the same work; only the mail differs", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser, grant, person } = under;
    await person();
    const off = await person("off@contoso.example");
    await seed(ctx.store).setUserDisabled(off.id, ctx.clock.now(), ctx.clock.now());
    const called = recordVerbs(under);
    const seen: string[][] = [];
    for (const email of [ADA, "off@contoso.example", "nil@contoso.example"]) {
      const phone = browser();
      const start = await enterCode(phone, (await grant()).userCode);
      called.length = 0;
      let page = await askForReset(phone, start, email);
      const pages = [`${page.status}`, withoutSecrets(page)];
      for (let i = 0; i < 6; i++) {
        page = await phone.send(page, "/reset/code", { code: "00000000" });
        pages.push(`${page.status}`, withoutSecrets(page));
      }
      page = await phone.send(page, "/reset/resend");
      assert.ok(called.includes("mail.insertCode") && called.includes("mail.useCode"));
      pages.push(`${page.status}`, withoutSecrets(page), ...called);
      seen.push(pages.map((text) => text.replaceAll(/(ada|off|nil)(?=<wbr>@|@)/g, "name")));
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.deepEqual(seen[0], seen[2]);
    for (const email of ["off@contoso.example", "nil@contoso.example"]) {
      const [mail] = await ctx.store.mail.listMails(email);
      assert.match(mail?.text ?? "", /no account/);
      assert.doesNotMatch(mail?.text ?? "", /\d{8}/);
    }
  });

  test("wrong five times, late, in another browser, for another address: no new password", async (t) => {
    const { browser, grant, person, mailedCode, advance } = await pagesUnderTest(t);
    await person();
    const { userCode } = await grant({ expiresInMs: 3_600_000 });
    const ask = async () => {
      const phone = browser();
      return {
        phone,
        page: await askForReset(phone, await enterCode(phone, userCode), ADA),
        code: await mailedCode(ADA),
      };
    };
    const wrong = await ask();
    for (let i = 0; i < 5; i++) await wrong.phone.send(wrong.page, "/reset/code", { code: wrongCode(wrong.code) });
    assert.match((await wrong.phone.send(wrong.page, "/reset/code", { code: wrong.code })).html, /no longer works/);

    const other = await ask();
    const thief = browser();
    const theirs = await askForReset(thief, await enterCode(thief, userCode), "eve@contoso.example");
    assert.equal((await thief.send(theirs, "/reset/code", { code: other.code })).status, 422);
    const flow = new URL(other.page.at, "http://localhost").searchParams.get("flow") ?? "";
    assert.equal((await thief.send(theirs, "/reset/code", { code: other.code, flow })).status, 403);

    const turned = await other.phone.send(other.page, "/reset/code", { code: other.code });
    const start = await other.phone.get(turned.at.replace("/reset/password", "/reset"));
    await other.phone.send(start, "/reset", { email: "victim@contoso.example" });
    const refused = await other.phone.send(turned, "/reset/password", { password: NEW });
    assert.match(refused.at, /^\/reset\/code/, "another address after the proof must be proven again");

    const late = await ask();
    advance(600_000);
    assert.match((await late.phone.send(late.page, "/reset/code", { code: late.code })).html, /no longer works/);
  });

  test("an address proven for one purpose counts for no other", async (t) => {
    const { browser, grant, person, mailedCode } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const start = await enterCode(phone, (await grant()).userCode);
    const query = start.at.slice(start.at.indexOf("?"));
    const page = await phone.send(await askForReset(phone, start, ADA), "/reset/code", { code: await mailedCode(ADA) });
    assert.match(page.at, /^\/reset\/password/);
    assert.equal((await phone.get(`/sign-up/password${query}`)).at, `/sign-up${query}`);
    assert.equal((await phone.get(`/sign-up/details${query}`)).at, `/sign-up${query}`);
    let other = await phone.send(await phone.get(`/sign-up${query}`), "/sign-up", { email: "new@contoso.example" });
    other = await phone.send(other, "/sign-up/code", { code: await mailedCode("new@contoso.example") });
    assert.match(other.at, /^\/sign-up\/password/);
    assert.equal((await phone.get(`/reset/password${query}`)).at, `/reset${query}`);
  });

  test("the pages come in their order", async (t) => {
    const { browser, grant } = await pagesUnderTest(t);
    const phone = browser();
    const start = await enterCode(phone, (await grant()).userCode);
    const query = start.at.slice(start.at.indexOf("?"));
    const csrf = encodeURIComponent(/name="csrf" value="([^"]+)"/.exec(start.html)?.[1] ?? "");
    for (const step of ["code", "password"]) {
      assert.equal((await phone.get(`/reset/${step}${query}`)).at, `/reset${query}`);
    }
    for (const step of ["code", "password", "resend"]) {
      const body = `csrf=${csrf}&flow=${query.slice(6)}&code=12345678&password=${NEW}`;
      const page = await phone.post(`/reset/${step}`, body, { stay: true });
      assert.equal(page.headers.location, `/reset${query}`);
    }
  });

  test("an account without a password gets its first one this way", async (t) => {
    const { ctx, browser, grant, mailedCode } = await pagesUnderTest(t);
    await createUser(ctx, { email: ADA, displayName: "Ada", passwordHash: null });
    const phone = browser();
    let page = await askForReset(phone, await enterCode(phone, (await grant()).userCode), ADA);
    page = await phone.send(page, "/reset/code", { code: await mailedCode(ADA) });
    page = await phone.send(page, "/reset/password", { password: NEW });
    assert.match((await signIn(phone, page, ADA, NEW)).at, /^\/confirm/);
  });

  test("a refused or late mail, and too many mails, are reported", async (t) => {
    let answer: MailError["code"] = "mail_refused";
    const mailer = { send: () => Promise.reject(new MailError(answer, "no", "wait")), close: async () => {} };
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t, { mailer });
    await person();
    const phone = browser();
    const start = await enterCode(phone, (await grant()).userCode);
    for (let i = 0; i < 4; i++) assert.equal((await askForReset(phone, start, ADA)).status, 422);
    answer = "mail_deferred";
    const slow = await askForReset(phone, start, ADA);
    assert.match(slow.html, /It can take a few minutes/);
    answer = "mail_refused";
    advance(60_000);
    await ctx.mail.deliverDue();
    const refused = await phone.get(slow.at);
    assert.equal(refused.status, 422);
    assert.match(refused.html, /rejected our email/);
    assert.equal((await askForReset(phone, start, ADA)).status, 429);
  });

  test("if sign-up is off, no mail offers it", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser, grant } = under;
    await useUserFlow(under, { signUpAllowed: false });
    const phone = browser();
    const start = await enterCode(phone, (await grant()).userCode);
    assert.doesNotMatch(start.html, /sign-up/);
    assert.equal((await phone.get(start.at.replace("/sign-in", "/sign-up"))).status, 404);
    await askForReset(phone, start, "nobody@contoso.example");
    await phone.send(start, "/sign-in/code/send", { email: "nobody@contoso.example" });
    const mails = await ctx.store.mail.listMails("nobody@contoso.example");
    assert.equal(mails.length, 2);
    for (const { text } of mails) assert.doesNotMatch(text, /Create an account/);
  });

  test("a wait for the second step with the old password ends", async (t) => {
    const { ctx, browser, grant, person, mailedCode, device } = await pagesUnderTest(t);
    await person();
    await seed(ctx.store).putApp({ ...device, requireMfa: true });
    const thief = browser();
    const stolen = await enterCode(thief, (await grant()).userCode);
    const waiting = await thief.send(stolen, "/sign-in", { email: ADA, password: PASSWORD }, { stay: true });
    assert.match(String(waiting.headers.location), /^\/second-factor/);
    const phone = browser();
    let page = await askForReset(phone, await enterCode(phone, (await grant()).userCode), ADA);
    page = await phone.send(page, "/reset/code", { code: await mailedCode(ADA) });
    await phone.send(page, "/reset/password", { password: NEW });
    const [flow, session] = [stolen.at.slice(-22), hashSecret(thief.cookie ?? "")];
    const walk = await ctx.store.sessions.findInteraction(flow, session, ctx.clock.now());
    assert.equal(walk?.firstFactor, null);
  });
});
