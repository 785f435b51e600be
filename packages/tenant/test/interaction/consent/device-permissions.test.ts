import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Api, ApiScope } from "../../../src/directory/entities.ts";
import { GRAPH_RESOURCE_ID } from "../../../src/directory/scopes.ts";
import { seed } from "../../fixtures/seed.ts";
import { sampleApi } from "../../storage/samples.ts";
import { formFields, type Page, textOf } from "../browser.ts";
import { type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";

const scope = (value: string, displayName: string, consent: ApiScope["consent"] = "User"): ApiScope => ({
  value,
  displayName,
  consent,
  description: "",
  enabled: true,
});

/** An API with two permissions for users and one for administrators. */
async function withApi({ ctx }: PagesUnderTest): Promise<Api> {
  const api = sampleApi({
    scopes: [
      scope("Read", "Read your plants"),
      scope("Water", "Water your plants"),
      scope("All", "See everyone's plants", "Admin"),
    ],
  });
  await seed(ctx.store).putApi(api);
  return api;
}

const requested = (api: Api, resourceScopes: string[], oidc = ["openid", "profile", "offline_access"]) => ({
  oidc,
  resourceId: api.clientId,
  resourceScopes,
  isDefault: false,
  asked: [],
});

/** The visible part of the page, and the collapsed part. */
function shownOn(page: Page): { open: string; folded: string } {
  const folded = /<details>.*?<\/details>/s.exec(page.html)?.[0] ?? "";
  return { open: textOf(page.html.replace(folded, "")), folded: textOf(folded) };
}

const yes = { decision: "yes" };

describe("consent", { concurrency: true }, () => {
  test("a permission is shown in the user's language if the API has it, else as it is", async (t) => {
    const testEnv = await pagesUnderTest(t);
    await testEnv.person();
    const translated = { ...scope("Read", "Read your plants"), displayNames: { de: "Ihre Pflanzen ansehen" } };
    const api = sampleApi({ scopes: [translated, scope("Water", "Water your plants")] });
    await seed(testEnv.ctx.store).putApi(api);
    for (const [language, read] of Object.entries({ de: "Ihre Pflanzen ansehen", en: "Read your plants" })) {
      const { userCode } = await testEnv.grant({ requested: requested(api, ["Read", "Water"]) });
      const phone = testEnv.browser();
      await phone.get(`/device?ui_locales=${language}`);
      const page = await walkToConfirm(phone, userCode, ADA);
      assert.ok(textOf(page.html).includes(`${read} Water your plants`), textOf(page.html));
      assert.match((await phone.send(page, "/confirm", yes)).at, /^\/done/);
    }
  });

  test("the first time everything is new; the second time it is known and the device's question is still asked", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person } = pages;
    await person();
    const api = await withApi(pages);
    const first = await walkToConfirm(browser(), (await grant({ requested: requested(api, ["Read"]) })).userCode, ADA);
    assert.equal(shownOn(first).folded, "");
    assert.match(
      shownOn(first).open,
      /It will be able to Know your name and email Read your plants Stay signed in for up to/,
    );
    const phone = browser();
    const page = await walkToConfirm(phone, (await grant({ requested: requested(api, ["Read"]) })).userCode, ADA);
    await phone.send(page, "/confirm", yes);

    const third = await grant({ requested: requested(api, ["Read"]) });
    const again = await walkToConfirm(browser(), third.userCode, ADA);
    assert.match(again.heading, /Are you trying to sign in/);
    assert.equal(shownOn(again).folded, "What else it can already do Know your name and email Read your plants");
    assert.doesNotMatch(shownOn(again).open, /New:|Read your plants/);
    assert.match(shownOn(again).open, /Stay signed in for up to 365 days, or until unused for 90 days/);
    assert.equal((await ctx.store.grants.findById(third.id))?.status, "claimed");
  });

  test("further permissions stand out, add up, and are kept for this user and app alone", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person, device } = pages;
    const ada = await person();
    await person("bob@contoso.example");
    const api = await withApi(pages);
    const phone = browser();
    const say = async (scopes: string[]) => {
      const { userCode } = await grant({ requested: requested(api, scopes) });
      const page = phone.cookie
        ? await phone.send(await enterCode(phone, userCode), "/device/continue", { answer: "continue" })
        : await walkToConfirm(phone, userCode, ADA);
      await phone.send(page, "/confirm", yes);
      return shownOn(page);
    };
    await say(["Read"]);
    const more = await say(["Read", "Water"]);
    assert.match(more.open, /New: it will also be able to Water your plants/);
    assert.match(more.folded, /Read your plants/);
    const consents = await ctx.store.directory.consentsFor(device.clientId, ada.id);
    assert.deepEqual(consents.find(({ resourceId }) => resourceId === api.clientId)?.scopes, ["Read", "Water"]);
    assert.equal(
      (await say(["Water"])).folded,
      "What else it can already do Know your name and email Water your plants Read your plants",
    );

    const { userCode } = await grant({ requested: requested(api, ["Read"]) });
    assert.equal(shownOn(await walkToConfirm(browser(), userCode, "bob@contoso.example")).folded, "");
  });

  test("a denial remembers nothing", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person, device } = pages;
    const ada = await person();
    const api = await withApi(pages);
    const phone = browser();
    const page = await walkToConfirm(phone, (await grant({ requested: requested(api, ["Read"]) })).userCode, ADA);
    await phone.send(page, "/confirm", { decision: "no" });
    assert.deepEqual(await ctx.store.directory.consentsFor(device.clientId, ada.id), []);
  });

  test("what the administrator allowed for all users is shown in full at a user's first approval, and known from then on", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person, device } = pages;
    await person();
    const api = await withApi(pages);
    const administrator = { clientId: device.clientId, userId: null };
    await seed(ctx.store).addConsent({ ...administrator, resourceId: api.clientId, scopes: ["All"] });
    await seed(ctx.store).addConsent({ ...administrator, resourceId: GRAPH_RESOURCE_ID, scopes: ["openid"] });
    const phone = browser();
    const ask = () => grant({ requested: requested(api, ["All"]) });
    const first = await walkToConfirm(phone, (await ask()).userCode, ADA);
    assert.match(shownOn(first).open, /It will be able to Know your name and email See everyone's plants/);
    await phone.send(first, "/confirm", yes);
    const second = await walkToConfirm(browser(), (await ask()).userCode, ADA);
    assert.match(shownOn(second).folded, /See everyone's plants/);
  });

  test("for how long: an hour without offline access; asked for later, it is new", async (t) => {
    const pages = await pagesUnderTest(t);
    const { browser, grant, person } = pages;
    await person();
    const api = await withApi(pages);
    const phone = browser();
    const short = requested(api, ["Read"], ["openid", "profile"]);
    const page = await walkToConfirm(phone, (await grant({ requested: short })).userCode, ADA);
    assert.match(shownOn(page).open, /Stay signed in for one hour/);
    await phone.send(page, "/confirm", yes);
    const { userCode } = await grant({ requested: requested(api, ["Read"]) });
    const longer = await walkToConfirm(browser(), userCode, ADA);
    assert.match(
      shownOn(longer).open,
      /New: it will also be able to Stay signed in for up to 365 days, or until unused for 90 days/,
    );
  });

  const changes: Record<string, (pages: PagesUnderTest, api: Api) => Promise<unknown>> = {
    "a permission is reworded": ({ ctx }, api) =>
      seed(ctx.store).putApi({ ...api, scopes: [scope("Read", "Read your diary"), ...api.scopes.slice(1)] }),
    "a permission is withdrawn": ({ ctx }, api) =>
      seed(ctx.store).putApi({ ...api, scopes: api.scopes.map((s) => ({ ...s, enabled: s.value !== "Water" })) }),
    "the app has another name": ({ ctx, device }) => seed(ctx.store).putApp({ ...device, name: "Contoso Gardener" }),
  };
  for (const [what, change] of Object.entries(changes)) {
    test(`an approval of what has changed since approves nothing (${what}); the page is shown again, and approving that one works`, async (t) => {
      const pages = await pagesUnderTest(t);
      const { ctx, browser, grant, person, device } = pages;
      const ada = await person();
      const api = await withApi(pages);
      const { id, userCode } = await grant({ requested: requested(api, ["Read", "Water"]) });
      const phone = browser();
      const page = await walkToConfirm(phone, userCode, ADA);
      await change(pages, api);
      const again = await phone.send(page, "/confirm", yes);
      const gone = what === "a permission is withdrawn";
      if (gone) {
        // Less than requested cannot be granted: the device has to ask again.
        assert.equal(again.status, 410);
      } else {
        assert.equal(again.status, 422);
        assert.match(textOf(again.html), /What it asks for has changed\. Check it again\./);
      }
      assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
      assert.deepEqual(await ctx.store.directory.consentsFor(device.clientId, ada.id), []);
      assert.deepEqual(await pages.mailsTo(ADA), []);
      if (gone) return;
      await phone.send(again, "/confirm", yes);
      assert.equal((await ctx.store.grants.findById(id))?.status, "approved");
    });
  }

  test("an administrator's consent withdrawn between page and approval: the approval is ignored", async (t) => {
    for (const isDefault of [false, true]) {
      const pages = await pagesUnderTest(t);
      const { ctx, browser, grant, person, device } = pages;
      const ada = await person();
      const api = await withApi(pages);
      const { directory, grants } = ctx.store;
      const administrator = { clientId: device.clientId, userId: null };
      await seed(ctx.store).addConsent({ ...administrator, resourceId: api.clientId, scopes: ["All"] });
      const asked = { ...requested(api, isDefault ? [] : ["Read", "All"]), isDefault };
      const { id, userCode } = await grant({ requested: asked });
      const phone = browser();
      const page = await walkToConfirm(phone, userCode, ADA);
      assert.match(shownOn(page).open, /See everyone's plants/);
      await seed(ctx.store).removeConsent(device.clientId, null, api.clientId);
      assert.equal((await phone.send(page, "/confirm", yes)).status, 410);
      const row = await grants.findById(id);
      assert.deepEqual([row?.status, row?.approved], ["claimed", null]);
      assert.deepEqual(await directory.consentsFor(device.clientId, ada.id), []);
    }
  });

  test("“all that the administrator allowed” has grown since: nothing is approved", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person, device } = pages;
    await person();
    const api = await withApi(pages);
    const everything = { ...requested(api, []), isDefault: true };
    const allow = (scopes: string[]) =>
      seed(ctx.store).addConsent({ clientId: device.clientId, userId: null, resourceId: api.clientId, scopes });
    await allow(["Read"]);
    const { id, userCode } = await grant({ requested: everything });
    const phone = browser();
    const page = await walkToConfirm(phone, userCode, ADA);
    await allow(["All"]);
    const again = await phone.send(page, "/confirm", yes);
    assert.match(textOf(again.html), /has changed.*See everyone's plants/);
    await phone.send(again, "/confirm", yes);
    assert.deepEqual((await ctx.store.grants.findById(id))?.approved?.resourceScopes, ["Read", "All"]);
  });

  test("a form without the digest, with another's or with an invented one approves nothing; a denial needs none", async (t) => {
    const pages = await pagesUnderTest(t);
    const { ctx, browser, grant, person } = pages;
    await person();
    const api = await withApi(pages);
    const other = await walkToConfirm(browser(), (await grant()).userCode, ADA);
    const { id, userCode } = await grant({ requested: requested(api, ["Read"]) });
    const phone = browser();
    const page = await walkToConfirm(phone, userCode, ADA);
    const foreign = formFields(other, "/confirm").get("shown") ?? "";
    const own = formFields(page, "/confirm").get("shown") ?? "";
    assert.match(own, /^[\w-]{16}$/);
    for (const shown of ["", "x", foreign, own.slice(1), `${own}x`, "\0"]) {
      assert.equal((await phone.send(page, "/confirm", { ...yes, shown })).status, 422, shown);
    }
    const fields = formFields(page, "/confirm");
    fields.delete("shown");
    assert.equal((await phone.post("/confirm", `${fields}&decision=yes`)).status, 422);
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    assert.equal((await phone.post("/confirm", `${fields}&decision=no`)).status, 200);
    assert.equal((await ctx.store.grants.findById(id))?.denialReason, "user");
  });
});
