// cspell:ignoreRegExp /[\u0600-\u0dff\u200c\u200d]+/g
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MAIL_CODE_ATTEMPTS } from "../../../src/interaction/mailed-code.ts";
import { RECENT_SIGN_IN_MS } from "../../../src/interaction/session.ts";
import { seed } from "../../fixtures/seed.ts";
import { textOf, withoutSecrets } from "../browser.ts";
import { PASSWORD, pagesUnderTest } from "../pages-under-test.ts";
import { ADA, openAccountSignIn } from "../passkeys/passkey-walks.ts";
import { signIn, wrongCode } from "../walks.ts";
import {
  askForAddress,
  atHome,
  atHomeByBoth,
  changeAddress,
  enterSecondFactor,
  takeBackLink,
} from "./own-account-walks.ts";

const NEW = "ada.lovelace@contoso.example";
const DAY = 24 * 60 * 60 * 1000;

describe("a user's name and address", { concurrency: true }, () => {
  test("the name is changed; an empty one and one that is too long are kept in the field", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const page = await browser.get("/me/profile");
    assert.match(page.html, /value="Ada"/);
    assert.equal((await browser.send(page, "/me/profile", { display_name: " \u200b" })).status, 422);
    const long = await browser.send(page, "/me/profile", { display_name: "A".repeat(101) });
    assert.deepEqual([long.status, long.html.includes("A".repeat(101))], [422, true]);
    const home = await browser.send(page, "/me/profile", { display_name: " Ada  Lovelace " });
    assert.match(textOf(home.html), /Your name was saved\. A Ada Lovelace ada@contoso\.example/);
    assert.doesNotMatch((await browser.get("/me")).html, /was saved/);
    assert.match((await browser.get("/me?saved=name&ui_locales=de")).html, /role="status">Ihr Name wurde gespeichert/);
    const [record] = await under.ctx.store.audit.list({ event: "user.changed", limit: 1 });
    assert.deepEqual([record?.userId, record?.detail], [user.id, { changed: "displayName" }]);
  });

  test("a name keeps the joiners that its script spells with, and loses those that disguise", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHome(under);
    const page = await browser.get("/me/profile");
    for (const [typed, kept] of [
      ["ශ්\u200dරී ලංකා", "ශ්\u200dරී ලංකා"],
      ["علی\u200cرضا", "علی\u200cرضا"],
      ["A\u200dd\u200ca\u202e", "Ada"],
    ]) {
      await browser.send(page, "/me/profile", { display_name: typed! });
      assert.equal((await under.ctx.store.directory.findUserByEmail(ADA))?.displayName, kept);
    }
  });

  test("the address is changed with a code to the new one, and a notice with a link goes to the old one", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const page = await askForAddress(browser, NEW);
    assert.equal(page.heading, "Check your new mailbox");
    const wrong = await browser.send(page, "/me/email/code", { code: wrongCode(await under.mailedCode(NEW)) });
    assert.equal(wrong.status, 422);
    const changed = await browser.send(wrong, "/me/email/code", { code: await under.mailedCode(NEW) });
    assert.equal(changed.at, "/me/profile");
    assert.match(textOf(changed.html), new RegExp(NEW.replaceAll(".", "\\.")));
    const [notice] = await under.mailsTo(ADA);
    assert.equal(notice?.subject, "Your Contoso account has a new email address");
    assert.doesNotMatch(`${notice?.text}${notice?.html}`, /lovelace/, "the old mailbox does not learn the new address");
    assert.ok(await takeBackLink(under, ADA));
    const other = under.browser();
    assert.equal((await signIn(other, await openAccountSignIn(other), NEW)).at, "/me");
    const old = under.browser();
    assert.equal((await signIn(old, await openAccountSignIn(old), ADA)).status, 422);
    const [record] = await under.ctx.store.audit.list({ event: "user.email_changed", limit: 1 });
    assert.deepEqual([record?.userId, record?.detail], [user.id, {}]);
    // The code page again, by the back button.
    assert.equal((await browser.get(page.at)).at, "/me/email");
  });

  test("a password alone is asked for a code at the present address first", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHome(under);
    const page = await askForAddress(browser, NEW);
    assert.match(page.at, /^\/second-factor\/email/);
    assert.deepEqual(await under.mailsTo(NEW), []);
    assert.equal((await enterSecondFactor(under, browser, page)).at, "/me");
    assert.equal((await askForAddress(browser, NEW)).heading, "Check your new mailbox");
  });

  test("an address of another account looks the same, and only its mail says so", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    await under.person("grace@contoso.example");
    const [free, taken] = [
      await askForAddress(browser, "green@contoso.example"),
      await askForAddress(browser, "Grace@contoso.example"),
    ];
    const plain = (page: typeof free) => withoutSecrets(page).replaceAll("green@", "Grace@");
    assert.equal(plain(free), plain(taken));
    const [mail] = await under.mailsTo("grace@contoso.example");
    assert.match(mail?.text ?? "", /already belongs to an account/);
    assert.doesNotMatch(mail?.text ?? "", /\d{8}/);
    for (const page of [free, taken]) {
      assert.equal((await browser.send(page, "/me/email/code", { code: "00000000" })).status, 422);
    }
  });

  test("an address that is none, and one's own in any spelling, are refused with a reason", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    for (const [email, says] of [
      ["", /like name@example\.com/],
      ["ada@", /like name@example\.com/],
      ["a".repeat(9_000), /like name@example\.com/],
      [" ADA@Contoso.example ", /your address already/],
    ] as const) {
      const refused = await askForAddress(browser, email);
      assert.equal(refused.status, 422);
      assert.match(textOf(refused.html), says);
    }
  });

  test("a code is dead after five wrong ones, after ten minutes, and once it was used", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    let page = await askForAddress(browser, NEW);
    const right = await under.mailedCode(NEW);
    for (let n = 0; n < MAIL_CODE_ATTEMPTS; n++) {
      page = await browser.send(page, "/me/email/code", { code: wrongCode(right) });
    }
    const dead = await browser.send(page, "/me/email/code", { code: right });
    assert.match(textOf(dead.html), /no longer works/);
    const resent = await browser.send(dead, "/me/email/resend");
    assert.match(resent.at, /resent=1/);
    const both = await Promise.all(
      [await under.mailedCode(NEW)].flatMap((code) =>
        [1, 2].map(() => browser.send(resent, "/me/email/code", { code })),
      ),
    );
    assert.ok(both.some(({ at }) => at === "/me/profile"));
    assert.equal((await under.ctx.store.audit.list({ event: "user.email_changed", limit: 9 })).length, 1);
  });

  test("a slow mail does not ask to sign in again; a sign-in that was too old at the beginning does", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    under.advance(RECENT_SIGN_IN_MS - 60_000);
    const page = await askForAddress(browser, NEW);
    under.advance(5 * 60_000);
    assert.equal((await askForAddress(browser, "other@contoso.example")).heading, "Confirm it’s you");
    const changed = await browser.send(page, "/me/email/code", { code: await under.mailedCode(NEW) });
    assert.equal(changed.at, "/me/profile");
  });

  test("a code of another browser, and one after the password was changed elsewhere, change nothing", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const { browser: other } = await atHomeByBoth(under);
    const page = await askForAddress(browser, NEW);
    const code = await under.mailedCode(NEW);
    const theirs = await other.get("/me/email");
    const flow = /flow=([\w-]+)/.exec(page.at)?.[1] ?? "";
    const csrf = /name="csrf" value="([^"]*)"/.exec(theirs.html)?.[1] ?? "";
    const stolen = await other.post("/me/email/code", new URLSearchParams({ csrf, flow, code }).toString());
    assert.equal(stolen.at, "/me/email");
    await other.send(await other.get("/me/password"), "/me/password", { password: "nine noisy newts" });
    const late = await browser.send(page, "/me/email/code", { code });
    assert.equal(late.heading, "Sign in to see your account");
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.email, ADA);
  });
});

