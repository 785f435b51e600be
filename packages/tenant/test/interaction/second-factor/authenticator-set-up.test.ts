import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { signIn } from "../walks.ts";
import { afterPassword, codeAt, demandMfa, recoveryCodesOn, secretOn, wrongCode } from "./authenticator.ts";

describe("setting up an app during a sign-in", { concurrency: true }, () => {
  const walk = async (t: Parameters<typeof pagesUnderTest>[0]) => {
    const testEnv = await pagesUnderTest(t);
    await demandMfa(testEnv, "totp");
    const user = await testEnv.person();
    return { testEnv, user, ...(await afterPassword(testEnv)) };
  };

  test("shows a key, takes the first code as proof, shows ten recovery codes once, and continues to the question", async (t) => {
    const { testEnv, user, browser, page, grantId } = await walk(t);
    const { ctx } = testEnv;
    assert.match(page.at, /^\/second-factor\/set-up\?/);
    const qr = await browser.send(page, "/second-factor/set-up/start");
    const secret = secretOn(qr);
    assert.match(qr.html, /<svg class="qr"/);
    assert.match(qr.html, /otpauth:\/\/totp\/Contoso:ada%40contoso\.example\?/);
    const now = ctx.clock.now();
    const wrong = await browser.send(qr, "/second-factor/set-up", { code: wrongCode(secret, now) });
    assert.equal(wrong.status, 422);
    assert.equal(secretOn(wrong), secret);

    const codes = await browser.send(wrong, "/second-factor/set-up", { code: codeAt(secret, now) });
    assert.equal(codes.status, 200);
    const shown = recoveryCodesOn(codes);
    assert.equal(new Set(shown).size, 10);
    for (const code of shown) assert.match(code, /^[2-9A-HJKMNP-TV-Z]{4}(-[2-9A-HJKMNP-TV-Z]{4}){2}$/);
    assert.equal((await ctx.store.grants.findById(grantId))?.status, "pending");
    const next = await browser.send(codes, "/second-factor/codes", { answer: "saved" });
    assert.match(next.at, /^\/confirm/);
    await browser.send(next, "/confirm", { decision: "yes" });
    assert.deepEqual((await ctx.store.grants.findById(grantId))?.methods, ["password", "totp"]);

    const stored = JSON.stringify([await ctx.store.factors.totpOf(user.id)]);
    assert.ok(!stored.includes(secret), "the secret is not stored in the clear");
    const again = await afterPassword(testEnv);
    const replayed = await again.browser.send(again.page, "/second-factor/app", { code: codeAt(secret, now) });
    assert.match(replayed.html, /was already used/);
    const recovery = await again.browser.get(again.page.at.replace("/app", "/recovery"));
    const done = await again.browser.send(recovery, "/second-factor/recovery", { code: shown[9] ?? "" });
    assert.match(done.at, /^\/confirm/);
  });

  test("shows recovery codes once: a reload only offers new ones", async (t) => {
    const { testEnv, browser, page } = await walk(t);
    const qr = await browser.send(page, "/second-factor/set-up/start");
    const code = codeAt(secretOn(qr), testEnv.ctx.clock.now());
    const codes = await browser.send(qr, "/second-factor/set-up", { code });
    const [first = ""] = recoveryCodesOn(codes);
    const reloaded = await browser.send(qr, "/second-factor/set-up", { code });
    assert.match(reloaded.at, /^\/second-factor\/codes/);
    assert.deepEqual(recoveryCodesOn(reloaded), []);
    const anew = await browser.send(reloaded, "/second-factor/codes", { answer: "new" });
    assert.equal(recoveryCodesOn(anew).length, 10);
    assert.ok(!recoveryCodesOn(anew).includes(first));
    assert.match((await browser.send(anew, "/second-factor/codes", { answer: "saved" })).at, /^\/confirm/);
    const again = await afterPassword(testEnv);
    const recovery = await again.browser.get(again.page.at.replace("/app", "/recovery"));
    assert.equal((await again.browser.send(recovery, "/second-factor/recovery", { code: first })).status, 422);
  });

  test("is available with a mailed code as the first factor too, if the user flow lists nothing else", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { ctx } = testEnv;
    await demandMfa(testEnv, "email_code");
    const user = await testEnv.person();
    const { browser, page } = await afterPassword(testEnv);
    const flow = new URLSearchParams(page.at.split("?")[1]).get("flow") ?? "";
    const by = { userId: user.id, credentialsVersion: 0, methods: ["email_code" as const] };
    const byEmail = { ...by, at: ctx.clock.now(), keepSignedIn: false };
    await ctx.store.sessions.setFirstFactor(flow, hashSecret(browser.cookie ?? ""), byEmail);
    assert.match((await browser.get(page.at)).at, /^\/second-factor\/set-up/);
  });

  test("started in one account and continued in another: each has its own key", async (t) => {
    const { testEnv, browser, page } = await walk(t);
    const bob = await testEnv.person("bob@contoso.example");
    const first = secretOn(await browser.send(page, "/second-factor/set-up/start"));
    const signInPage = await browser.get(page.at.replace("/second-factor/set-up", "/sign-in"));
    const needed = await signIn(browser, signInPage, bob.email);
    assert.match(needed.at, /^\/second-factor\/set-up/);
    assert.equal(needed.status, 200);
    const qr = await browser.send(needed, "/second-factor/set-up/start");
    assert.notEqual(secretOn(qr), first);
    const codes = await browser.send(qr, "/second-factor/set-up", {
      code: codeAt(secretOn(qr), testEnv.ctx.clock.now()),
    });
    assert.equal(recoveryCodesOn(codes).length, 10);
    assert.notEqual(await testEnv.ctx.store.factors.totpOf(bob.id), undefined);
  });

  test("in two tabs enrolls the one that proves itself first, and leads the other to its code", async (t) => {
    const { testEnv, browser, page } = await walk(t);
    const qr = await browser.send(page, "/second-factor/set-up/start");
    const old = secretOn(qr);
    const newer = secretOn(await browser.send(page, "/second-factor/set-up/start"));
    assert.notEqual(old, newer);
    const now = testEnv.ctx.clock.now();
    assert.equal((await browser.send(qr, "/second-factor/set-up", { code: codeAt(old, now) })).status, 422);
    const done = await browser.send(qr, "/second-factor/set-up", { code: codeAt(newer, now) });
    assert.equal(recoveryCodesOn(done).length, 10);
  });
});
