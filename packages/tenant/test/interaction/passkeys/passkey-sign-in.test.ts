import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { DEFAULT_USER_FLOW } from "../../../src/directory/user-flow.ts";
import { limits } from "../../../src/interaction/throttle.ts";
import { seed } from "../../fixtures/seed.ts";
import { textOf, withoutSecrets } from "../browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { useUserFlow } from "../user-flow-under-test.ts";
import { enterCode, signIn } from "../walks.ts";
import { openAccountSignIn, openAdding, optionsOf, personWithPasskey, showPasskey } from "./passkey-walks.ts";
import type { Quirks } from "./software-authenticator.ts";

const REFUSED = "That passkey didn’t work here. Try again, or sign in another way.";

const sessionOf = async ({ ctx }: PagesUnderTest, grantId: string) => {
  const grant = await ctx.store.grants.findById(grantId);
  return ctx.store.sessions.find(grant?.sessionId ?? "", ctx.clock.now());
};
const failures = async ({ ctx }: PagesUnderTest) =>
  (await ctx.store.audit.list({ event: "user.sign_in_failed", limit: 50 })).map(({ detail }) => detail.why);

describe("sign-in with a passkey", { concurrency: true }, () => {
  test("it signs in without a name or a password, as two factors, and continues to the question", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const { id, userCode } = await under.grant();
    const phone = under.browser();
    const page = await showPasskey(phone, await enterCode(phone, userCode), authenticator);
    assert.match(page.at, /^\/confirm\?flow=/);
    const session = await sessionOf(under, id);
    assert.equal(session?.userId, user.id);
    assert.deepEqual(session?.methods, ["passkey"]);
    const [signedIn] = await under.ctx.store.audit.list({ event: "user.signed_in", limit: 1 });
    assert.deepEqual([signedIn?.userId, signedIn?.grantId, signedIn?.detail], [user.id, id, { method: "passkey" }]);
    const passkey = await under.ctx.store.passkeys.find(authenticator.credentialId);
    assert.equal(passkey?.lastUsedAt, under.ctx.clock.now());
  });

  test("without an interaction it leads to the account page, and the session has a new ID", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const laptop = under.browser();
    const signInPage = await openAccountSignIn(laptop);
    const before = laptop.cookie;
    const page = await showPasskey(laptop, signInPage, authenticator);
    assert.equal(page.at, "/me");
    assert.match(textOf(page.html), new RegExp(user.email));
    assert.notEqual(laptop.cookie, before);
  });

  test("it is sufficient for an app that requires two factors", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    await seed(under.ctx.store).putApp({ ...under.device, requireMfa: true });
    const { userCode } = await under.grant();
    const phone = under.browser();
    const page = await showPasskey(phone, await enterCode(phone, userCode), authenticator);
    assert.match(page.at, /^\/confirm\?flow=/);
  });

  test("a synced passkey, whose counter stays 0, works again and again", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under, { quirks: { synced: true } });
    for (let round = 0; round < 3; round++) {
      const laptop = under.browser();
      const page = await showPasskey(laptop, await openAccountSignIn(laptop), authenticator, { synced: true });
      assert.equal(page.at, "/me");
    }
  });

  test("an answer signs in once: sent again it redirects and signs in no one", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const laptop = under.browser();
    const signInPage = await openAccountSignIn(laptop);
    const passkey = authenticator.get(optionsOf(signInPage));
    const [one, two] = await Promise.all(
      [1, 2].map(() => laptop.send(signInPage, "/sign-in/passkey", { passkey }, { stay: true })),
    );
    const signedIn = await under.ctx.store.audit.list({ event: "user.signed_in", limit: 50 });
    assert.equal(signedIn.filter(({ detail }) => detail.method === "passkey").length, 1);
    assert.deepEqual([one?.status, two?.status].filter((status) => status === 303).length, 1);
  });

  test("whatever is wrong with an answer, the page says one thing, and the audit log which", async (t) => {
    const wrong: Record<string, Quirks> = {
      "another origin": { origin: "https://contoso.evil.example" },
      "another RP ID": { rpId: "evil.example" },
      "user not verified": { userVerified: false },
      "user not present": { userPresent: false },
      "another type": { type: "webauthn.create" },
      "another challenge": { challenge: Buffer.alloc(32).toString("base64url") },
      "another key": { foreignKey: true },
      "in a frame": { crossOrigin: true },
      "no user handle": { userHandle: null },
      "another user's user handle": { userHandle: Buffer.from("another user").toString("base64url") },
      "suddenly synced": { synced: true },
    };
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const laptop = under.browser();
    let page = await openAccountSignIn(laptop);
    const pages = new Set<string>();
    for (const [what, quirks] of Object.entries(wrong)) {
      page = await showPasskey(laptop, page, authenticator, quirks);
      assert.equal(page.status, 422, what);
      assert.match(textOf(page.html), new RegExp(REFUSED.replace(/[.?]/g, "\\$&")), what);
      pages.add(withoutSecrets(page));
    }
    page = await showPasskey(laptop, page, authenticator, { credentialId: "bm9ib2R5cw" });
    pages.add(withoutSecrets(page));
    assert.equal(pages.size, 1);
    assert.deepEqual((await failures(under)).reverse(), [...Object.keys(wrong).map(() => "unverified"), "unknown"]);
    assert.equal((await showPasskey(laptop, page, authenticator)).at, "/me", "the next challenge works like the first");
  });

  test("garbage is refused like any other answer", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const laptop = under.browser();
    let page = await openAccountSignIn(laptop);
    const id = authenticator.credentialId;
    const handle = JSON.parse(authenticator.get(optionsOf(page))).response.userHandle;
    const garbage = ["", "null", "[]", "{", '"x"', "{}", `{"id":1,"response":{}}`, `{"id":"${id}","response":null}`];
    garbage.push(JSON.stringify({ id, response: { userHandle: handle } }));
    garbage.push(
      JSON.stringify({ id, rawId: id, type: "public-key", response: { userHandle: handle, clientDataJSON: "e30" } }),
    );
    garbage.push(
      JSON.stringify({ id, rawId: id, type: "public-key", response: { userHandle: handle, clientDataJSON: 7 } }),
    );
    garbage.push(JSON.stringify({ id: "x".repeat(2_000), response: {} }));
    for (const passkey of garbage) {
      page = await laptop.send(page, "/sign-in/passkey", { passkey });
      assert.equal(page.status, 422, passkey);
    }
    const huge = await laptop.send(page, "/sign-in/passkey", { passkey: "x".repeat(17_000) });
    assert.equal(huge.status, 413);
  });

  test("a challenge is answered once, right or wrong", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const laptop = under.browser();
    const first = await openAccountSignIn(laptop);
    const answer = authenticator.get(optionsOf(first));
    const second = await laptop.send(first, "/sign-in/passkey", { passkey: "wrong" });
    assert.notEqual(optionsOf(second).challenge, optionsOf(first).challenge);
    const late = await laptop.send(second, "/sign-in/passkey", { passkey: answer });
    assert.equal(late.status, 422);
    assert.deepEqual(await failures(under), ["unverified", "unreadable"]);
  });

  test("an answer to the challenge of another browser or interaction is refused", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const [phisher, laptop] = [under.browser(), under.browser()];
    const theirs = authenticator.get(optionsOf(await openAccountSignIn(phisher)));
    const page = await laptop.send(await openAccountSignIn(laptop), "/sign-in/passkey", { passkey: theirs });
    assert.equal(page.status, 422);
    const otherWalk = authenticator.get(optionsOf(await openAccountSignIn(laptop)));
    const again = await laptop.send(await openAccountSignIn(laptop), "/sign-in/passkey", { passkey: otherWalk });
    assert.equal(again.status, 422);
  });

  test("a challenge for creating a passkey signs no one in", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator, user } = await personWithPasskey(under);
    const laptop = under.browser();
    await signIn(laptop, await openAccountSignIn(laptop), user.email);
    const adding = await openAdding(laptop, authenticator);
    const { challenge, rp } = optionsOf(adding);
    const passkey = authenticator.get({ challenge, rpId: rp.id });
    const flow = adding.at.slice(adding.at.indexOf("flow=") + 5);
    const csrf = /name="csrf" value="([^"]*)"/.exec(adding.html)?.[1] ?? "";
    const page = await laptop.post("/sign-in/passkey", new URLSearchParams({ csrf, flow, passkey }).toString());
    assert.equal(page.status, 422);
  });

  test("an interaction that has ended accepts no answer", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const laptop = under.browser();
    const page = await openAccountSignIn(laptop);
    under.advance(16 * 60_000);
    assert.equal((await showPasskey(laptop, page, authenticator)).status, 403);
  });

  test("a counter that went back is refused and reported: the key may have been copied", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator, user } = await personWithPasskey(under, { quirks: { counter: 7 } });
    const use = async (counter: number) => {
      const laptop = under.browser();
      return showPasskey(laptop, await openAccountSignIn(laptop), authenticator, { counter });
    };
    assert.equal((await use(9)).at, "/me");
    for (const counter of [9, 8, 0]) assert.equal((await use(counter)).status, 422);
    const alarms = await under.ctx.store.audit.list({ event: "passkey.counter_went_back", limit: 9 });
    assert.deepEqual(
      alarms.map((alarm) => [alarm.userId, alarm.detail.counter, alarm.detail.expectedAbove]),
      [0, 8, 9].map((counter) => [user.id, counter, 9]),
    );
    assert.equal((await use(10)).at, "/me");
  });

  test("a disabled user's passkey signs no one in, nor does a removed one", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator, user } = await personWithPasskey(under);
    const { passkeys } = under.ctx.store;
    await seed(under.ctx.store).setUserDisabled(user.id, under.ctx.clock.now(), under.ctx.clock.now());
    const laptop = under.browser();
    const refused = await showPasskey(laptop, await openAccountSignIn(laptop), authenticator);
    assert.equal(refused.status, 422);
    assert.equal((await passkeys.find(authenticator.credentialId))?.lastUsedAt, null);
    await seed(under.ctx.store).setUserDisabled(user.id, null, under.ctx.clock.now());
    const owner = (await under.ctx.store.directory.findUser(user.id)) ?? user;
    await passkeys.remove(owner, authenticator.credentialId, under.ctx.clock.now());
    assert.equal((await showPasskey(laptop, refused, authenticator)).status, 422);
    assert.deepEqual(await failures(under), ["unknown", "disabled"]);
  });

  test("wrong ones are limited by IP address; a right one costs nothing", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const laptop = under.browser("192.0.2.7");
    let page = await openAccountSignIn(laptop);
    for (let tries = 0; tries < limits.passkeyByIp.count; tries++) {
      page = await laptop.send(page, "/sign-in/passkey", { passkey: "wrong" });
      assert.equal(page.status, 422);
    }
    const limited = await showPasskey(laptop, page, authenticator);
    assert.equal(limited.status, 429);
    assert.match(String(limited.headers["retry-after"]), /^\d+$/);
    const elsewhere = under.browser("192.0.2.8");
    assert.equal((await showPasskey(elsewhere, await openAccountSignIn(elsewhere), authenticator)).at, "/me");
    assert.equal(await under.ctx.store.throttle.peek("passkeyByIp:192.0.2.8", 0, under.ctx.clock.now()), 0);
  });

  test("if the app's sign-in has no passkeys, none is requested and none accepted", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const flow = { ...DEFAULT_USER_FLOW, id: "7b1f7f0e-1111-4a4a-8b8b-000000000001", name: "Passwords" };
    await seed(under.ctx.store).putUserFlow({ ...flow, methods: ["password"] });
    await seed(under.ctx.store).putApp({ ...under.device, userFlowId: flow.id });
    const phone = under.browser();
    const withPasskeys = await openAccountSignIn(phone);
    const page = await enterCode(phone, (await under.grant()).userCode);
    assert.doesNotMatch(page.html, /data-passkey|webauthn|navigator\.credentials/);
    const body = new URLSearchParams({
      csrf: /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? "",
      flow: page.at.slice(page.at.indexOf("flow=") + 5),
      passkey: authenticator.get(optionsOf(withPasskeys)),
    });
    assert.equal((await phone.post("/sign-in/passkey", body.toString())).status, 404);
  });

  test("is the second factor of a user who has one, even if the app's sign-in has none: the password alone sets up nothing", async (t) => {
    const under = await pagesUnderTest(t);
    const { user, authenticator } = await personWithPasskey(under);
    const other = await personWithPasskey(under, { email: "bob@contoso.example" });
    await useUserFlow(under, { methods: ["password"], mfaRequired: true, mfaMethods: ["totp"] });
    const phone = under.browser();
    const begin = async () => signIn(phone, await enterCode(phone, (await under.grant()).userCode), user.email);
    const page = await begin();
    assert.match(page.at, /^\/second-factor\/passkey\?/);
    const setUp = await phone.get(page.at.replace("/passkey", "/set-up"));
    assert.match(setUp.at, /^\/second-factor\/passkey\?/);
    // Another user's passkey would be the first factor of a sign-in that this app does not have.
    assert.equal((await showPasskey(phone, setUp, other.authenticator)).status, 422);
    assert.match((await phone.get("/me")).html, /\/me\/sign-in-again/);
    assert.match((await showPasskey(phone, await begin(), authenticator)).at, /^\/confirm/);
  });

  test("a tenant at an IP address has no passkeys: browsers create none there", async (t) => {
    const under = await pagesUnderTest(t, { config: { pagesOrigin: "http://127.0.0.1:8444" } });
    await under.person();
    const laptop = under.browser();
    const page = await openAccountSignIn(laptop);
    assert.doesNotMatch(page.html, /data-passkey/);
    const account = await signIn(laptop, page, "ada@contoso.example");
    assert.match(textOf(account.html), /Passkeys don’t work at this web address/);
    assert.doesNotMatch(account.html, /\/me\/passkeys\/new/);
  });

  test("viewing the sign-in page changes nothing, and only its own script may run", async (t) => {
    const under = await pagesUnderTest(t);
    const laptop = under.browser();
    const page = await openAccountSignIn(laptop);
    const again = await laptop.get(page.at);
    assert.equal(optionsOf(again).challenge, optionsOf(page).challenge);
    const policy = String(page.headers["content-security-policy"]);
    const nonce = /script-src 'nonce-([^']+)'/.exec(policy)?.[1];
    assert.ok(nonce && page.html.includes(`<script nonce="${nonce}">`));
    assert.doesNotMatch(policy, /unsafe|strict-dynamic|script-src-/);
    const other = await laptop.get("/device");
    assert.doesNotMatch(String(other.headers["content-security-policy"]), /script-src/);
  });

  test("the key of another user's account does not match this one, regardless of its content", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator, user } = await personWithPasskey(under);
    const mallory = await personWithPasskey(under, { email: "mallory@contoso.example" });
    const laptop = under.browser();
    const page = await showPasskey(laptop, await openAccountSignIn(laptop), mallory.authenticator, {
      userHandle: authenticator.userHandle,
    });
    assert.equal(page.status, 422);
    const posing = await showPasskey(laptop, page, mallory.authenticator, {
      userHandle: authenticator.userHandle,
      credentialId: authenticator.credentialId,
    });
    assert.equal(posing.status, 422);
    const [failed] = await under.ctx.store.audit.list({ event: "user.sign_in_failed", limit: 1 });
    assert.equal(failed?.userId, user.id);
  });
});