describe("taking an address back", { concurrency: true }, () => {
  test("the link changes nothing when it is opened; the button restores the account, once", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    await changeAddress(under, browser, NEW);
    const link = await takeBackLink(under, ADA);
    const owner = under.browser("198.51.100.7");
    let page = await owner.get(link);
    for (let n = 0; n < 3; n++) page = await owner.get(link);
    assert.equal(page.heading, "Did you change your email?");
    assert.equal(page.headers["referrer-policy"], "strict-origin");
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.email, NEW);
    const both = await Promise.all([1, 2].map(() => owner.send(page, "/not-me/email")));
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 410]);
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.email, ADA);
    assert.equal((await browser.get("/me")).heading, "Sign in to see your account");
    assert.equal((await signIn(owner, await openAccountSignIn(owner), ADA)).status, 422, "the password works no more");
    let reset = await owner.send(await owner.get("/reset"), "/reset", { email: ADA });
    reset = await owner.send(reset, "/reset/code", { code: await under.mailedCode(ADA) });
    reset = await owner.send(reset, "/reset/password", { password: "nine noisy newts" });
    assert.match(reset.at, /changed=1/);
    assert.equal((await owner.get(link)).heading, "This link no longer works");
  });

  test("the link is dead after a week, and for tokens that are none or belong to other mails", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    await changeAddress(under, browser, NEW);
    const link = await takeBackLink(under, ADA);
    const owner = under.browser();
    const page = await owner.get(link);
    for (const token of ["", "x", "\0", "a".repeat(43)]) {
      assert.equal((await owner.get(`/not-me/email?token=${encodeURIComponent(token)}`)).status, 410);
      assert.equal((await owner.send(page, "/not-me/email", { token })).status, 410);
    }
    const token = link.split("token=")[1] ?? "";
    assert.equal((await owner.get(`/not-me?token=${token}`)).status, 410, "not a link of another kind");
    under.advance(7 * DAY);
    assert.equal((await owner.get(link)).status, 410);
    assert.equal((await owner.send(page, "/not-me/email")).status, 410);
  });

  test("an address that another account got meanwhile is named, and the link waits", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    await changeAddress(under, browser, NEW);
    const link = await takeBackLink(under, ADA);
    const again = await under.person(ADA);
    const owner = under.browser();
    const taken = await owner.send(await owner.get(link), "/not-me/email");
    assert.deepEqual([taken.status, taken.heading], [409, "Your old address is in use"]);
    const now = under.ctx.clock.now();
    await under.ctx.store.administration.users.delete(again.id, now, {
      ...{ at: now, event: "user.deleted", actor: "operator", userId: again.id, clientId: null, grantId: null },
      ...{ ip: null, detail: {} },
    });
    assert.equal((await owner.send(await owner.get(link), "/not-me/email")).heading, "Your account is yours again");
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.email, ADA);
  });

  test("a disabled account gets its address back, and stays disabled", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    await changeAddress(under, browser, NEW);
    const link = await takeBackLink(under, ADA);
    await seed(under.ctx.store).setUserDisabled(user.id, under.ctx.clock.now(), under.ctx.clock.now());
    const owner = under.browser();
    assert.equal((await owner.send(await owner.get(link), "/not-me/email")).status, 200);
    const after = await under.ctx.store.directory.findUser(user.id);
    assert.deepEqual([after?.email, after?.disabledAt !== null], [ADA, true]);
    assert.equal((await signIn(owner, await openAccountSignIn(owner), ADA, PASSWORD)).status, 422);
  });
});
