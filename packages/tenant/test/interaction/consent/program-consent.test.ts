import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import { issuerOf } from "../../../src/directory/tenant-config.ts";
import { hashSecret } from "../../../src/kernel/seal.ts";
import type { Program } from "../../fixtures/program.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleApi } from "../../storage/samples.ts";
import { answerOf, arrive, LOOPBACK, programOf, WEB } from "../authorize/program-under-test.ts";
import { type Browser, formFields, type Page, textOf } from "../browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { codeAt, personWithApp } from "../second-factor/authenticator.ts";
import { askForReset, enterCode, signIn, walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";
const CONSENT = "/authorize/consent";
const yes = { decision: "yes" };

/** A person at the question of a program. */
async function atQuestion(
  testEnv: PagesUnderTest,
  redirectUri = LOOPBACK,
  changes: Record<string, string | null> = {},
) {
  await testEnv.person();
  const asks = await programOf(testEnv, redirectUri);
  const browser = testEnv.browser();
  const page = await signIn(browser, await arrive(browser, asks, changes), ADA);
  assert.match(page.at, /^\/authorize\/consent\?flow=/);
  return { asks, browser, page };
}

const formActionOf = ({ headers }: Page) => /form-action ([^;]*)/.exec(String(headers["content-security-policy"]))?.[1];

/** Whether the code would be redeemed, by what the store has of it. */
async function statusOfCode(testEnv: PagesUnderTest, page: Page) {
  return (await requestOfCode(testEnv, page))?.status;
}

async function requestOfCode({ ctx }: PagesUnderTest, page: Page) {
  const code = answerOf(page)?.code;
  assert.match(code ?? "", /^[\w-]{43}$/);
  return ctx.store.authorizations.findByCode(hashSecret(code!));
}

describe("the question of a program", { concurrency: true }, () => {
  test("says which, what it may do, for how long, who is signed in, and where it leads; a yes leads there with code, state and issuer", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page } = await atQuestion(testEnv);
    const words = textOf(page.html);
    assert.match(words, /Sign in to Contoso Notes \?/);
    assert.match(words, /Signed in as ada@contoso\.example Use another account/);
    assert.match(words, /Back to The program on this computer/);
    const listed = "Know your name and email Stay signed in for up to 365 days, or until unused for 90 days";
    assert.match(words, new RegExp(`It will be able to ${listed}`));
    assert.equal(formActionOf(page), "'self' http://localhost:51004");
    const back = await browser.send(page, CONSENT, yes);
    assert.equal(back.status, 303);
    assert.ok(String(back.headers.location).startsWith(`${LOOPBACK}?code=`));
    const answer = answerOf(back);
    assert.deepEqual([answer?.state, answer?.iss], [asks.state, issuerOf(testEnv.ctx.config)]);
    assert.equal(await statusOfCode(testEnv, back), "approved");
    assert.equal((await testEnv.ctx.store.audit.list({ event: "authorization.approved", limit: 9 })).length, 1);
  });

  test("names the host of a website, and an app's scheme in its policy", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { page } = await atQuestion(testEnv, WEB);
    assert.match(textOf(page.html), /Back to notes\.contoso\.example/);
    assert.equal(formActionOf(page), "'self' https://notes.contoso.example");
    const own = await pagesUnderTest(t);
    const app = await atQuestion(own, "com.contoso.notes:/back");
    assert.match(textOf(app.page.html), /Back to An app on this device/);
    assert.equal(formActionOf(app.page), "'self' com.contoso.notes:");
  });

  test("a denial goes to the program, and repeating it changes nothing; a later approval is ignored", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page } = await atQuestion(testEnv);
    for (let times = 0; times < 2; times++) {
      const answer = answerOf(await browser.send(page, CONSENT, { decision: "no" }));
      assert.deepEqual([answer?.error, answer?.state, answer?.code], ["access_denied", asks.state, undefined]);
      assert.match(answer?.error_description ?? "", /^AADSTS65004/);
    }
    assert.equal((await browser.send(page, CONSENT, yes)).heading, "This sign-in has ended");
    assert.equal((await browser.get(page.at)).status, 410);
  });

  test("a double click on yes gives a code that works, and only the last one does", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { browser, page } = await atQuestion(testEnv);
    const [first, second] = [await browser.send(page, CONSENT, yes), await browser.send(page, CONSENT, yes)];
    assert.equal(await statusOfCode(testEnv, first), undefined);
    assert.equal(await statusOfCode(testEnv, second), "approved");
  });

  test("another account: this one is signed out here, and the next user is asked about the same program", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page } = await atQuestion(testEnv);
    const grace = "grace@contoso.example";
    await testEnv.person(grace);
    const again = await browser.send(page, CONSENT, { decision: "other" });
    assert.equal(again.heading, "Sign in");
    const question = await signIn(browser, again, grace);
    assert.match(textOf(question.html), /Signed in as grace@contoso\.example/);
    const back = await browser.send(question, CONSENT, yes);
    assert.equal(answerOf(back)?.state, asks.state);
    const request = await testEnv.ctx.store.authorizations.findByCode(hashSecret(answerOf(back)!.code!));
    assert.equal((await testEnv.ctx.store.directory.findUser(request?.userId ?? ""))?.email, grace);
  });

  test("in form_post mode the answer is a form of a page whose policy allows the program alone", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page } = await atQuestion(testEnv, LOOPBACK, { response_mode: "form_post" });
    assert.equal(formActionOf(page), "'self'");
    const back = await browser.send(page, CONSENT, yes);
    assert.deepEqual([back.status, back.headers.location], [200, undefined]);
    assert.equal(formActionOf(back), "'self' http://localhost:51004");
    assert.equal(back.headers["cache-control"], "no-store");
    const fields = formFields(back, LOOPBACK);
    assert.deepEqual([...fields.keys()], ["code", "state", "iss"]);
    assert.equal(fields.get("state"), asks.state);
    assert.match(String(back.headers["content-security-policy"]), /script-src 'nonce-/);
  });

  test("the request changed between page and approval: the page is shown again, without a code", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page } = await atQuestion(testEnv);
    const { directory } = testEnv.ctx.store;
    const app = (await directory.findApp(asks.clientId))!;
    await seed(testEnv.ctx.store).putApp({ ...app, name: "Contoso Gardener" });
    const again = await browser.send(page, CONSENT, yes);
    assert.equal(again.status, 422);
    assert.match(
      textOf(again.html),
      /What it asks for has changed.*Contoso Gardener|Contoso Gardener.*What it asks for has changed/,
    );
    assert.ok(answerOf(await browser.send(again, CONSENT, yes))?.code);
  });

  test("an administrator's consent withdrawn between page and approval: no code", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const api = sampleApi();
    await seed(testEnv.ctx.store).putApi(api);
    const asks = await programOf(testEnv);
    const { clientId } = asks;
    await seed(testEnv.ctx.store).addConsent({
      clientId,
      userId: null,
      resourceId: api.clientId,
      scopes: ["ToDoList.Admin"],
    });
    const browser = testEnv.browser();
    const scope = `openid ${api.identifierUri}/ToDoList.Admin`;
    const page = await signIn(browser, await arrive(browser, asks, { scope }), ADA);
    assert.match(textOf(page.html), /Read all users' to-do lists/);
    await seed(testEnv.ctx.store).removeConsent(clientId, null, api.clientId);
    const over = await browser.send(page, CONSENT, yes);
    assert.deepEqual([over.status, over.heading], [410, "This sign-in has ended"]);
  });

  test("after a quarter of an hour it is over", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { browser, page } = await atQuestion(testEnv);
    testEnv.advance(15 * 60_000);
    assert.equal((await browser.send(page, CONSENT, yes)).heading, "This page is out of date");
  });

  test("a user without access gets an error, and can go back or use another account", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const asks = await programOf(testEnv, LOOPBACK, { assignmentRequired: true });
    const browser = testEnv.browser();
    const page = await signIn(browser, await arrive(browser, asks), ADA);
    assert.deepEqual([page.status, page.heading], [403, "You don’t have access to Contoso Notes"]);
    assert.doesNotMatch(textOf(page.html), /device/);
    assert.equal(answerOf(await browser.send(page, CONSENT, { decision: "no" }))?.error, "access_denied");
    const other = await arrive(browser, asks);
    assert.equal(other.status, 403);
    assert.equal((await browser.send(other, CONSENT, { decision: "other" })).heading, "Sign in");
    assert.equal((await browser.send(other, CONSENT, yes)).status, 403);
  });

  test("a second factor comes before the question, and is required for the approval too", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { secret } = await personWithApp(testEnv);
    const asks = await programOf(testEnv, LOOPBACK, { requireMfa: true });
    const browser = testEnv.browser();
    const second = await signIn(browser, await arrive(browser, asks), ADA);
    assert.match(second.at, /^\/second-factor\/app/);
    assert.match((await browser.get(second.at.replace("/second-factor/app", CONSENT))).at, /^\/sign-in/);
    const question = await browser.send(second, "/second-factor/app", {
      code: codeAt(secret, testEnv.ctx.clock.now()),
    });
    assert.match(question.at, /^\/authorize\/consent/);
    const code = answerOf(await browser.send(question, CONSENT, yes))?.code;
    const request = await testEnv.ctx.store.authorizations.findByCode(hashSecret(code!));
    assert.deepEqual(request?.methods, ["password", "totp"]);
  });

  test("a second factor required after the question was shown: the approval leads to it", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page } = await atQuestion(testEnv);
    const { directory } = testEnv.ctx.store;
    await seed(testEnv.ctx.store).putApp({ ...(await directory.findApp(asks.clientId))!, requireMfa: true });
    assert.match((await browser.send(page, CONSENT, yes)).at, /^\/second-factor/);
  });

  test("forgotten password: the reset leads back to the same question", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const asks = await programOf(testEnv);
    const browser = testEnv.browser();
    const reset = await askForReset(browser, await arrive(browser, asks), ADA);
    const chosen = await browser.send(reset, "/reset/code", { code: await testEnv.mailedCode(ADA) });
    const password = "nine quick herons";
    const signInAgain = await browser.send(chosen, "/reset/password", { password });
    const question = await signIn(browser, signInAgain, ADA, password);
    assert.match(question.at, /^\/authorize\/consent/);
  });

  test("an interaction about a device leads to no program, and a program's to no device", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { browser, page } = await atQuestion(testEnv);
    assert.equal((await browser.get(page.at.replace(CONSENT, "/confirm"))).status, 410);
    const device = await enterCode(browser, (await testEnv.grant()).userCode);
    assert.equal((await browser.get(device.at.replace("/device/continue", CONSENT))).status, 410);
  });
});

