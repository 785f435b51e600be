// Someone took an account and moves its address to their own mailbox. The owner reads the mail to the old one.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { linkIn } from "../interaction/account/notice-link.ts";
import { askForAddress, atHomeByBoth, changeAddress, takeBackLink } from "../interaction/account/own-account-walks.ts";
import type { Browser } from "../interaction/browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import {
  ADA,
  openAccountSignIn,
  personWithPasskey,
  showPasskey,
  signInToAccount,
} from "../interaction/passkeys/passkey-walks.ts";
import { signIn } from "../interaction/walks.ts";

const MALLORY = "mallory@evil.example";
const GRACE = "grace@contoso.example";
const MINUTE = 60_000;

describe("one who took the account", { concurrency: true }, () => {
  /** Mallory has the password and reads the mails of the account for a moment, so that she gets through every step. */
  async function taken(under: PagesUnderTest) {
    const { user, browser: mallory } = await atHomeByBoth(under);
    await changeAddress(under, mallory, MALLORY);
    return { user, mallory, owners: await takeBackLink(under, ADA) };
  }

  const emailOf = async ({ ctx }: PagesUnderTest, id: string) => (await ctx.store.directory.findUser(id))?.email;

  async function takeBack(under: PagesUnderTest, link: string): Promise<Browser> {
    const owner = under.browser("198.51.100.7");
    const done = await owner.send(await owner.get(link), "/not-me/email");
    assert.equal(done.heading, "Your account is yours again");
    return owner;
  }

  test("moves the address on twice, and the owner's older link still wins over all of them", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, mallory, owners } = await taken(under);
    await changeAddress(under, mallory, "second@evil.example");
    const second = await takeBackLink(under, MALLORY);
    await changeAddress(under, mallory, "third@evil.example");
    const third = await takeBackLink(under, "second@evil.example");
    // She takes it back herself, hoping to use up the owner's link.
    const thief = under.browser("203.0.113.9");
    await thief.send(await thief.get(third), "/not-me/email");
    assert.equal(await emailOf(under, user.id), "second@evil.example");
    await takeBack(under, owners);
    assert.equal(await emailOf(under, user.id), ADA);
    for (const link of [second, third]) assert.equal((await thief.get(link)).status, 410);
  });

  test("cannot take it back after the owner recovered it, by any mail that she got", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, mallory, owners } = await taken(under);
    const home = await mallory.send(await mallory.get("/me/password"), "/me/password", {
      password: "mallory chose this",
    });
    assert.equal(home.at, "/me");
    const [notice] = await under.mailsTo(MALLORY);
    const herLink = linkIn(notice?.text ?? "").path;
    await takeBack(under, owners);

    const thief = under.browser("203.0.113.9");
    assert.equal((await thief.get(herLink)).status, 410);
    assert.equal((await mallory.get("/me")).heading, "Sign in to see your account");
    for (const [email, password] of [
      [ADA, PASSWORD],
      [ADA, "mallory chose this"],
      [MALLORY, "mallory chose this"],
    ] as const) {
      assert.equal((await signIn(thief, await openAccountSignIn(thief), email, password)).status, 422);
    }
    // A reset by her address finds no account.
    const reset = await thief.send(await thief.get("/reset"), "/reset", { email: MALLORY });
    assert.match((await under.mailsTo(MALLORY))[0]?.text ?? "", /no account that you can use/);
    assert.equal(reset.heading, "Check your email");
    assert.equal(await emailOf(under, user.id), ADA);
  });

  test("cannot take it back after the owner moved it back at /me: neither at once, nor when the owner's link has ended", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, mallory } = await taken(under);
    under.advance(MINUTE);
    await mallory.send(await mallory.get("/me/password"), "/me/password", { password: "mallory chose this" });
    const herLink = linkIn((await under.mailsTo(MALLORY))[0]?.text ?? "").path;
    under.advance(MINUTE);
    // The owner still has a browser that is signed in: this one.
    await changeAddress(under, mallory, ADA);
    const [notice] = await under.mailsTo(MALLORY);
    assert.match(notice?.text ?? "", /has its earlier email address again/);
    assert.doesNotMatch(notice?.text ?? "", /https?:/);
    const thief = under.browser("203.0.113.9");
    for (const wait of [0, 7 * 24 * 60 * MINUTE]) {
      under.advance(wait);
      await assert.rejects(takeBackLink(under, MALLORY), /no mail/);
      assert.equal((await thief.get(herLink)).status, 410);
      assert.equal(await emailOf(under, user.id), ADA);
    }
  });

  test("keeps nothing if the owner reads only an earlier mail: its link gives the address back as well", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser: mallory } = await atHomeByBoth(under);
    await mallory.send(await mallory.get("/me/password"), "/me/password", { password: "mallory chose this" });
    const earlier = linkIn((await under.mailsTo(ADA))[0]?.text ?? "").path;
    under.advance(MINUTE);
    await changeAddress(under, mallory, MALLORY);
    const owner = under.browser("198.51.100.7");
    const page = await owner.get(earlier);
    assert.match(page.html, /Your old address is back/);
    const done = await owner.send(page, "/not-me");
    assert.match(done.html, /Your old address is back/);
    assert.equal(await emailOf(under, user.id), ADA);
    assert.match(
      (await under.mailsTo(MALLORY))[0]?.text ?? "",
      /Network address: 198\.51\.100\.7[\s\S]*contact the people who run/,
    );
    assert.equal((await mallory.get("/me")).heading, "Sign in to see your account");
    let reset = await owner.send(await owner.get("/reset"), "/reset", { email: ADA });
    reset = await owner.send(reset, "/reset/code", { code: await under.mailedCode(ADA) });
    assert.equal(reset.heading, "Choose a new password");
  });

  test("cannot delete the account while the owner can take it back", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, mallory, owners } = await taken(under);
    const page = await mallory.get("/me/data/delete");
    const later = await mallory.send(page, "/me/data/delete", { email: MALLORY });
    assert.equal(later.heading, "You can’t delete your account yet");
    under.advance(6 * 24 * 60 * MINUTE);
    await takeBack(under, owners);
    assert.equal(await emailOf(under, user.id), ADA);
  });

  test("with a code for her address in hand does not change it after the owner recovered it", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, mallory, owners } = await taken(under);
    const waiting = await askForAddress(mallory, "second@evil.example");
    const code = await under.mailedCode("second@evil.example");
    await takeBack(under, owners);
    const late = await mallory.send(waiting, "/me/email/code", { code });
    assert.match(late.heading, /Sign in to see your account|This page is out of date/);
    assert.equal(await emailOf(under, user.id), ADA);
  });

  test("who knows the password alone cannot move the address of a user with a passkey, or one that mail protects", async (t) => {
    const under = await pagesUnderTest(t);
    await personWithPasskey(under, { email: GRACE });
    await under.person(ADA);
    for (const email of [ADA, GRACE]) {
      const thief = under.browser("203.0.113.9");
      await signInToAccount(thief, email);
      const refused = await askForAddress(thief, MALLORY);
      assert.match(`${refused.at} ${refused.heading}`, /second-factor\/(email|passkey)|Confirm it’s you/);
    }
    assert.deepEqual(await under.mailsTo(MALLORY), []);
  });

  test("does not use up the mails of a stranger's address beyond their limit", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHomeByBoth(under);
    const statuses: number[] = [];
    for (let n = 0; n < 7; n++) statuses.push((await askForAddress(browser, "victim@contoso.example")).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
    assert.equal((await under.mailsTo("victim@contoso.example")).length, 5);
  });
});

describe("a passkey's owner", { concurrency: true }, () => {
  test("changes the address with the passkey alone: it is both factors", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const browser = under.browser();
    await showPasskey(browser, await openAccountSignIn(browser), authenticator);
    assert.equal((await changeAddress(under, browser, "ada.lovelace@contoso.example")).at, "/me/profile");
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.email, "ada.lovelace@contoso.example");
  });
});
