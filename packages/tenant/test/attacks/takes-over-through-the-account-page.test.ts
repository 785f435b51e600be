// Every page behind /me, as an attacker uses it: with another user's IDs, from another site, through a planted or stolen
// session, and with markup as a name.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { hashSecret } from "../../src/kernel/seal.ts";
import { seed } from "../fixtures/seed.ts";
import {
  askForAddress,
  atHomeByBoth,
  changeAddress,
  enterSecondFactor,
  signedInDevice,
  takeBackLink,
} from "../interaction/account/own-account-walks.ts";
import { formFields, type Page } from "../interaction/browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { ADA, openAccountSignIn, signInToAccount } from "../interaction/passkeys/passkey-walks.ts";
import { signIn } from "../interaction/walks.ts";

const MALLORY = "mallory@evil.example";
const GRACE = "grace@contoso.example";
const MINUTE = 60_000;

/** Each form behind the account page: the page that has it, and what a user would send. */
const forms = (id: string, clientId: string): [page: string, action: string, values: Record<string, string>][] => [
  [`/me/devices/device?id=${id}`, "/me/devices/rename", { name: "Stolen" }],
  [`/me/devices/device?id=${id}`, "/me/devices/sign-out", {}],
  ["/me/devices", "/me/devices/sign-out-all", {}],
  [`/me/apps/app?id=${clientId}`, "/me/apps/withdraw", {}],
  ["/me/profile", "/me/profile", { display_name: "Mallory" }],
  ["/me/email", "/me/email", { email: MALLORY }],
  ["/me/data", "/me/data/download", {}],
  ["/me/data/delete", "/me/data/delete", { email: ADA }],
];

/** Everything that a change would change. */
async function stateOf({ ctx }: PagesUnderTest, userId: string) {
  const { store } = ctx;
  const now = ctx.clock.now();
  const [user, families, apps, changes] = await Promise.all([
    store.directory.findUser(userId),
    store.tokens.listFamilies({ userId, limit: 99, now }),
    store.ownAccount.listApps(userId, now),
    store.emailChanges.listOf(userId),
  ]);
  return { user, families, apps, changes };
}

const csrfOf = (page: Page): string => /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? "";

async function home(under: PagesUnderTest) {
  const { user, browser } = await atHomeByBoth(under);
  const id = await signedInDevice(under, user);
  return { user, browser, id, all: forms(id, under.device.clientId) };
}

describe("a form of the account page from elsewhere", { concurrency: true }, () => {
  test("changes nothing without the token, with another browser's, or from another site", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, all } = await home(under);
    const stranger = csrfOf(await under.browser().get("/device"));
    const before = await stateOf(under, user.id);
    for (const [at, action, values] of all) {
      const page = await browser.get(at);
      const own = formFields(page, action);
      for (const csrf of ["", stranger, own.get("csrf")?.slice(1) ?? ""]) {
        assert.equal((await browser.send(page, action, { ...values, csrf })).status, 403, action);
      }
      const sites: Record<string, string>[] = [{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }];
      for (const headers of sites) {
        assert.equal((await browser.send(page, action, values, { headers })).status, 403, action);
      }
      assert.notEqual((await browser.get(action)).status, 500, "a link is no form");
    }
    assert.deepEqual(await stateOf(under, user.id), before);
  });

  test("and the link of a mail to the old address is a form as well", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    await changeAddress(under, browser, MALLORY);
    const owner = under.browser();
    const page = await owner.get(await takeBackLink(under, ADA));
    assert.equal((await owner.send(page, "/not-me/email", { csrf: "" })).status, 403);
    const headers = { origin: "https://evil.example" };
    assert.equal((await owner.send(page, "/not-me/email", {}, { headers })).status, 403);
    assert.equal((await under.ctx.store.directory.findUser(user.id))?.email, MALLORY);
  });
});

describe("another user", { concurrency: true }, () => {
  test("sees and changes nothing with the IDs of Ada's device, app and interaction", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser: ada, id } = await home(under);
    await under.person(GRACE);
    const { browser: grace } = await atHomeByBoth(under, GRACE);
    const waiting = await askForAddress(ada, "ada.lovelace@contoso.example");
    const code = await under.mailedCode("ada.lovelace@contoso.example");
    const flow = /flow=([\w-]+)/.exec(waiting.at)?.[1] ?? "";
    const before = await stateOf(under, user.id);
    const { clientId } = under.device;

    assert.equal((await grace.get(`/me/devices/device?id=${id}`)).at, "/me/devices");
    assert.equal((await grace.get(`/me/apps/app?id=${clientId}`)).at, "/me/apps");
    assert.doesNotMatch((await grace.get(`/me/email/code?flow=${flow}`)).html, /lovelace/);
    const csrf = csrfOf(await grace.get("/me/data"));
    for (const [action, fields] of [
      ["/me/devices/rename", { id, name: "Stolen" }],
      ["/me/devices/sign-out", { id }],
      ["/me/apps/withdraw", { id: clientId }],
      ["/me/email/code", { flow, code }],
      ["/me/email/resend", { flow }],
      ["/me/data/delete", { email: ADA }],
    ] as const) {
      const page = await grace.post(action, new URLSearchParams({ csrf, ...fields }).toString());
      assert.doesNotMatch(page.html, /Living-room TV|Contoso Player|lovelace/, action);
    }
    const file = await grace.send(await grace.get("/me/data"), "/me/data/download");
    assert.ok(!file.html.includes(user.id) && !file.html.includes(ADA) && !file.html.includes(id));
    assert.doesNotMatch((await grace.get("/me/activity")).html, /Contoso Player/);
    assert.deepEqual(await stateOf(under, user.id), before);
  });

  test("is not Ada because she signed in in the same browser: the forms of her pages are dead", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, all } = await home(under);
    await under.person(GRACE);
    const pages = await Promise.all(
      all.map(async ([at, action, values]) => ({ page: await browser.get(at), action, values })),
    );
    await browser.send(await browser.get("/me"), "/sign-out");
    await signInToAccount(browser, GRACE);
    const before = await stateOf(under, user.id);
    for (const { page, action, values } of pages) {
      assert.equal((await browser.send(page, action, values)).status, 403, action);
    }
    assert.deepEqual(await stateOf(under, user.id), before);
  });
});

