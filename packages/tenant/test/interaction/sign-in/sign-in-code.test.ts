import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { MailError } from "../../../src/mail/mailer.ts";
import { onlyOnOneNode } from "../../fixtures/place.ts";
import { seed } from "../../fixtures/seed.ts";
import { withoutSecrets } from "../browser.ts";
import { PASSWORD, pagesUnderTest } from "../pages-under-test.ts";
import { recordVerbs } from "../store-calls.ts";
import { useUserFlow } from "../user-flow-under-test.ts";
import { askForCode, askForReset, enterCode, wrongCode } from "../walks.ts";

const ADA = "ada@contoso.example";

describe("sign-in by a mailed code", { concurrency: true }, () => {
  test("the code from the mail signs in as one method, and shows the question", async (t) => {
    const { ctx, browser, grant, person, mailedCode } = await pagesUnderTest(t);
    const ada = await person();
    const { id, userCode } = await grant();
    const phone = browser();
    let page = await askForCode(phone, await enterCode(phone, userCode), " ADA@contoso.example ");
    assert.match(page.at, /^\/sign-in\/code\?flow=/);
    const before = phone.cookie;
    const [digits = "", last = ""] = [(await mailedCode(ADA)).slice(0, 4), (await mailedCode(ADA)).slice(4)];
    page = await phone.send(page, "/sign-in/code", { code: ` ${digits}-${last} ` });
    assert.match(page.at, /^\/confirm/);
    assert.notEqual(phone.cookie, before);
    const row = await ctx.store.grants.findById(id);
    assert.deepEqual([row?.status, row?.userId], ["claimed", ada.id]);
    const session = await ctx.store.sessions.find(hashSecret(phone.cookie ?? ""), ctx.clock.now());
    assert.deepEqual(session?.methods, ["email_code"]);
    const [event] = await ctx.store.audit.list({ event: "user.signed_in", limit: 1 });
    assert.deepEqual([event?.userId, event?.detail], [ada.id, { method: "email_code" }]);
  });

  test("correct codes do not use up the budget of a network in which many users sign in", async (t) => {
    const { browser, grant, person, mailedCode } = await pagesUnderTest(t);
    for (let i = 0; i < 22; i++) {
      const { email } = await person(`p${i}@contoso.example`);
      const phone = browser("192.0.2.7");
      const page = await askForCode(phone, await enterCode(phone, (await grant()).userCode), email);
      assert.match((await phone.send(page, "/sign-in/code", { code: await mailedCode(email) })).at, /^\/confirm/);
    }
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
      let page = await askForCode(phone, start, email);
      const pages = [`${page.status}`, withoutSecrets(page)];
      for (let i = 0; i < 6; i++) {
        page = await phone.send(page, "/sign-in/code", { code: "00000000" });
        pages.push(`${page.status}`, withoutSecrets(page));
      }
      page = await phone.send(page, "/sign-in/code/resend");
      assert.ok(called.includes("mail.insertCode") && called.includes("mail.useCode"));
      pages.push(`${page.status}`, withoutSecrets(page), ...called);
      seen.push(pages.map((text) => text.replaceAll(/(ada|off|nil)(?=<wbr>@|@)/g, "name")));
    }
    assert.deepEqual(seen[0], seen[1]);
    assert.deepEqual(seen[0], seen[2]);
    const textOf = async (email: string) => (await ctx.store.mail.listMails(email))[0]?.text ?? "";
    assert.match(await textOf(ADA), /sign in to Contoso:\n\n\d{8}\n/);
    assert.match(await textOf("nil@contoso.example"), /no account.*Create an account/s);
    assert.match(await textOf("off@contoso.example"), /no account/);
    assert.doesNotMatch(await textOf("off@contoso.example"), /Create an account|\d{8}/);
  });

  test("five wrong attempts invalidate the code, and a new one can be requested, less and less often", async (t) => {
    const { ctx, browser, grant, person, mailedCode, advance } = await pagesUnderTest(t);
    const ada = await person();
    const phone = browser();
    let page = await askForCode(phone, await enterCode(phone, (await grant()).userCode), ADA);
    const right = await mailedCode(ADA);
    assert.match(
      (await phone.send(page, "/sign-in/code", { code: "1234567" })).html,
      /isn’t right/,
      "costs no attempt",
    );
    for (let i = 0; i < 5; i++) {
      page = await phone.send(page, "/sign-in/code", { code: wrongCode(right) });
      assert.equal(page.status, 422);
    }
    page = await phone.send(page, "/sign-in/code", { code: right });
    assert.match(page.html, /no longer works/);
    const failed = await ctx.store.audit.list({ event: "user.sign_in_failed", limit: 20 });
    assert.equal(failed.filter(({ userId }) => userId === ada.id).length, 7);

    page = await phone.send(page, "/sign-in/code/resend");
    assert.match(page.html, /A new code is on its way/);
    const soon = await phone.send(page, "/sign-in/code/resend");
    assert.deepEqual([soon.status, soon.headers["retry-after"]], [429, "30"]);
    for (let i = 0; i < 2; i++) {
      advance(30_000);
      assert.equal((await phone.send(page, "/sign-in/code/resend")).status, 200);
    }
    advance(30_000);
    const later = await phone.send(page, "/sign-in/code/resend");
    assert.deepEqual([later.status, later.headers["retry-after"]], [429, "810"]);
    page = await phone.send(page, "/sign-in/code", { code: await mailedCode(ADA) });
    assert.match(page.at, /^\/confirm/);
  });

  test("the code expires after ten minutes, works once, and only in its own browser and interaction", async (t) => {
    const { browser, grant, person, mailedCode, advance } = await pagesUnderTest(t);
    await person();
    const { userCode } = await grant({ expiresInMs: 3_600_000 });
    const late = browser();
    const latePage = await askForCode(late, await enterCode(late, userCode), ADA);
    const lateCode = await mailedCode(ADA);
    advance(600_000);
    assert.match((await late.send(latePage, "/sign-in/code", { code: lateCode })).html, /no longer works/);

    const mine = browser();
    const page = await askForCode(mine, await enterCode(mine, userCode), ADA);
    const code = await mailedCode(ADA);
    const theirs = browser();
    const other = await askForCode(theirs, await enterCode(theirs, userCode), "eve@contoso.example");
    const flow = new URL(page.at, "http://localhost").searchParams.get("flow") ?? "";
    assert.equal((await theirs.send(other, "/sign-in/code", { code })).status, 422);
    assert.equal((await theirs.send(other, "/sign-in/code", { code, flow })).status, 403);
    const again = await askForCode(mine, await enterCode(mine, userCode), "eve@contoso.example");
    assert.equal(
      (await mine.send(again, "/sign-in/code", { code })).status,
      422,
      "another interaction in the same browser",
    );

    const both = await Promise.all([1, 2].map(() => mine.send(page, "/sign-in/code", { code }, { stay: true })));
    const signedIn = both.filter((each) => each.headers["set-cookie"] !== undefined);
    assert.equal(signedIn.length, 1, "of two at once one signs in");
  });

  test("a code mailed for a reset or a sign-up signs no one in, nor the other way round", async (t) => {
    const { browser, grant, person, mailedCode } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    const start = await enterCode(phone, (await grant()).userCode);
    const page = await askForCode(phone, start, ADA);
    const signInCode = await mailedCode(ADA);
    const reset = await askForReset(phone, start, ADA);
    assert.equal((await phone.send(reset, "/reset/code", { code: signInCode })).status, 422);
    const resetCode = await mailedCode(ADA);
    const out = await phone.send(page, "/sign-in/code", { code: resetCode });
    assert.match(out.at, /^\/sign-in\?flow=/, "this interaction now has another purpose");
  });

  test("the pages come in their order", async (t) => {
    const { browser, grant } = await pagesUnderTest(t);
    const phone = browser();
    const start = await enterCode(phone, (await grant()).userCode);
    const query = start.at.slice(start.at.indexOf("?"));
    assert.equal((await phone.get(`/sign-in/code${query}`)).at, `/sign-in${query}`);
    for (const path of ["/sign-in/code", "/sign-in/code/resend"]) {
      const csrf = encodeURIComponent(/name="csrf" value="([^"]+)"/.exec(start.html)?.[1] ?? "");
      const page = await phone.post(path, `csrf=${csrf}&flow=${query.slice(6)}&code=12345678`, { stay: true });
      assert.equal(page.headers.location, `/sign-in${query}`);
    }
    for (const email of ["", "ada", "a b@x.example", `${"x".repeat(250)}@x.example`]) {
      assert.equal((await askForCode(phone, start, email)).status, 422);
    }
  });

  test("an account that is disabled after its code was mailed cannot sign in", async (t) => {
    const { ctx, browser, grant, person, mailedCode } = await pagesUnderTest(t);
    const ada = await person();
    const phone = browser();
    const page = await askForCode(phone, await enterCode(phone, (await grant()).userCode), ADA);
    await seed(ctx.store).setUserDisabled(ada.id, ctx.clock.now(), ctx.clock.now());
    const out = await phone.send(page, "/sign-in/code", { code: await mailedCode(ADA) });
    assert.equal(out.status, 422);
    assert.equal((await ctx.store.audit.list({ event: "user.signed_in", limit: 1 })).length, 0);
  });

  test("a refused, late or lost mail, and too many mails, are reported, for every address the same", {
    skip: onlyOnOneNode("stops the mail queue of one node"),
  }, async (t) => {
    let answer: MailError["code"] | null = "mail_refused";
    const mailer = {
      send: async () => {
        if (answer !== null) throw new MailError(answer, "no", "wait");
      },
      close: async () => {},
    };
    const { ctx, browser, grant, person, advance } = await pagesUnderTest(t, { mailer });
    await person();
    for (const email of [ADA, "nobody@contoso.example"]) {
      answer = "mail_refused";
      const phone = browser();
      const start = await enterCode(phone, (await grant({ expiresInMs: 3_600_000 })).userCode);
      const refused = await askForCode(phone, start, email);
      assert.equal(refused.status, 422);
      assert.match(refused.html, /rejected our email/);
      answer = "mail_deferred";
      const slow = await askForCode(phone, start, email);
      assert.match(slow.html, /It can take a few minutes/);
      answer = "mail_refused";
      advance(60_000);
      await ctx.mail.deliverDue();
      for (const page of [await phone.get(slow.at), await phone.send(slow, "/sign-in/code", { code: "00000000" })]) {
        assert.equal(page.status, 422);
        assert.match(page.html, /rejected our email/);
        assert.match(page.html, new RegExp(`value="${email}"`));
      }
      answer = "mail_unreachable";
      const lost = await askForCode(phone, start, email);
      advance(600_000);
      await ctx.mail.deliverDue();
      assert.equal((await phone.get(lost.at)).status, 503);
      const again = await enterCode(phone, (await grant()).userCode);
      const { send } = ctx.mail;
      ctx.mail.send = () => Promise.reject(new Error("the disk is full"));
      for (let i = 0; i < 2; i++) assert.equal((await askForCode(phone, again, email)).status, 503);
      ctx.mail.send = send;
      assert.equal((await askForCode(phone, again, email)).status, 429);
    }
  });

  test("if the app takes codes only, there is no password anywhere: sign-up creates an account without one", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser, grant, person, mailedCode } = under;
    await useUserFlow(under, { methods: ["email_code"] });
    await person();
    const phone = browser();
    let page = await enterCode(phone, (await grant()).userCode);
    assert.doesNotMatch(page.html, /type="password"|\/reset/);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const body = new URLSearchParams({ csrf, flow: page.at.slice(-22), email: ADA, password: PASSWORD });
    for (const path of ["/sign-in", "/reset", "/reset/code", "/reset/password"]) {
      assert.equal((await phone.post(path, body.toString())).status, 404, path);
    }
    const signUpLink = page.at.replace("/sign-in", "/sign-up");
    page = await phone.send(await phone.get(signUpLink), "/sign-up", { email: "grace@contoso.example" });
    assert.match(page.html, /step 2 of 3/);
    page = await phone.send(page, "/sign-up/code", { code: await mailedCode("grace@contoso.example") });
    assert.match(page.at, /^\/sign-up\/details/);
    assert.match((await phone.get(page.at.replace("details", "password"))).at, /^\/sign-up\/details/);
    page = await phone.send(page, "/sign-up/details", { display_name: "Grace" });
    assert.match(page.at, /^\/confirm/);
    assert.equal((await ctx.store.directory.findUserByEmail("grace@contoso.example"))?.passwordHash, null);
    const session = await ctx.store.sessions.find(hashSecret(phone.cookie ?? ""), ctx.clock.now());
    assert.deepEqual(session?.methods, ["email_code"]);

    const tablet = browser();
    page = await askForCode(tablet, await enterCode(tablet, (await grant()).userCode), "grace@contoso.example");
    page = await tablet.send(page, "/sign-in/code", { code: await mailedCode("grace@contoso.example") });
    assert.match(page.at, /^\/confirm/);
  });

  test("if the app takes passwords only, no sign-in code is mailed", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser, grant } = under;
    await useUserFlow(under, { methods: ["password"] });
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    assert.doesNotMatch(page.html, /code\/send/);
    const csrf = /name="csrf" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
    const body = new URLSearchParams({ csrf, flow: page.at.slice(-22), email: ADA, code: "12345678" });
    for (const path of ["/sign-in/code/send", "/sign-in/code", "/sign-in/code/resend"]) {
      assert.equal((await phone.post(path, body.toString())).status, 404, path);
    }
    assert.deepEqual(await ctx.store.mail.listMails(), []);
  });
});
