import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import { RECENT_SIGN_IN_MS } from "../../../src/interaction/session.ts";
import { seed } from "../../fixtures/seed.ts";
import { rotation } from "../../storage/samples.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { ADA, signInToAccount } from "../passkeys/passkey-walks.ts";
import { personWithApp } from "../second-factor/authenticator.ts";
import { recordVerbs } from "../store-calls.ts";
import { atHome, signedInDevice } from "./own-account-walks.ts";

const linkTo = (id: string) => `/me/devices/device?id=${id}`;

describe("a user's devices", { concurrency: true }, () => {
  test("are listed with what they call themselves, the app, and when they were used", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    assert.match(textOf((await browser.get("/me")).html), /No device is signed in/);
    assert.match(textOf((await browser.get("/me/devices")).html), /it shows up here/);
    const id = await signedInDevice(under, user);
    assert.match(textOf((await browser.get("/me")).html), /1 device signed in.*1 app has access/);
    const list = await browser.get("/me/devices");
    assert.match(textOf(list.html), /Living-room TV Contoso Player · signed in 15 Jan 2026, 12:00/);
    const device = await browser.get(linkTo(id));
    assert.equal(device.heading, "Living-room TV");
    assert.match(textOf(device.html), /App Contoso Player.*Signed in 15 January 2026 at 12:00 UTC.*From This computer/);
    assert.match(textOf(device.html), /Last used Not since it signed in/);
  });

  test("of the same program and name differ by when they were signed in and used", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    await signedInDevice(under, user, "vm", "first");
    under.advance(60_000);
    await signedInDevice(under, user, "vm");
    under.advance(60_000);
    await under.ctx.store.tokens.rotate(rotation("first", under.device.clientId, under.ctx.clock.now()));
    const words = textOf((await browser.get("/me/devices")).html);
    assert.match(
      words,
      /vm Contoso Player · signed in 15 Jan 2026, 12:01 vm Contoso Player · signed in 15 Jan 2026, 12:00 last used 15 Jan 2026, 12:02/,
    );
    assert.match(words, /Times are UTC/);
    const german = await browser.get("/me/devices?ui_locales=de");
    assert.match(textOf(german.html), /vm Contoso Player · angemeldet 15\.01\.2026, 12:01/);
  });

  test("a served tenant shows the address that each was signed in from", async (t) => {
    const under = await pagesUnderTest(t, { config: { embedded: false } });
    const { user, browser } = await atHome(under);
    const id = await signedInDevice(under, user);
    assert.match(textOf((await browser.get(linkTo(id))).html), /From 127\.0\.0\.1/);
    assert.match(textOf((await browser.get("/me/activity")).html), /from 127\.0\.0\.1/);
  });

  test("a name that could be an address is not shown", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const id = await signedInDevice(under, user, "evil.example");
    for (const path of ["/me/devices", linkTo(id)]) assert.doesNotMatch((await browser.get(path)).html, /evil/);
  });

  test("more than one page of them is reached by links, each once", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const ids = new Set<string>();
    for (let n = 0; n < 27; n++) ids.add(await signedInDevice(under, user, `TV ${n}`));
    const idsOn = (html: string) => [...html.matchAll(/device\?id=([\da-f-]{36})/g)].map(([, id]) => id ?? "");
    const first = await browser.get("/me/devices");
    const next = /href="(\/me\/devices\?after=[^"]*)"/.exec(first.html)?.[1] ?? "";
    const second = await browser.get(next);
    assert.deepEqual([...idsOn(first.html), ...idsOn(second.html)].sort(), [...ids].sort());
    assert.doesNotMatch(second.html, /\?after=/);
    for (const bad of ["x", "1.%00", `9.${randomUUID()}x`]) {
      assert.equal((await browser.get(`/me/devices?after=${bad}`)).status, 200);
    }
  });

  test("one is renamed, gets its own name back, and keeps what was typed if that is too long", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const id = await signedInDevice(under, user);
    const page = await browser.get(linkTo(id));
    const long = await browser.send(page, "/me/devices/rename", { name: "x".repeat(51) });
    assert.equal(long.status, 422);
    assert.match(long.html, new RegExp(`value="${"x".repeat(51)}"`));
    const renamed = await browser.send(page, "/me/devices/rename", { name: "  Den\u202e " });
    assert.equal(renamed.at, "/me/devices");
    assert.match(textOf(renamed.html), /Den Contoso Player/);
    assert.match(
      textOf((await browser.send(page, "/me/devices/rename", { name: " " })).html),
      /Living-room TV Contoso/,
    );
    const records = await under.ctx.store.audit.list({ event: "sign_in.renamed", limit: 9 });
    assert.deepEqual(
      records.map(({ userId, detail }) => [userId, detail]),
      Array(2).fill([user.id, { family: id }]),
    );
  });

  test("one is signed out, once from two tabs, and the audit log says by whom", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const [id, other] = [await signedInDevice(under, user), await signedInDevice(under, user)];
    const page = await browser.get(linkTo(id));
    const both = await Promise.all([1, 2].map(() => browser.send(page, "/me/devices/sign-out")));
    for (const { at } of both) assert.equal(at, "/me/devices");
    const { tokens, audit } = under.ctx.store;
    assert.notEqual((await tokens.findFamily(id))?.revokedAt, null);
    assert.equal((await tokens.findFamily(other))?.revokedAt, null);
    const records = await audit.list({ event: "sign_in.revoked", limit: 9 });
    assert.deepEqual(
      records.map(({ actor, userId, ip, detail }) => ({ actor, userId, ip, detail })),
      [{ actor: "user", userId: user.id, ip: "127.0.0.1", detail: { family: id } }],
    );
    assert.equal((await browser.get(linkTo(id))).at, "/me/devices");
  });

  test("all are signed out with every other browser; this one stays", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const { browser: other } = await atHome(under);
    const ids = [await signedInDevice(under, user), await signedInDevice(under, user)];
    const left = await browser.send(await browser.get("/me/devices"), "/me/devices/sign-out-all");
    assert.match(textOf(left.html), /No device is signed in/);
    for (const id of ids) assert.notEqual((await under.ctx.store.tokens.findFamily(id))?.revokedAt, null);
    assert.equal((await other.get("/me")).heading, "Sign in to see your account");
  });

  test("a sign-in of ten minutes ago sees them, and must be confirmed before it changes them", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const id = await signedInDevice(under, user);
    under.advance(RECENT_SIGN_IN_MS);
    const page = await browser.get(linkTo(id));
    assert.equal(page.heading, "Living-room TV");
    for (const path of ["/me/devices/rename", "/me/devices/sign-out"]) {
      const refused = await browser.send(page, path, { name: "Den" });
      assert.deepEqual([refused.status, refused.heading], [403, "Confirm it’s you"]);
    }
    const all = await browser.send(await browser.get("/me/devices"), "/me/devices/sign-out-all");
    assert.equal(all.heading, "Confirm it’s you");
    assert.equal((await under.ctx.store.tokens.findFamily(id))?.revokedAt, null);
  });

  test("a user with an authenticator app is asked for it, also if nothing demands a second factor", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHome(under);
    const { user } = await personWithApp({
      ...under,
      person: async () => (await under.ctx.store.directory.findUserByEmail(ADA))!,
    });
    const id = await signedInDevice(under, user);
    const again = under.browser();
    const page = await signInToAccount(again, ADA);
    assert.match(page.at, /^\/second-factor\/app/);
    // The session from before the app.
    const refused = await browser.send(await browser.get(linkTo(id)), "/me/devices/sign-out");
    assert.match(refused.heading, /Confirm it’s you|Sign in to see your account/);
    assert.equal((await under.ctx.store.tokens.findFamily(id))?.revokedAt, null);
  });

  test("a disabled user and a signed-out browser see and change nothing", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const id = await signedInDevice(under, user);
    const page = await browser.get(linkTo(id));
    await seed(under.ctx.store).setUserDisabled(user.id, under.ctx.clock.now(), under.ctx.clock.now());
    for (const path of [
      "/me/devices",
      linkTo(id),
      "/me/apps",
      "/me/activity",
      "/me/profile",
      "/me/email",
      "/me/data",
    ]) {
      assert.equal((await browser.get(path)).heading, "Sign in to see your account", path);
    }
    const refused = await browser.send(page, "/me/devices/rename", { name: "Den" });
    assert.equal(refused.heading, "Sign in to see your account");
  });

  test("an ID that cannot be one is not looked up", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHome(under);
    const called = recordVerbs(under);
    for (const id of ["", "%00", "x".repeat(200), `${randomUUID()}x`]) {
      const [device, app] = [linkTo(id), `/me/apps/app?id=${id}`];
      assert.equal((await browser.get(device, { stay: true })).headers.location, "/me/devices");
      assert.equal((await browser.get(app, { stay: true })).headers.location, "/me/apps");
    }
    assert.deepEqual(
      called.filter((verb) => verb === "ownAccount.listApps" || verb === "tokens.listFamilies"),
      [],
    );
  });
});