describe("a session that was planted or stolen", { concurrency: true }, () => {
  test("a cookie from before the sign-in is not the one after it, nor after the second factor", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person(ADA);
    const browser = under.browser();
    const signInPage = await openAccountSignIn(browser);
    const planted = new Map(browser.cookies);
    await signIn(browser, signInPage, ADA);
    const byPassword = new Map(browser.cookies);
    const page = await browser.send(await browser.get("/me/data"), "/me/data/download");
    await enterSecondFactor(under, browser, page);
    for (const cookies of [planted, byPassword]) {
      const thief = under.browser("203.0.113.9");
      thief.cookies = cookies;
      for (const path of ["/me", "/me/devices", "/me/activity", "/me/data"]) {
        assert.equal((await thief.get(path)).heading, "Sign in to see your account", path);
      }
    }
  });

  test("one that is eleven minutes old looks, and changes nothing", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, all } = await home(under);
    under.advance(11 * MINUTE);
    const before = await stateOf(under, user.id);
    for (const [at, action, values] of all) {
      const refused = await browser.send(await browser.get(at), action, values);
      assert.equal(refused.heading, "Confirm it’s you", action);
    }
    assert.deepEqual(await stateOf(under, user.id), before);
  });

  test("one that ends between the page and the transaction changes nothing, whatever the form", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser, all } = await home(under);
    const { store } = under.ctx;
    const before = await stateOf(under, user.id);
    const sessionId = hashSecret(browser.cookie ?? "");
    const found = await store.sessions.find(sessionId, under.ctx.clock.now());
    for (const [at, action, values] of all.filter(([, path]) => path !== "/me/data/download" && path !== "/me/email")) {
      const page = await browser.get(at);
      // The owner signs out everywhere right after this form was allowed.
      const { find } = store.sessions;
      store.sessions.find = async (...args) => {
        const open = await find(...args);
        await store.sessions.end(sessionId);
        return open;
      };
      const late = await browser.send(page, action, values);
      store.sessions.find = find;
      assert.equal(late.heading, "Confirm it’s you", action);
      await bringBack(under, sessionId, found);
    }
    assert.deepEqual(await stateOf(under, user.id), before);
  });
});

/** The session as it was, for the next form. */
async function bringBack(
  { ctx }: PagesUnderTest,
  id: string,
  found: Awaited<ReturnType<PagesUnderTest["ctx"]["store"]["sessions"]["find"]>>,
) {
  const { sessions } = ctx.store;
  const before = randomUUID();
  const { user, userId, idleExpiresAt: _, ...session } = found!;
  await sessions.ensure({ id: before, createdAt: session.createdAt, expiresAt: session.expiresAt });
  const credentialsVersion = user?.credentialsVersion ?? 0;
  const signIn = { ...session, id, userId: userId!, authTime: session.authTime!, credentialsVersion };
  assert.ok(await sessions.signIn(before, signIn));
}

describe("names from outside", { concurrency: true }, () => {
  test("of a device, an app and a person are text on every page", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHomeByBoth(under);
    const evil = `"><img src=x onerror=alert(1)><script>alert(2)</script>'`;
    await seed(under.ctx.store).putApp({ ...under.device, name: evil });
    const id = await signedInDevice(under, user, evil);
    await browser.send(await browser.get("/me/profile"), "/me/profile", { display_name: evil });
    const renamed = browser.send(await browser.get(`/me/devices/device?id=${id}`), "/me/devices/rename", {
      name: `<b onclick=alert(1)>"'`,
    });
    assert.equal((await renamed).at, "/me/devices");
    for (const path of [
      ...["/me", "/me/devices", `/me/devices/device?id=${id}`, "/me/apps", `/me/apps/app?id=${under.device.clientId}`],
      ...["/me/activity", "/me/profile", "/me/email", "/me/data", "/me/data/delete"],
    ]) {
      const page = await browser.get(path);
      assert.equal(page.status, 200);
      assert.doesNotMatch(page.html, /<img|<b |<script>alert/, path);
      assert.match(String(page.headers["content-security-policy"]), /^default-src 'none'; style-src 'nonce-/, path);
    }
    for (const [path, field] of [
      ["/me/email", "email"],
      ["/me/data/delete", "email"],
    ] as const) {
      const page = await browser.send(await browser.get(path), path, { [field]: evil });
      assert.doesNotMatch(page.html, /<img|<script>alert/, path);
    }
    const file = await browser.send(await browser.get("/me/data"), "/me/data/download");
    assert.match(String(file.headers["content-type"]), /json/);
    assert.equal(file.headers["x-content-type-options"], "nosniff");
  });
});
