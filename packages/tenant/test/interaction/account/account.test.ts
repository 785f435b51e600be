import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RECENT_SIGN_IN_MS } from "../../../src/interaction/session.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleAudit, samplePolicy } from "../../storage/samples.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import {
  ADA,
  adaAtHerAccount,
  addPasskey,
  openAccountSignIn,
  openAdding,
  optionsOf,
  personWithPasskey,
  showPasskey,
} from "../passkeys/passkey-walks.ts";
import { Authenticator } from "../passkeys/software-authenticator.ts";
import { recordVerbs } from "../store-calls.ts";
import { signIn, walkToConfirm } from "../walks.ts";

const linkTo = (credentialId: string) => `/me/passkeys?id=${credentialId}`;

describe("the account page", { concurrency: true }, () => {
  test("signed out it asks to sign in, stores nothing, and leads back to itself", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const browser = under.browser();
    const page = await browser.get("/me");
    assert.equal(page.heading, "Sign in to see your account");
    const signInPage = await browser.send(page, "/me/sign-in-again");
    assert.match(signInPage.at, /^\/sign-in\?flow=/);
    assert.doesNotMatch(textOf(signInPage.html), /device/);
    const account = await signIn(browser, signInPage, ADA);
    assert.equal(account.at, "/me");
    assert.equal(account.heading, "Your account");
    assert.match(textOf(account.html), /Ada ada@contoso\.example/);
    // The same form again, from a second tab or a double click.
    assert.equal((await signIn(browser, signInPage, ADA)).at, "/me");
    assert.equal((await browser.get(signInPage.at)).at, "/me");
  });

  test("a policy for one app requires no second factor here; one for all apps does", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, device, browser } = under;
    await under.person(ADA);
    const policy = samplePolicy({ clientIds: [device.clientId] });
    await seed(ctx.store).putPolicy(policy);
    const own = browser();
    assert.equal((await signIn(own, await openAccountSignIn(own), ADA)).at, "/me");
    const phone = browser();
    assert.match((await walkToConfirm(phone, (await under.grant()).userCode, ADA)).at, /^\/second-factor\/email/);
    await seed(ctx.store).putPolicy({ ...policy, clientIds: null });
    const again = browser();
    assert.match((await signIn(again, await openAccountSignIn(again), ADA)).at, /^\/second-factor\/email/);
  });

  test("it signs out", async (t) => {
    const { browser } = await adaAtHerAccount(await pagesUnderTest(t));
    const page = await browser.send(await browser.get("/me"), "/sign-out");
    assert.equal(page.heading, "You’re signed out");
    assert.equal((await browser.get("/me")).heading, "Sign in to see your account");
  });

  test("the end of a device sign-in offers a passkey for next time to a user without one", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under, { email: "grace@contoso.example" });
    await under.person(ADA);
    const approve = async (withPasskey: boolean) => {
      const phone = under.browser();
      const { userCode } = await under.grant();
      const page = await phone.send(await phone.get("/device"), "/device", { user_code: userCode });
      const question = withPasskey ? await showPasskey(phone, page, authenticator) : await signIn(phone, page, ADA);
      return phone.send(question, "/confirm", { decision: "yes" });
    };
    const [without, having] = [await approve(false), await approve(true)];
    for (const page of [without, having]) assert.match(page.html, /href="\/me\/devices"/);
    assert.match(without.html, /href="\/me"/, "where a passkey is added");
    assert.match(textOf(without.html), /Add a passkey for next time/);
    assert.doesNotMatch(textOf(having.html), /passkey/);
  });
});

