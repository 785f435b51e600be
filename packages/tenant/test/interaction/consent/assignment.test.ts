import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { seed } from "../../fixtures/seed.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, signIn, walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";
const BOB = "bob@contoso.example";

describe("an app for assigned users", { concurrency: true }, () => {
  test("an unassigned user learns who to ask, claims nothing, and the device keeps waiting", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    await person();
    await seed(ctx.store).putApp({ ...device, assignmentRequired: true });
    const { id, userCode } = await grant();
    const before = await ctx.store.grants.findById(id);
    const page = await walkToConfirm(browser(), userCode, ADA);
    assert.equal(page.status, 403);
    assert.equal(page.heading, "You don’t have access to Contoso Player");
    assert.match(textOf(page.html), /ada@contoso\.example isn’t allowed to use it\. Ask Contoso/);
    assert.deepEqual(await ctx.store.grants.findById(id), before);
  });

  test("with another account it continues, and neither has used the code twice", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    await person(ADA);
    const bob = await person(BOB);
    await seed(ctx.store).putApp({ ...device, assignmentRequired: true });
    await seed(ctx.store).assign(device.clientId, bob.id);
    const { id, userCode } = await grant();
    const phone = browser();
    const refused = await walkToConfirm(phone, userCode, ADA);
    const again = await phone.send(refused, "/device/continue", { answer: "other" });
    const page = await signIn(phone, again, BOB);
    assert.match(page.heading, /Are you trying to sign in/);
    // Nor does a later user without access end Bob's grant.
    assert.equal((await walkToConfirm(browser(), userCode, ADA)).status, 403);
    await phone.send(page, "/confirm", { decision: "yes" });
    assert.equal((await ctx.store.grants.findById(id))?.userId, bob.id);
  });

  test("through a group; assigned while the page is open, a reload continues", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    const ada = await person();
    await seed(ctx.store).putApp({ ...device, assignmentRequired: true });
    const { userCode } = await grant();
    const phone = browser();
    const refused = await walkToConfirm(phone, userCode, ADA);
    const group = { id: "5f0d5a3e-7e3c-4d57-9a0c-2f8f6f1f2a11", name: "Players", createdAt: 0 };
    await seed(ctx.store).putGroup(group);
    await seed(ctx.store).addGroupMember(group.id, ada.id);
    await seed(ctx.store).assign(device.clientId, group.id);
    const asked = await phone.get(refused.at);
    assert.match(asked.at, /^\/device\/continue/);
    const page = await phone.send(asked, "/device/continue", { answer: "continue" });
    assert.match(page.heading, /Are you trying to sign in/);
  });

  test("withdrawn between the page and the approval: nothing is approved, and the page says why", async (t) => {
    const { ctx, browser, grant, person, device } = await pagesUnderTest(t);
    const ada = await person();
    await seed(ctx.store).putApp({ ...device, assignmentRequired: true });
    await seed(ctx.store).assign(device.clientId, ada.id);
    const { id, userCode } = await grant();
    const phone = browser();
    const page = await walkToConfirm(phone, userCode, ADA);
    await seed(ctx.store).unassign(device.clientId, ada.id);
    const answer = await phone.send(page, "/confirm", { decision: "yes" });
    assert.equal(answer.status, 403);
    assert.equal((await ctx.store.grants.findById(id))?.status, "claimed");
    await seed(ctx.store).assign(device.clientId, ada.id);
    assert.equal((await phone.send(page, "/confirm", { decision: "yes" })).status, 200);
  });

  test("no one learns it before they sign in", async (t) => {
    const { ctx, browser, grant, device } = await pagesUnderTest(t);
    await seed(ctx.store).putApp({ ...device, assignmentRequired: true });
    assert.equal((await enterCode(browser(), (await grant()).userCode)).heading, "Sign in");
  });
});