describe("signed in already", { concurrency: true }, () => {
  async function remembered(testEnv: PagesUnderTest, redirectUri: string) {
    const at = await atQuestion(testEnv, redirectUri);
    await at.browser.send(at.page, CONSENT, yes);
    testEnv.advance(1_000);
    return at;
  }
  const askAgain = (browser: Browser, asks: Program, changes: Record<string, string | null> = {}) =>
    arrive(browser, { ...asks, state: "another" }, changes);

  test("a website that the user approved gets its code at once, also with prompt=none", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    const silent: Record<string, string>[] = [{}, { prompt: "none" }, { prompt: "none", max_age: "60" }];
    for (const changes of silent) {
      const page = await askAgain(browser, asks, changes);
      assert.equal(page.status, 302);
      assert.equal(await statusOfCode(testEnv, page), "approved");
      assert.equal(answerOf(page)?.state, "another");
    }
  });

  test("a larger request: the question is shown, and prompt=none gets consent_required", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser, page: first } = await atQuestion(testEnv, WEB, { scope: "openid email offline_access" });
    await browser.send(first, CONSENT, yes);
    const page = await askAgain(browser, asks);
    assert.match(textOf(page.html), /It will be able to Know your name and email/);
    assert.equal(answerOf(await askAgain(browser, asks, { prompt: "none" }))?.error, "consent_required");
    await browser.send(page, CONSENT, yes);
    const scope = "openid profile email offline_access";
    const both = await askAgain(browser, asks, { scope, prompt: "none" });
    assert.equal(await statusOfCode(testEnv, both), "approved", "the name was shown with the address");
  });

  test("what the administrator allows later comes into reach by a question, never by prompt=none", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    const consent = { clientId: asks.clientId, userId: null, resourceId: GRAPH_RESOURCE_ID, scopes: ["User.Read"] };
    await seed(testEnv.ctx.store).addConsent(consent);
    const reachOf = async (page: Page) => (await requestOfCode(testEnv, page))?.reach;
    assert.deepEqual(await reachOf(await askAgain(browser, asks, { prompt: "none" })), []);

    const page = await askAgain(browser, asks);
    assert.match(textOf(page.html), /New: it may also, without asking again See your account: name/);
    const answered = await browser.send(page, CONSENT, yes);
    const ownAccount = [`${GRAPH_RESOURCE_ID}/User.Read`];
    assert.deepEqual(await reachOf(answered), ownAccount);
    const silent: Record<string, string>[] = [{ prompt: "none" }, {}];
    for (const changes of silent) {
      assert.deepEqual(await reachOf(await askAgain(browser, asks, changes)), ownAccount, "it was shown since");
    }
  });

  test("the whole account is more than the name: the question says so, and approving less does not give it", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    const scope = "openid offline_access User.Read";
    assert.equal(answerOf(await askAgain(browser, asks, { scope, prompt: "none" }))?.error, "consent_required");
    const page = await askAgain(browser, asks, { scope });
    assert.match(
      textOf(page.html),
      /it will also be able to See your account: name, email, and what you entered at sign-up/,
    );
    await browser.send(page, CONSENT, yes);
    assert.equal(await statusOfCode(testEnv, await askAgain(browser, asks, { scope, prompt: "none" })), "approved");
  });

  test("a program on this computer, or with a scheme of its own, is asked about every time", async (t) => {
    for (const redirectUri of [LOOPBACK, "com.contoso.notes:/back"]) {
      const testEnv = await pagesUnderTest(t);
      const { asks, browser } = await remembered(testEnv, redirectUri);
      const page = await askAgain(browser, asks);
      assert.match(page.at, /^\/authorize\/consent/);
      assert.match(textOf(page.html), /What else it can already do/);
      assert.equal(answerOf(await askAgain(browser, asks, { prompt: "none" }))?.error, "consent_required");
    }
  });

  test("prompt=consent asks although it is known", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    assert.match((await askAgain(browser, asks, { prompt: "consent" })).at, /^\/authorize\/consent/);
  });

  test("prompt=select_account asks who it is first", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    const page = await askAgain(browser, asks, { prompt: "select_account" });
    assert.equal(page.heading, "Is this you?");
    assert.match((await browser.send(page, "/device/continue", { answer: "continue" })).at, /^\/authorize\/consent/);
    const other = await askAgain(browser, asks, { prompt: "select_account" });
    assert.equal((await browser.send(other, "/device/continue", { answer: "other" })).heading, "Sign in");
  });

  test("prompt=login and max_age require a new sign-in, which no page can bypass", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    testEnv.advance(60_000);
    const newer: Record<string, string>[] = [{ prompt: "login" }, { max_age: "59" }, { max_age: "0" }];
    for (const changes of newer) {
      const page = await askAgain(browser, asks, changes);
      assert.match(page.at, /^\/sign-in\?/);
      assert.match(page.html, /value="ada@contoso\.example"/);
      const around = page.at.replace("/sign-in", CONSENT);
      assert.match((await browser.get(around)).at, /^\/sign-in\?/);
      const flow = new URLSearchParams(page.at.split("?")[1]).get("flow") ?? "";
      const csrf = formFields(page, "/sign-in").get("csrf") ?? "";
      const forced = await browser.post(CONSENT, new URLSearchParams({ csrf, flow, decision: "yes" }).toString());
      assert.match(forced.at, /^\/sign-in\?/);
      const question = await signIn(browser, await browser.get(page.at), ADA);
      assert.match(question.at, /^\/authorize\/consent/);
      const code = answerOf(await browser.send(question, CONSENT, yes))?.code;
      const request = await testEnv.ctx.store.authorizations.findByCode(hashSecret(code!));
      assert.equal(request?.authTime, testEnv.ctx.clock.now());
      testEnv.advance(60_000);
    }
    assert.equal(answerOf(await askAgain(browser, asks, { prompt: "none", max_age: "59" }))?.error, "login_required");
  });

  test("prompt=none returns the reason: no assignment, a second factor", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { asks, browser } = await remembered(testEnv, WEB);
    const { directory } = testEnv.ctx.store;
    const app = (await directory.findApp(asks.clientId))!;
    await seed(testEnv.ctx.store).putApp({ ...app, assignmentRequired: true });
    const unassigned = answerOf(await askAgain(browser, asks, { prompt: "none" }));
    assert.deepEqual(
      [unassigned?.error, unassigned?.error_description?.slice(0, 11)],
      ["access_denied", "AADSTS50105"],
    );
    await seed(testEnv.ctx.store).putApp({ ...app, requireMfa: true });
    const factor = answerOf(await askAgain(browser, asks, { prompt: "none" }));
    assert.deepEqual([factor?.error, factor?.error_description?.slice(0, 11)], ["interaction_required", "AADSTS50076"]);
  });

  test("with one factor where two are required: the second one comes before anything is issued", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const browser = testEnv.browser();
    await walkToConfirm(browser, (await testEnv.grant()).userCode, ADA);
    const asks = await programOf(testEnv, WEB, { requireMfa: true });
    assert.match((await arrive(browser, asks)).at, /^\/second-factor/);
  });
});
