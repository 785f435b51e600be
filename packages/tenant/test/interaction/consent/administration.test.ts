import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GRAPH_RESOURCE_ID, type ScopeSet } from "../../../src/directory/scopes.ts";
import { seed } from "../../fixtures/seed.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn, walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";
const ROOT = "root@contoso.example";

const asking = (...resourceScopes: string[]): ScopeSet => ({
  oidc: ["openid", "profile"],
  resourceId: GRAPH_RESOURCE_ID,
  resourceScopes,
  isDefault: false,
  asked: ["openid", "profile", ...resourceScopes],
});
const requested = asking("Application.Read.All", "Application.ReadWrite.All", "Group.Read.All");

describe("what only an administrator can grant", { concurrency: true }, () => {
  test("is shown to an administrator in plain words, apart from the rest, with a warning", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const root = await person(ROOT);
    await seed(ctx.store).setUserAdministrator(root.id, true);
    const { id, userCode } = await grant({ requested });
    const phone = browser();
    const page = await walkToConfirm(phone, userCode, ROOT);
    const words = textOf(page.html);
    assert.match(
      words,
      /It asks for administrator rights\. Administrator rights cover everyone and everything at Contoso\./,
    );
    assert.match(
      words,
      /As an administrator, it will be able to See, change, and delete all apps and APIs in this tenant See everyone’s account and groups It will be able to Know your name and email Stay/,
    );
    assert.equal((await phone.send(page, "/confirm", { decision: "yes" })).status, 200);
    assert.deepEqual((await ctx.store.grants.findById(id))?.approved, requested);
  });

  test("is asked every time, and never counts as allowed already", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    const root = await person(ROOT);
    const { directory } = ctx.store;
    await seed(ctx.store).setUserAdministrator(root.id, true);
    const phone = browser();
    const first = await walkToConfirm(phone, (await grant({ requested })).userCode, ROOT);
    await phone.send(first, "/confirm", { decision: "yes" });
    const kept = await directory.consentsFor(device.clientId, root.id);
    assert.deepEqual(kept, [
      { clientId: device.clientId, userId: root.id, resourceId: GRAPH_RESOURCE_ID, scopes: ["openid", "profile"] },
    ]);
    // Nor if an administrator has consented for all users.
    const forAllUsers = { clientId: device.clientId, userId: null, resourceId: GRAPH_RESOURCE_ID };
    await seed(ctx.store).addConsent({ ...forAllUsers, scopes: requested.resourceScopes });
    const again = await enterCode(phone, (await grant({ requested })).userCode);
    const page = await phone.send(again, "/device/continue", { answer: "continue" });
    assert.match(textOf(page.html), /As an administrator, it will be able to See, change, and delete all apps/);
    const folded = /<details>.*<\/details>/s.exec(page.html)?.[0] ?? "";
    assert.match(folded, /Know your name/);
    assert.doesNotMatch(folded, /all apps/);
  });

  test("is refused to other users: they get an error, claim nothing, and the device keeps waiting", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person(ADA);
    const { id, userCode } = await grant({ requested });
    const before = await ctx.store.grants.findById(id);
    const page = await walkToConfirm(browser(), userCode, ADA);
    assert.equal(page.status, 403);
    assert.equal(page.heading, "Contoso Player needs an administrator");
    assert.match(textOf(page.html), /ada@contoso\.example is not an administrator at Contoso/);
    assert.deepEqual(await ctx.store.grants.findById(id), before);
  });

  test("with an administrator's account it continues from there", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person(ADA);
    const root = await person(ROOT);
    await seed(ctx.store).setUserAdministrator(root.id, true);
    const { id, userCode } = await grant({ requested });
    const phone = browser();
    const refused = await walkToConfirm(phone, userCode, ADA);
    const again = await phone.send(refused, "/device/continue", { answer: "other" });
    const page = await signIn(phone, again, ROOT);
    await phone.send(page, "/confirm", { decision: "yes" });
    assert.equal((await ctx.store.grants.findById(id))?.userId, root.id);
  });

  test("the role removed between the page and the approval: nothing is approved, and the page says why", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const root = await person(ROOT);
    await seed(ctx.store).setUserAdministrator(root.id, true);
    const { id, userCode } = await grant({ requested });
    const phone = browser();
    const page = await walkToConfirm(phone, userCode, ROOT);
    await seed(ctx.store).setUserAdministrator(root.id, false);
    const answer = await phone.send(page, "/confirm", { decision: "yes" });
    assert.equal(answer.status, 403);
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    await seed(ctx.store).setUserAdministrator(root.id, true);
    assert.equal((await phone.send(page, "/confirm", { decision: "yes" })).status, 200);
  });

  test("in German, too", async (t) => {
    const { browser, grant, person } = await pagesUnderTest(t);
    await person(ADA);
    const { userCode } = await grant({ requested });
    const phone = browser();
    const refused = await walkToConfirm(phone, userCode, ADA);
    const url = new URL(refused.at, "http://localhost");
    url.searchParams.set("ui_locales", "de");
    const page = await phone.get(url.pathname + url.search);
    assert.equal(page.heading, "Contoso Player erfordert Administratorrechte");
  });

  test("User.Read is for all users", async (t) => {
    const { browser, grant, person } = await pagesUnderTest(t);
    await person(ADA);
    const page = await walkToConfirm(browser(), (await grant({ requested: asking("User.Read") })).userCode, ADA);
    assert.match(page.heading, /Are you trying to sign in/);
    assert.doesNotMatch(textOf(page.html), /administrator/);
  });
});
