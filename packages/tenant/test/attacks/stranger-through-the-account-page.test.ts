// An app accepts passkeys only and allows no sign-up. A stranger creates an account elsewhere, and uses that.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import type { App } from "../../src/directory/entities.ts";
import { seed } from "../fixtures/seed.ts";
import { answerOf, arrive, programOf, WEB } from "../interaction/authorize/program-under-test.ts";
import type { Browser, Page } from "../interaction/browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../interaction/pages-under-test.ts";
import { openAccountSignIn, personWithPasskey, showPasskey } from "../interaction/passkeys/passkey-walks.ts";
import { useUserFlow } from "../interaction/user-flow-under-test.ts";
import { enterCode } from "../interaction/walks.ts";
import { sampleApp } from "../storage/samples.ts";

const EVE = "eve@evil.example";
const CLOSED = { methods: ["passkey" as const], signUpAllowed: false };

/** Her own account, created on the account page, which users of other apps may do. */
async function signUpAtAccount(under: PagesUnderTest, eve: Browser): Promise<void> {
  const signIn = await openAccountSignIn(eve);
  let page = await eve.get(signIn.at.replace("/sign-in", "/sign-up"));
  page = await eve.send(page, "/sign-up", { email: EVE });
  page = await eve.send(page, "/sign-up/code", { code: await under.mailedCode(EVE) });
  page = await eve.send(page, "/sign-up/password", { password: PASSWORD });
  page = await eve.send(page, "/sign-up/details", { display_name: "Eve" });
  assert.equal(page.at, "/me");
}

/** Enters a code, and continues as the signed-in user. */
const goOn = async (browser: Browser, userCode: string) =>
  browser.send(await enterCode(browser, userCode), "/device/continue", { answer: "continue" });

const asksForPasskeyAlone = (page: Page) => {
  assert.match(page.at, /^\/sign-in\?/);
  assert.doesNotMatch(page.html, /name="password"|\/sign-in\/code\/send|\/sign-up/);
  assert.match(page.html, /data-options=/);
};

describe("a stranger who made an account through the account page", { concurrency: true }, () => {
  test("cannot make one because an app without sign-in has no user flow", async (t) => {
    const under = await pagesUnderTest(t);
    await useUserFlow(under, CLOSED);
    const offered = async () => /\/sign-up\?/.test((await openAccountSignIn(under.browser())).html);
    const app = (changes: Partial<App>) =>
      seed(under.ctx.store).putApp(sampleApp({ clientId: randomUUID(), ...changes }));
    await app({ grantTypes: ["client_credentials"], publicClient: false, redirectUris: ["https://job.example/"] });
    await app({ grantTypes: null, publicClient: false, redirectUris: [] });
    await app({ grantTypes: ["authorization_code", "refresh_token"], redirectUris: [] });
    assert.equal(await offered(), false);
    await app({ grantTypes: null, publicClient: false, redirectUris: ["https://shop.example/back"] });
    assert.equal(await offered(), true);
  });

  test("is asked for a passkey by the app, and gets no device signed in", async (t) => {
    const under = await pagesUnderTest(t);
    const eve = under.browser();
    await signUpAtAccount(under, eve);
    await useUserFlow(under, CLOSED);
    const { id, userCode } = await under.grant();
    const page = await goOn(eve, userCode);
    asksForPasskeyAlone(page);

    // Neither at the URL of the question, nor with a forged form.
    const confirm = page.at.replace("/sign-in", "/confirm");
    asksForPasskeyAlone(await eve.get(confirm));
    const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? "";
    const flow = confirm.slice(confirm.indexOf("flow=") + 5);
    for (const [path, fields] of [
      ["/device/continue", { answer: "continue" }],
      ["/confirm", { decision: "yes", shown: "0000000000000000" }],
    ] as const) {
      await eve.post(path, new URLSearchParams({ csrf, flow, ...fields }).toString());
      assert.equal((await under.ctx.store.grants.findById(id))?.status, "pending", path);
    }
  });

  test("gets no code for a program either, asked or silently", async (t) => {
    const under = await pagesUnderTest(t);
    const eve = under.browser();
    await signUpAtAccount(under, eve);
    const { id } = await useUserFlow(under, CLOSED);
    const asks = await programOf(under, WEB, { userFlowId: id });
    const silent = await arrive(eve, asks, { prompt: "none" });
    assert.equal(answerOf(silent)?.error, "login_required");
    asksForPasskeyAlone(await arrive(eve, asks));
  });

  test("once the app's user flow is made stricter, a question that was open gets no yes", async (t) => {
    const under = await pagesUnderTest(t);
    const eve = under.browser();
    await signUpAtAccount(under, eve);
    const { id, userCode } = await under.grant();
    const question = await goOn(eve, userCode);
    assert.match(question.at, /^\/confirm/);
    await useUserFlow(under, CLOSED);
    asksForPasskeyAlone(await eve.send(question, "/confirm", { decision: "yes" }));
    assert.equal((await under.ctx.store.grants.findById(id))?.status, "claimed");
  });

  test("while a person with a passkey goes on with the sign-in of the account page", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const ada = under.browser();
    await showPasskey(ada, await openAccountSignIn(ada), authenticator);
    await useUserFlow(under, CLOSED);
    const { userCode } = await under.grant();
    const page = await goOn(ada, userCode);
    assert.match(page.at, /^\/confirm/);
    assert.match((await ada.send(page, "/confirm", { decision: "yes" })).at, /^\/done/);
  });

  test("a passkey signs in beside a listed first factor, and not in its place, where the user flow does not list it", async (t) => {
    const under = await pagesUnderTest(t);
    const { authenticator } = await personWithPasskey(under);
    const ada = under.browser();
    await showPasskey(ada, await openAccountSignIn(ada), authenticator);
    await useUserFlow(under, { methods: ["password"], mfaRequired: true, mfaMethods: ["totp"] });
    let page = await goOn(ada, (await under.grant()).userCode);
    assert.match(page.at, /^\/sign-in\?/);
    page = await ada.send(page, "/sign-in", { email: "ada@contoso.example", password: PASSWORD });
    assert.match(page.at, /^\/second-factor\/passkey/);
    assert.match((await showPasskey(ada, page, authenticator)).at, /^\/confirm/);
  });
});
