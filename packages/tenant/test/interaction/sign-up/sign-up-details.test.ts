import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FlowAttribute } from "../../../src/directory/user-flow.ts";
import type { Browser, Page } from "../browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { EXTENSION, textBox, useUserFlow } from "../user-flow-under-test.ts";
import { openSignUp } from "../walks.ts";

const NEW = "grace@contoso.example";
const options = [
  { value: "offers", label: "Offers" },
  { value: "events", label: "Events" },
  { value: "jobs", label: "Jobs" },
];
const QUESTIONS: FlowAttribute[] = [
  textBox("givenName", { label: "" }),
  textBox("postalCode", { label: "", required: false, validationRegEx: "\\d{2}-\\d{3}" }),
  textBox(`${EXTENSION}_shirts`, { label: "Shirts", inputType: "NumericTextBox", dataType: "Int64" }),
  textBox("country", {
    label: "",
    inputType: "RadioSingleSelect",
    options: [
      { value: "DE", label: "Germany" },
      { value: "PL", label: "Poland" },
    ],
  }),
  textBox(`${EXTENSION}_news`, {
    label: "What about?",
    inputType: "CheckboxMultiSelect",
    dataType: "StringCollection",
    options,
  }),
  textBox(`${EXTENSION}_adult`, { label: "I am 18.", inputType: "CheckboxSingleSelect", dataType: "Boolean" }),
];
const ANSWERS = {
  display_name: "Grace Hopper",
  "attribute.0": "  Grace\u202e ",
  "attribute.1": "12-345",
  "attribute.2": "-7",
  "attribute.3": "PL",
  "attribute.4.0": "yes",
  "attribute.4.2": "yes",
  "attribute.5": "yes",
  terms: "yes",
};
const terms = { label: "I accept the terms of use.", url: "https://contoso.example/terms" };

/** From the code to the last page of sign-up. */
async function toDetails({ grant, mailedCode }: PagesUnderTest, phone: Browser): Promise<Page> {
  let page = await openSignUp(phone, (await grant()).userCode);
  page = await phone.send(page, "/sign-up", { email: NEW });
  page = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
  return phone.send(page, "/sign-up/password", { password: PASSWORD });
}