describe("changing sign-in methods", { concurrency: true }, () => {
  test("ten minutes after the sign-in it takes a new one, which leads back to the account", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator);
    const adding = await openAdding(browser, authenticator);
    const other = new Authenticator(under.ctx.config.pagesOrigin);
    const passkey = other.create(optionsOf(adding));
    const before = browser.cookie;

    under.advance(RECENT_SIGN_IN_MS);
    const account = await browser.get("/me");
    assert.equal(account.heading, "Your account", "viewing is still allowed");
    const shown = await browser.get(linkTo(authenticator.credentialId));
    for (const refused of [
      await browser.send(account, "/me/passkeys/new"),
      await browser.get(adding.at),
      await browser.send(adding, "/me/passkeys/add", { passkey }),
      await browser.send(shown, "/me/passkeys/remove"),
    ]) {
      assert.equal(refused.heading, "Confirm it’s you");
      assert.equal(refused.status, 403);
    }
    assert.equal((await under.ctx.store.passkeys.listOf(user.id)).length, 1);

    const refused = await browser.send(account, "/me/passkeys/new");
    const signInPage = await browser.send(refused, "/me/sign-in-again");
    assert.equal(signInPage.heading, "Sign in");
    assert.match(signInPage.html, /value="ada@contoso\.example"/);
    assert.equal((await signIn(browser, signInPage, ADA)).at, "/me");
    assert.notEqual(browser.cookie, before);
    assert.equal((await addPasskey(browser, other, { own: authenticator })).at, "/me");
    assert.equal((await under.ctx.store.passkeys.listOf(user.id)).length, 2);
  });

  test("a passkey can be used to sign in again, like a password", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator);
    under.advance(RECENT_SIGN_IN_MS);
    const refused = await browser.send(await browser.get("/me"), "/me/passkeys/new");
    const signInPage = await browser.send(refused, "/me/sign-in-again");
    assert.equal((await showPasskey(browser, signInPage, authenticator)).at, "/me");
    assert.match((await openAdding(browser)).at, /^\/me\/passkeys\/add/);
  });

  test("a password that was switched off is not called set", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const { users } = under.ctx.store.administration;
    assert.equal(await users.voidPassword(user.id, under.ctx.clock.now(), sampleAudit("user.password_voided")), true);
    const browser = under.browser();
    const page = await showPasskey(browser, await openAccountSignIn(browser), authenticator);
    assert.match(textOf(page.html), /Password It no longer works\. Set a new one to sign in with it\. Set a password/);
  });

  test("a passkey is renamed", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator, { name: "Laptop" });
    const page = await browser.get(linkTo(authenticator.credentialId));
    assert.match(page.html, /value="Laptop"/);
    assert.equal((await browser.send(page, "/me/passkeys/rename", { name: " " })).status, 422);
    assert.equal((await browser.send(page, "/me/passkeys/rename", { name: "x".repeat(51) })).status, 422);
    assert.equal((await browser.send(page, "/me/passkeys/rename", { name: "Old laptop" })).at, "/me");
    assert.equal((await under.ctx.store.passkeys.listOf(user.id))[0]?.name, "Old laptop");
  });

  test("a passkey is removed, once, with a mail", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator, { name: "Laptop" });
    await openAdding(browser, authenticator);
    const page = await browser.get(linkTo(authenticator.credentialId));
    const both = await Promise.all([1, 2].map(() => browser.send(page, "/me/passkeys/remove")));
    for (const { at } of both) assert.equal(at, "/me");
    assert.deepEqual(await under.ctx.store.passkeys.listOf(user.id), []);
    const removed = await under.ctx.store.audit.list({ event: "passkey.removed", limit: 9 });
    assert.deepEqual(
      removed.map(({ detail }) => detail.name),
      ["Laptop"],
    );
    const laptop = under.browser();
    assert.equal((await showPasskey(laptop, await openAccountSignIn(laptop), authenticator)).status, 422);
  });

  test("a value that cannot be a passkey ID is not looked up in the store: PostgreSQL rejects NUL", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const browser = under.browser();
    const called = recordVerbs(under);
    const page = await openAccountSignIn(browser);
    const passkey = JSON.stringify({ id: "\0", response: {} });
    assert.equal((await browser.send(page, "/sign-in/passkey", { passkey })).status, 422);
    const account = await signIn(browser, await openAccountSignIn(browser), ADA);
    assert.equal((await browser.get(linkTo("%00"))).at, "/me");
    for (const path of ["/me/passkeys/rename", "/me/passkeys/remove"]) {
      const csrf = /name="csrf" value="([^"]*)"/.exec(account.html)?.[1] ?? "";
      const body = new URLSearchParams({ csrf, id: "\0", name: "Phone" });
      assert.equal((await browser.post(path, body.toString())).status, 200);
    }
    assert.deepEqual(
      called.filter((verb) => ["passkeys.find", "passkeys.rename", "passkeys.remove"].includes(verb)),
      [],
    );
  });

  test("another user's passkey cannot be viewed, renamed or removed", async (t) => {
    const under = await pagesUnderTest(t);
    const grace = await personWithPasskey(under, { email: "grace@contoso.example" });
    const { browser, authenticator } = await adaAtHerAccount(under);
    await addPasskey(browser, authenticator);
    const { credentialId } = grace.authenticator;
    assert.equal((await browser.get(linkTo(credentialId))).at, "/me");
    await openAdding(browser, authenticator);
    const page = await browser.get(linkTo(authenticator.credentialId));
    for (const action of ["/me/passkeys/rename", "/me/passkeys/remove"]) {
      assert.equal((await browser.send(page, action, { id: credentialId, name: "Mine" })).at, "/me");
    }
    assert.equal((await under.ctx.store.passkeys.find(credentialId))?.name, "Passkey 1");
  });
});
