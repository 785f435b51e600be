import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MailError, type QueuedMail } from "../../../src/mail/mailer.ts";
import { textOf, withoutSecrets } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { openSignUp } from "../walks.ts";

const NEW = "grace@contoso.example";
const TAKEN = "taken@contoso.example";

/** A mail server that follows a script. */
function scripted() {
  const sent: QueuedMail[] = [];
  const mailer = {
    answer: null as MailError["code"] | null,
    sent,
    async send(mail: QueuedMail) {
      if (mailer.answer !== null) throw new MailError(mailer.answer, "no", "wait");
      sent.push(mail);
    },
    async close() {},
  };
  return mailer;
}

describe("sign-up and its mail", { concurrency: true }, () => {
  test("an address whose server refuses the mail: the user sees it at once and enters another one", async (t) => {
    const mailer = scripted();
    const { browser, grant, person } = await pagesUnderTest(t, { mailer });
    await person(TAKEN);
    const { userCode } = await grant();
    const seen: string[] = [];
    for (const email of [NEW, TAKEN]) {
      const phone = browser();
      mailer.answer = "mail_refused";
      let page = await phone.send(await openSignUp(phone, userCode), "/sign-up", { email });
      assert.equal(page.status, 422);
      assert.match(textOf(page.html), /mail server for this address rejected our email\. Check the address, or use/);
      seen.push(withoutSecrets(page).replaceAll(email, "name"));
      mailer.answer = null;
      page = await phone.send(page, "/sign-up", { email: "other@contoso.example" });
      assert.match(page.at, /^\/sign-up\/code/);
    }
    assert.equal(seen[0], seen[1], "whether it has an account does not show");
    assert.deepEqual(
      mailer.sent.map(({ to }) => to),
      ["other@contoso.example", "other@contoso.example"],
    );
  });

  for (const answer of ["mail_deferred", "mail_unreachable", "mail_configuration"] as const) {
    test(`${answer}: the user continues to the code, which can take a few minutes and then works`, async (t) => {
      const mailer = scripted();
      const { ctx, browser, grant, advance } = await pagesUnderTest(t, { mailer });
      const phone = browser();
      mailer.answer = answer;
      let page = await phone.send(await openSignUp(phone, (await grant()).userCode), "/sign-up", { email: NEW });
      assert.deepEqual([page.status, page.heading], [200, "Check your email"]);
      assert.match(textOf(page.html), /It can take a few minutes/);
      mailer.answer = null;
      advance(30_000);
      await ctx.mail.deliverDue();
      page = await phone.get(page.at);
      assert.doesNotMatch(textOf(page.html), /few minutes/);
      const code = /^\d{8}$/m.exec(mailer.sent[0]?.text ?? "")?.[0] ?? "";
      page = await phone.send(page, "/sign-up/code", { code });
      assert.match(page.at, /^\/sign-up\/password/);
    });
  }

  test("a mail that is refused only later is reported at the next view and at the next attempt, and leads to another address", async (t) => {
    const mailer = scripted();
    const { ctx, browser, grant, advance } = await pagesUnderTest(t, { mailer });
    const phone = browser();
    mailer.answer = "mail_deferred";
    const waiting = await phone.send(await openSignUp(phone, (await grant()).userCode), "/sign-up", { email: NEW });
    mailer.answer = "mail_refused";
    advance(30_000);
    await ctx.mail.deliverDue();
    const looked = await phone.get(waiting.at);
    const tried = await phone.send(waiting, "/sign-up/code", { code: "00000000" });
    const resent = await phone.send(waiting, "/sign-up/resend");
    for (const page of [looked, tried, resent]) {
      assert.equal(page.status, 422);
      assert.match(textOf(page.html), /rejected our email/);
      assert.match(page.html, /value="grace@contoso\.example"/);
    }
    mailer.answer = null;
    const next = await phone.send(looked, "/sign-up", { email: "other@contoso.example" });
    assert.deepEqual([next.status, next.heading], [200, "Check your email"]);
  });

  test("a mail that never got through is reported once its code has expired, and a new one can be sent", async (t) => {
    const mailer = scripted();
    const { ctx, browser, grant, advance } = await pagesUnderTest(t, { mailer });
    const phone = browser();
    mailer.answer = "mail_unreachable";
    let page = await phone.send(await openSignUp(phone, (await grant()).userCode), "/sign-up", { email: NEW });
    advance(10 * 60_000);
    mailer.answer = null;
    await ctx.mail.deliverDue();
    assert.deepEqual(mailer.sent, [], "an expired code is not sent");
    page = await phone.get(page.at);
    assert.equal(page.status, 503);
    assert.match(textOf(page.html), /couldn’t send the email/);
    page = await phone.send(page, "/sign-up/resend");
    assert.equal(page.status, 200);
    assert.equal(mailer.sent.length, 1);
  });

  test("a mail that cannot be stored is reported, for every address the same", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person(TAKEN);
    ctx.mail.send = () => Promise.reject(new Error("the disk is full"));
    const { userCode } = await grant();
    for (const email of [TAKEN, NEW]) {
      const phone = browser();
      const start = await openSignUp(phone, userCode);
      assert.equal((await phone.send(start, "/sign-up", { email })).status, 503);
      const code = await phone.get(start.at.replace("/sign-up", "/sign-up/code"));
      assert.equal((await phone.send(code, "/sign-up/resend")).status, 503);
    }
  });
});