describe("what sign-up asks", { concurrency: true }, () => {
  test("answers are stored with their types, the terms with their time, the language of the interaction", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser } = under;
    await useUserFlow(under, { attributes: QUESTIONS, termsOfUse: terms });
    const phone = browser();
    let page = await toDetails(under, phone);
    assert.match(page.html, /<input[^>]* name="attribute.0"[^>]* autocomplete="given-name"/);
    assert.match(page.html, /href="https:\/\/contoso\.example\/terms" target="_blank" rel="noopener noreferrer"/);
    page = await phone.send(page, "/sign-up/details", ANSWERS, { headers: { "accept-language": "de" } });
    assert.match(page.at, /^\/confirm/);
    const user = await ctx.store.directory.findUserByEmail(NEW);
    assert.deepEqual(user?.attributes, {
      givenName: "Grace",
      postalCode: "12-345",
      [`${EXTENSION}_shirts`]: -7,
      country: "PL",
      [`${EXTENSION}_news`]: ["offers", "jobs"],
      [`${EXTENSION}_adult`]: true,
    });
    assert.equal(user?.termsAcceptedAt, ctx.clock.now());
    assert.equal(user?.locale, "de");
  });

  test("optional questions may be left out", async (t) => {
    const under = await pagesUnderTest(t);
    const optional = QUESTIONS.map((question) => ({ ...question, required: false }));
    await useUserFlow(under, { attributes: optional });
    const phone = under.browser();
    const page = await phone.send(await toDetails(under, phone), "/sign-up/details", { display_name: "Grace" });
    assert.match(page.at, /^\/confirm/);
    const user = await under.ctx.store.directory.findUserByEmail(NEW);
    assert.deepEqual(user?.attributes, { [`${EXTENSION}_adult`]: false });
    assert.equal(user?.termsAcceptedAt, null);
  });

  test("each invalid answer is marked at its field; input is kept; no account is created", async (t) => {
    const under = await pagesUnderTest(t);
    await useUserFlow(under, { attributes: QUESTIONS, termsOfUse: terms });
    const phone = under.browser();
    const start = await toDetails(under, phone);
    const bad: [field: string, value: string | null][] = [
      ["display_name", ""],
      ["display_name", "x".repeat(101)],
      ["attribute.0", " \u200b "],
      ["attribute.0", "🦉".repeat(251)],
      ["attribute.1", "12345"],
      ["attribute.1", "12-345-6"],
      ["attribute.2", ""],
      ["attribute.2", "7.5"],
      ["attribute.2", "1e3"],
      ["attribute.2", "9".repeat(16)],
      ["attribute.3", null],
      ["attribute.5", null],
      ["attribute.5", "no"],
      ["terms", null],
    ];
    for (const [field, value] of bad) {
      const fields = new URLSearchParams({
        csrf: /name="csrf" value="([^"]+)"/.exec(start.html)?.[1] ?? "",
        flow: new URL(start.at, "http://localhost").searchParams.get("flow") ?? "",
        ...ANSWERS,
      });
      if (value === null) fields.delete(field);
      else fields.set(field, value);
      const page = await phone.post("/sign-up/details", fields.toString());
      assert.equal(page.status, 422, `${field} ${value}`);
      assert.match(page.html, new RegExp(`id="${field}-problem"`), `${field} ${value}`);
      assert.equal(page.html.match(/-problem"/g)?.length, 2, "the field's own text, and what refers to it");
      if (field !== "attribute.0") assert.match(page.html, /name="attribute.0"[^>]*value=" {2}Grace/);
      if (field !== "attribute.3") assert.match(page.html, /value="PL" checked/);
      assert.match(page.html, /name="attribute.4.2" value="yes" checked/);
    }
    assert.equal(await under.ctx.store.directory.findUserByEmail(NEW), undefined);
    assert.match((await phone.send(start, "/sign-up/details", ANSWERS)).at, /^\/confirm/);
  });

  test("at least one of several must be chosen if required", async (t) => {
    const under = await pagesUnderTest(t);
    await useUserFlow(under, { attributes: QUESTIONS.slice(4, 5) });
    const phone = under.browser();
    const start = await toDetails(under, phone);
    const none = await phone.send(start, "/sign-up/details", { display_name: "Grace" });
    assert.match(none.html, /Choose one/);
    const page = await phone.send(start, "/sign-up/details", { display_name: "Grace", "attribute.0.1": "yes" });
    assert.match(page.at, /^\/confirm/);
  });

  test("an unknown choice, a duplicate field, and too many fields are rejected", async (t) => {
    const under = await pagesUnderTest(t);
    await useUserFlow(under, { attributes: QUESTIONS });
    const phone = under.browser();
    const start = await toDetails(under, phone);
    const forged = await phone.send(start, "/sign-up/details", { ...ANSWERS, "attribute.3": "FR" });
    assert.equal(forged.status, 400);
    const fields = (more: string) => {
      const csrf = encodeURIComponent(/name="csrf" value="([^"]+)"/.exec(start.html)?.[1] ?? "");
      return `csrf=${csrf}&flow=${start.at.slice(-22)}&${more}`;
    };
    for (const more of ["attribute.0=a&attribute.0=b", Array.from({ length: 120 }, (_, i) => `a${i}=`).join("&")]) {
      assert.equal((await phone.post("/sign-up/details", fields(more))).status, 400);
    }
  });

  test("twenty answers of 250 letters beyond ASCII fit into the form", async (t) => {
    const under = await pagesUnderTest(t);
    const attributes = Array.from({ length: 20 }, (_, index) => textBox(`${EXTENSION}_q${index}`));
    await useUserFlow(under, { attributes });
    const phone = under.browser();
    const answers = Object.fromEntries(attributes.map((_, index) => [`attribute.${index}`, "ż".repeat(250)]));
    const page = await phone.send(await toDetails(under, phone), "/sign-up/details", {
      display_name: "Grace",
      ...answers,
    });
    assert.match(page.at, /^\/confirm/);
  });

  test("the administrator can rename the name field, and built-in questions have a name in each language", async (t) => {
    const under = await pagesUnderTest(t);
    const attributes = [textBox("displayName", { label: "What shall we call you?" }), textBox("city", { label: "" })];
    await useUserFlow(under, { attributes });
    const phone = under.browser();
    const page = await toDetails(under, phone);
    assert.match(page.html, /<label for="display_name">What shall we call you\?/);
    assert.match(page.html, /<label for="attribute.0">City</);
    const german = await phone.get(page.at, { headers: { "accept-language": "de" } });
    assert.match(german.html, /<label for="attribute.0">Ort</);
  });

  test("a form sent twice creates one account and signs it in once", async (t) => {
    const under = await pagesUnderTest(t);
    const phone = under.browser();
    const start = await toDetails(under, phone);
    const sent = [1, 2].map(() => phone.send(start, "/sign-up/details", { display_name: "Grace" }, { stay: true }));
    const signedIn = (await Promise.all(sent)).filter((page) => page.headers["set-cookie"] !== undefined);
    assert.equal(signedIn.length, 1);
    assert.equal((await under.ctx.store.directory.listUsers()).length, 1);
  });
});