describe("a user's apps", { concurrency: true }, () => {
  test("show what each may do, and lose it with their sign-ins", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, browser } = await atHome(under);
    const id = await signedInDevice(under, user);
    const { clientId } = under.device;
    const list = await browser.get("/me/apps");
    assert.match(textOf(list.html), /Contoso Player 1 device signed in/);
    const app = await browser.get(`/me/apps/app?id=${clientId}`);
    assert.match(textOf(app.html), /It can Know your name and email/);
    const both = await Promise.all([1, 2].map(() => browser.send(app, "/me/apps/withdraw")));
    for (const { at, html } of both) {
      assert.equal(at, "/me/apps");
      assert.doesNotMatch(html, /Contoso Player/);
    }
    const { tokens, ownAccount, audit } = under.ctx.store;
    assert.equal((await tokens.findFamily(id))?.revokedReason, "consent_withdrawn");
    assert.deepEqual(await ownAccount.listConsents(user.id), []);
    const records = await audit.list({ event: "user.consent_withdrawn", limit: 9 });
    assert.deepEqual(
      records.map((record) => [record.userId, record.clientId]),
      [[user.id, clientId]],
    );
  });

  test("an app that the user never used is neither shown nor withdrawn", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser } = await atHome(under);
    assert.equal((await browser.get(`/me/apps/app?id=${under.device.clientId}`)).at, "/me/apps");
    const { html } = await browser.get("/me");
    const csrf = /name="csrf" value="([^"]*)"/.exec(html)?.[1] ?? "";
    for (const id of [under.device.clientId, randomUUID(), "\0"]) {
      const body = new URLSearchParams({ csrf, id }).toString();
      assert.equal((await browser.post("/me/apps/withdraw", body)).at, "/me/apps");
    }
    assert.deepEqual(await under.ctx.store.audit.list({ event: "user.consent_withdrawn", limit: 9 }), []);
  });
});
