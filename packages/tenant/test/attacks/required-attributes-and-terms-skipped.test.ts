// An app's user flow requires an attribute and the terms of use. A user arrives with an account that gave neither.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { approveInName } from "../../src/admin/decisions.ts";
import { answerOf, arrive, programOf, WEB } from "../interaction/authorize/program-under-test.ts";
import { pagesUnderTest } from "../interaction/pages-under-test.ts";
import { signInToAccount } from "../interaction/passkeys/passkey-walks.ts";
import { textBox, useUserFlow } from "../interaction/user-flow-under-test.ts";
import { enterCode, signIn, walkToConfirm } from "../interaction/walks.ts";

const ADA = "ada@contoso.example";
const TERMS = { label: "I accept the terms of use.", url: "https://contoso.example/terms" };
const ASKING = {
  methods: ["password" as const],
  attributes: [textBox("jobTitle", { required: false }), textBox("city", { validationRegEx: "[A-Z].*" })],
  termsOfUse: TERMS,
};

describe("required attributes and terms of use", { concurrency: true }, () => {
  test("are not given in a person's name by a sign-in that still owes its second factor", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person();
    const thief = under.browser();
    await signInToAccount(thief, ADA);
    await useUserFlow(under, { ...ASKING, mfaRequired: true });
    const page = await enterCode(thief, (await under.grant()).userCode);
    const details = await thief.get(page.at.replace("/device/continue", "/details"));
    assert.match(details.at, /^\/second-factor/);
    const csrf = /name="csrf" value="([^"]*)"/.exec(details.html)?.[1] ?? "";
    const flow = page.at.slice(page.at.indexOf("flow=") + 5);
    const fields = new URLSearchParams({ csrf, flow, "attribute.1": "Oslo", terms: "yes" });
    await thief.post("/details", fields.toString());
    const user = await under.ctx.store.directory.findUser(ada.id);
    assert.deepEqual([user?.attributes, user?.termsAcceptedAt], [ada.attributes, ada.termsAcceptedAt]);
  });

  test("are asked of a person who signs in with an account from elsewhere, before the question", async (t) => {
    const under = await pagesUnderTest(t);
    const ada = await under.person();
    await useUserFlow(under, ASKING);
    const phone = under.browser();
    const { id, userCode } = await under.grant();
    let page = await walkToConfirm(phone, userCode, ADA);
    assert.match(page.at, /^\/details\?/);
    assert.match(page.html, /Contoso Player<\/bdi><\/strong> asks everyone for this/);
    assert.doesNotMatch(page.html, /jobTitle|display_name/);
    for (const path of ["/confirm", "/device/continue"]) {
      const elsewhere = await phone.get(page.at.replace("/details", path));
      assert.match(elsewhere.at, path === "/confirm" ? /^\/details/ : /^\/device\/continue/);
    }
    assert.equal((await under.ctx.store.grants.findById(id))?.status, "pending");

    const wrong: Record<string, string>[] = [
      {},
      { "attribute.1": "Oslo" },
      { terms: "yes" },
      { "attribute.1": "oslo", terms: "yes" },
    ];
    for (const values of wrong) {
      assert.equal((await phone.send(page, "/details", values)).status, 422, JSON.stringify(values));
    }
    page = await phone.send(page, "/details", { "attribute.1": "Oslo", terms: "yes" });
    assert.match(page.at, /^\/confirm/);
    assert.match((await phone.send(page, "/confirm", { decision: "yes" })).at, /^\/done/);
    const user = await under.ctx.store.directory.findUser(ada.id);
    assert.deepEqual([user?.attributes, user?.termsAcceptedAt], [{ city: "Oslo" }, under.ctx.clock.now()]);
    const [given] = await under.ctx.store.audit.list({ event: "user.details_given", limit: 1 });
    assert.deepEqual([given?.userId, given?.detail], [ada.id, { attributes: "city", terms: TERMS.url }]);

    const next = await enterCode(phone, (await under.grant()).userCode);
    assert.match((await phone.send(next, "/device/continue", { answer: "continue" })).at, /^\/confirm/);
  });

  test("not you? leads to another account, for the same device, and keeps nothing of the first", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await under.person("grace@contoso.example");
    await useUserFlow(under, ASKING);
    const phone = under.browser();
    const page = await walkToConfirm(phone, (await under.grant()).userCode, ADA);
    // A separate form, so that Enter in a field sends the answers.
    assert.match(page.html, /<\/form><\/div>\s*<form[^>]*action="\/details"/);
    const other = await phone.send(page, "/details", { decision: "other" });
    assert.match(other.at, /^\/sign-in\?/);
    assert.equal((await phone.send(page, "/details", { decision: "yes" })).status, 403);
    const next = await signIn(phone, other, "grace@contoso.example");
    assert.match(next.at, /^\/details\?/);
    assert.match(next.html, /Signed in as <bdi>grace@contoso\.example/);
    assert.equal((await phone.send(next, "/details", { decision: "yes" })).status, 400);
  });

  test("are asked for once: a user who signed up with them, or accepted the same terms for another app, is not asked", async (t) => {
    const under = await pagesUnderTest(t);
    await useUserFlow(under, { ...ASKING, attributes: [] });
    const phone = under.browser();
    const start = await enterCode(phone, (await under.grant()).userCode);
    let page = await phone.get(start.at.replace("/sign-in", "/sign-up"));
    page = await phone.send(page, "/sign-up", { email: "new@contoso.example" });
    page = await phone.send(page, "/sign-up/code", { code: await under.mailedCode("new@contoso.example") });
    page = await phone.send(page, "/sign-up/password", { password: "seven slow herons" });
    page = await phone.send(page, "/sign-up/details", { display_name: "New", terms: "yes" });
    assert.match(page.at, /^\/confirm/);
    await useUserFlow(under, { ...ASKING, attributes: [] });
    page = await enterCode(phone, (await under.grant()).userCode);
    assert.match((await phone.send(page, "/device/continue", { answer: "continue" })).at, /^\/confirm/);
    await useUserFlow(under, { ...ASKING, attributes: [], termsOfUse: { ...TERMS, url: `${TERMS.url}/2` } });
    page = await enterCode(phone, (await under.grant()).userCode);
    page = await phone.send(page, "/device/continue", { answer: "continue" });
    assert.match(page.at, /^\/details/, "other terms are other terms");
  });

  test("are asked by a program in the browser, and a silent request answers that the user must be asked", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    const { id } = await useUserFlow(under, ASKING);
    const asks = await programOf(under, WEB, { userFlowId: id });
    const browser = under.browser();
    const page = await signIn(browser, await arrive(browser, asks), ADA);
    assert.match(page.at, /^\/details/);
    assert.equal(answerOf(await arrive(browser, asks, { prompt: "none" }))?.error, "interaction_required");
    assert.match((await arrive(browser, asks)).at, /^\/details/);
    assert.match((await browser.send(page, "/details", { "attribute.1": "Oslo", terms: "yes" })).at, /consent/);
  });

  test("that became required while the question was open are asked before the yes counts", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    const phone = under.browser();
    const { id, userCode } = await under.grant();
    const question = await walkToConfirm(phone, userCode, ADA);
    await useUserFlow(under, ASKING);
    assert.match((await phone.send(question, "/confirm", { decision: "yes" })).at, /^\/details/);
    assert.equal((await under.ctx.store.grants.findById(id))?.status, "claimed");
  });

  test("are not asked of the operator, who answers for what they approve in a person's name", async (t) => {
    const under = await pagesUnderTest(t);
    await under.person();
    await useUserFlow(under, ASKING);
    const { userCode } = await under.grant();
    assert.equal((await approveInName(under.ctx, { code: userCode, as: ADA })).email, ADA);
  });
});
