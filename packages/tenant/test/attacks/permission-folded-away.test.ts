import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { GRAPH_RESOURCE_ID } from "../../src/directory/scopes.ts";
import { seed } from "../fixtures/seed.ts";
import { type Page, textOf } from "../interaction/browser.ts";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import { walkToConfirm } from "../interaction/walks.ts";
import { sampleApi } from "../storage/samples.ts";

const ADA = "ada@contoso.example";
const oidc = ["openid", "profile", "offline_access"];

/** The visible part of the page, and the collapsed part. */
function shownOn(page: Page): { open: string; folded: string } {
  const folded = /<details>.*?<\/details>/s.exec(page.html)?.[0] ?? "";
  return { open: textOf(page.html.replace(folded, "")), folded: textOf(folded) };
}

/** After a harmless first approval, the program asks for what the administrator consented to for all users. */
describe("a permission that the person never saw", { concurrency: true }, () => {
  for (const later of [false, true]) {
    test(`is open and new, also where the administrator consented for all users ${later ? "after" : "before"} the first approval`, async (t) => {
      const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
      await person();
      const api = sampleApi();
      await seed(ctx.store).putApi(api);
      const allow = async () => {
        const forAllUsers = { clientId: device.clientId, userId: null };
        await seed(ctx.store).addConsent({ ...forAllUsers, resourceId: api.clientId, scopes: ["ToDoList.Admin"] });
        await seed(ctx.store).addConsent({ ...forAllUsers, resourceId: GRAPH_RESOURCE_ID, scopes: ["User.Read"] });
      };
      if (!later) await allow();
      const phone = browser();
      // Without renewal, so that the first sign-in reaches none of it.
      const bare = { oidc: ["openid", "profile"], resourceId: GRAPH_RESOURCE_ID, resourceScopes: [] };
      const requested = { ...bare, isDefault: false, asked: [] };
      const first = await walkToConfirm(phone, (await grant({ requested })).userCode, ADA);
      await phone.send(first, "/confirm", { decision: "yes" });
      if (later) await allow();

      const asked = { ...requested, oidc, resourceId: api.clientId, resourceScopes: ["ToDoList.Admin"] };
      const page = shownOn(await walkToConfirm(browser(), (await grant({ requested: asked })).userCode, ADA));
      assert.match(page.open, /New: it will also be able to Read all users' to-do lists Stay signed in/);
      assert.match(page.open, /New: it may also, without asking again See your account/);
      assert.equal(page.folded, "What it can already do Know your name and email");
    });
  }

  test("is new even if another user approved it, or the operator did in this user's name", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    await person();
    await person("bob@contoso.example");
    const api = sampleApi();
    await seed(ctx.store).putApi(api);
    const forAllUsers = { clientId: device.clientId, userId: null, resourceId: api.clientId };
    await seed(ctx.store).addConsent({ ...forAllUsers, scopes: ["ToDoList.Admin"] });
    const requested = {
      oidc,
      resourceId: api.clientId,
      resourceScopes: ["ToDoList.Admin"],
      isDefault: false,
      asked: [],
    };
    const phone = browser();
    const bobs = await walkToConfirm(phone, (await grant({ requested })).userCode, "bob@contoso.example");
    await phone.send(bobs, "/confirm", { decision: "yes" });

    const page = shownOn(await walkToConfirm(browser(), (await grant({ requested })).userCode, ADA));
    assert.match(page.open, /It will be able to Know your name and email Read all users' to-do lists/);
    assert.equal(page.folded, "");
  });

  test("a consent between the page and the yes brings the page again, with what a renewal could add now", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    await person();
    const api = sampleApi();
    await seed(ctx.store).putApi(api);
    const { id, userCode } = await grant();
    const phone = browser();
    const page = await walkToConfirm(phone, userCode, ADA);
    const forAllUsers = { clientId: device.clientId, userId: null, resourceId: api.clientId };
    await seed(ctx.store).addConsent({ ...forAllUsers, scopes: ["ToDoList.Admin"] });
    const again = await phone.send(page, "/confirm", { decision: "yes" });
    assert.equal(again.status, 422);
    assert.match(textOf(again.html), /has changed.*without asking again Read all users' to-do lists/);
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    await phone.send(again, "/confirm", { decision: "yes" });
    assert.deepEqual((await ctx.store.grants.findById(id))?.reach, [`${api.clientId}/ToDoList.Admin`]);
  });
});
