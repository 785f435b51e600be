import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { seed } from "../../fixtures/seed.ts";
import { answerOf, arrive, LOOPBACK, programOf, WEB } from "../authorize/program-under-test.ts";
import { textOf } from "../browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { signIn } from "../walks.ts";

const ADA = "ada@contoso.example";
const ROOT = "root@contoso.example";
const CONSENT = "/authorize/consent";
const yes = { decision: "yes" };
const asking = { scope: "openid profile https://graph.microsoft.com/Application.ReadWrite.All Group.Read.All" };

async function administrator(testEnv: PagesUnderTest) {
  const root = await testEnv.person(ROOT);
  await seed(testEnv.ctx.store).setUserAdministrator(root.id, true);
  return root;
}

/** An administrator at the question of a program that requests what only they can grant. */
async function atQuestion(testEnv: PagesUnderTest, redirectUri = LOOPBACK) {
  const root = await administrator(testEnv);
  const asks = await programOf(testEnv, redirectUri);
  const browser = testEnv.browser();
  const page = await signIn(browser, await arrive(browser, asks, asking), ROOT);
  return { root, asks, browser, page };
}

describe("what only an administrator can grant, requested by a program", { concurrency: true }, () => {
  test("is shown to an administrator in plain words, apart from the rest, with a warning", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { browser, page } = await atQuestion(testEnv);
    const words = textOf(page.html);
    assert.match(
      words,
      /It asks for administrator rights\. Administrator rights cover everyone and everything at Contoso\./,
    );
    assert.match(
      words,
      /As an administrator, it will be able to See, change, and delete all apps and APIs in this tenant See everyone’s account and groups It will be able to Know your name and email Stay/,
    );
    const { code } = answerOf(await browser.send(page, CONSENT, yes))!;
    const request = await testEnv.ctx.store.authorizations.findByCode(hashSecret(code!));
    assert.deepEqual(request?.approved?.resourceScopes, ["Application.ReadWrite.All", "Group.Read.All"]);
  });

  test("is asked every time, regardless of earlier consents, and never granted with prompt=none", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { root, asks, browser, page } = await atQuestion(testEnv, WEB);
    await browser.send(page, CONSENT, yes);
    const { directory } = testEnv.ctx.store;
    const kept = await directory.consentsFor(asks.clientId, root.id);
    assert.deepEqual(
      kept.map(({ scopes }) => scopes),
      [["openid", "profile"]],
    );
    const forAllUsers = { clientId: asks.clientId, userId: null, resourceId: GRAPH_RESOURCE_ID };
    await seed(testEnv.ctx.store).addConsent({
      ...forAllUsers,
      scopes: ["Application.ReadWrite.All", "Group.Read.All"],
    });
    testEnv.advance(1_000);
    assert.ok(answerOf(await arrive(browser, asks, { scope: "openid profile" }))?.code, "the rest is remembered");
    const again = await arrive(browser, asks, asking);
    assert.match(again.at, /^\/authorize\/consent/);
    const folded = /<details>.*<\/details>/s.exec(again.html)?.[0] ?? "";
    assert.match(folded, /Know your name/);
    assert.doesNotMatch(folded, /all apps/);
    const silent = answerOf(await arrive(browser, asks, { ...asking, prompt: "none" }));
    assert.deepEqual([silent?.error, silent?.code], ["consent_required", undefined]);
  });

  test("is refused to other users: they get an error, and can go back or use an administrator's account", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await administrator(testEnv);
    await testEnv.person();
    const asks = await programOf(testEnv);
    const browser = testEnv.browser();
    const page = await signIn(browser, await arrive(browser, asks, asking), ADA);
    assert.deepEqual([page.status, page.heading], [403, "Contoso Notes needs an administrator"]);
    assert.match(textOf(page.html), /ada@contoso\.example is not an administrator at Contoso\./);
    assert.doesNotMatch(textOf(page.html), /device/i);
    assert.equal((await browser.send(page, CONSENT, yes)).status, 403);
    const german = new URL(page.at, "http://localhost");
    german.searchParams.set("ui_locales", "de");
    const translated = await browser.get(german.pathname + german.search);
    assert.equal(translated.heading, "Contoso Notes erfordert Administratorrechte");
    assert.doesNotMatch(textOf(translated.html), /Gerät/);
    assert.equal(answerOf(await browser.send(page, CONSENT, { decision: "no" }))?.error, "access_denied");
    const other = await browser.send(await arrive(browser, asks, asking), CONSENT, { decision: "other" });
    const question = await signIn(browser, other, ROOT);
    assert.ok(answerOf(await browser.send(question, CONSENT, yes))?.code);
  });

  test("with prompt=none the program of another user gets an error that it needs an administrator", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const asks = await programOf(testEnv, WEB);
    const browser = testEnv.browser();
    await signIn(browser, await arrive(browser, asks), ADA);
    const silent = answerOf(await arrive(browser, asks, { ...asking, prompt: "none" }));
    assert.deepEqual([silent?.error, silent?.error_description?.slice(0, 11)], ["interaction_required", "AADSTS90094"]);
  });

  test("the role removed between the page and the approval: no code, and the page says why", async (t) => {
    const testEnv = await pagesUnderTest(t);
    const { root, browser, page } = await atQuestion(testEnv);
    await seed(testEnv.ctx.store).setUserAdministrator(root.id, false);
    assert.equal((await browser.send(page, CONSENT, yes)).heading, "Contoso Notes needs an administrator");
    await seed(testEnv.ctx.store).setUserAdministrator(root.id, true);
    assert.ok(answerOf(await browser.send(page, CONSENT, yes))?.code);
  });
});
