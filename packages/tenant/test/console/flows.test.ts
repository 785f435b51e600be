import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { newRegistration } from "../../src/admin/apps.ts";
import { newApp } from "../../src/directory/new-app.ts";
import { seed } from "../fixtures/seed.ts";
import { formFields, type Page, textOf } from "../interaction/browser.ts";
import { sampleUser } from "../storage/samples.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

/** Of apps that were there before. */
const audit = {
  at: 1,
  event: "application.created",
  actor: "operator",
  userId: null,
  clientId: null,
  grantId: null,
  ip: null,
  detail: {},
} as const;

describe("User flows and policies in the console", { concurrency: true }, () => {
  test("a user flow is added, changed by the rules of the file, and deleted", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = await operator.get("/console/user-flows/new");
    const added = await operator.send(form, "/console/user-flows/new", { name: "Customers", new_question: "jobTitle" });
    const folder = added.at.replace(/\?.*/, "");
    const find = async () => (await ctx.store.directory.listUserFlows()).find(({ name }) => name === "Customers");
    assert.deepEqual(
      (await find())?.attributes.map(({ id }) => id),
      ["jobTitle"],
    );
    const edited = await operator.send(added, `${folder}/edit`, {
      mfa: "yes",
      terms: "I agree",
      label_0: "Your job",
      required_0: "yes",
    });
    assert.match(edited.at, /done=edited/);
    const flow = await find();
    assert.deepEqual(
      [flow?.mfaRequired, flow?.termsOfUse, flow?.attributes[0]?.label],
      [true, { label: "I agree", url: null }, "Your job"],
    );
    for (const [values, why] of [
      [{ name: "" }, /name is empty/],
      [{ method_password: "", method_email_code: "", method_passkey: "" }, /no sign-in method/],
      [{ terms_url: "http://x", terms: "T" }, /must start with https/],
    ] as const) {
      const refused = await operator.send(edited, `${folder}/edit`, values);
      assert.equal(refused.status, 422);
      assert.match(textOf(refused.html), why);
    }
    assert.equal((await operator.send(edited, `${folder}/remove`, { confirm: "x" })).status, 422);
    assert.match((await operator.send(edited, `${folder}/remove`, { confirm: "Customers" })).at, /done=removed/);
    assert.equal((await operator.get(folder)).status, 404);
  });

  test("the name must be answered and shows so, however the user flow stores it", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = await operator.get("/console/user-flows/new");
    let page = await operator.send(form, "/console/user-flows/new", { name: "F", new_question: "displayName" });
    const folder = page.at.replace(/\?.*/, "");
    const find = async () => (await ctx.store.directory.listUserFlows()).find(({ name }) => name === "F");
    const nameQuestion = async () => (await find())?.attributes[0];
    assert.equal((await nameQuestion())?.required, true);
    const flow = (await find())!;
    // As the tenant file and Graph may store it.
    for (const required of [true, false]) {
      await seed(ctx.store).putUserFlow({
        ...flow,
        attributes: flow.attributes.map((each) => ({ ...each, required })),
      });
      page = await operator.get(folder);
      const box = /<input type="checkbox"[^>]* name="required_0"[^>]*>/.exec(page.html)?.[0] ?? "";
      assert.match(box, / checked.* disabled.* aria-describedby="required_0-hint"/);
      assert.match(textOf(page.html), /Users must answer This cannot be turned off: every account has a name\./);
      // A browser sends nothing for a box that is fixed.
      const body = formFields(page, `${folder}/edit`);
      body.delete("required_0");
      body.set("label_0", `Your name, ${required}`);
      await operator.send(page, `${folder}/edit`, {}, { body: body.toString() });
      const saved = await nameQuestion();
      assert.deepEqual([saved?.label, saved?.required], [`Your name, ${required}`, required], "it is kept");
    }
  });

  test("questions and answers have the names of sign-up, in both languages", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = await operator.get("/console/user-flows/new");
    const offered = (page: Page) => textOf(/<select[^>]* id="new_question".*?<\/select>/s.exec(page.html)?.[0] ?? "");
    assert.match(offered(form), /Name .*Job title .*Street address/);
    const added = await operator.send(form, "/console/user-flows/new", { name: "F", new_question: "jobTitle" });
    const folder = added.at.replace(/\?.*/, "");
    assert.match(textOf(added.html), /Job title The text that users read\. Empty: “Job title”, in their language\./);
    const german = await operator.get(`${folder}?ui_locales=de`);
    assert.match(textOf(german.html), /Berufsbezeichnung Der Text, den Benutzer lesen\. Leer: „Berufsbezeichnung“/);
    assert.match(offered(german), /Straße und Hausnummer/);
    const ada = sampleUser({ attributes: { streetAddress: "Main Street 1", extension_1_loyalty: "42" } });
    await seed(ctx.store).insertUser(ada);
    const person = textOf((await operator.get(`/console/people/${ada.id}?ui_locales=en`)).html);
    assert.match(person, /Street address Main Street 1 extension_1_loyalty 42/);
  });

  test("sign-up is turned off for the whole tenant, and a user flow in use is kept", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = await operator.get("/console/user-flows/new");
    const added = await operator.send(form, "/console/user-flows/new", { name: "Staff" });
    const [, id = ""] = /user-flows\/([\da-f-]{36})/.exec(added.at) ?? [];
    const list = await operator.get("/console/user-flows");
    await operator.send(list, "/console/user-flows/settings", { sign_up: "", account_flow: id });
    assert.deepEqual(
      [await ctx.store.directory.setting("sign_up"), await ctx.store.directory.setting("account_user_flow")],
      ["off", id],
    );
    const kept = await operator.send(added, `/console/user-flows/${id}/remove`, { confirm: "Staff" });
    assert.equal(kept.status, 422);
    assert.match(textOf(kept.html), /It is used by/);
  });

  test("a policy covers apps, groups and users that exist, and of two administrators the first one wins", async (t) => {
    const { ctx, signedIn, person, device } = await servedConsole(t);
    const ada = await person("ada@contoso.example");
    const [one, two] = [await signedIn(), await signedIn()];
    const form = await one.browser.get("/console/policies/new");
    for (const [values, why] of [
      [{ name: "P", apps: "x" }, /No app has the client ID/],
      [{ name: "P", groups: "x" }, /No group, or more than one/],
      [{ name: "P", except: "x@y.example" }, /No one has the address/],
      [{ name: "" }, /Enter a name/],
    ] as const) {
      assert.match(textOf((await one.browser.send(form, "/console/policies/new", values)).html), why);
    }
    const added = await one.browser.send(form, "/console/policies/new", {
      ...{ name: "Second factor", apps: device.clientId, except: ` ADA@contoso.example\n` },
    });
    const folder = added.at.replace(/\?.*/, "");
    const [policy] = await ctx.store.directory.listPolicies();
    assert.deepEqual(
      [policy?.clientIds, policy?.groupIds, policy?.excludedUserIds],
      [[device.clientId], null, [ada.id]],
    );
    const [ones, twos] = [await one.browser.get(folder), await two.browser.get(folder)];
    await one.browser.send(ones, `${folder}/edit`, { enabled: "" });
    const lost = await two.browser.send(twos, `${folder}/edit`, { name: "Other" });
    assert.match(textOf(lost.html), new RegExp(`${one.user.email} changed it at`));
    assert.match((await two.browser.send(lost, `${folder}/remove`, { confirm: "Second factor" })).at, /done=removed/);
  });

  test("apps and groups of a policy are ticked, and typed by name where there are many", async (t) => {
    const { ctx, operator, device } = await embeddedConsole(t);
    let page = await operator.get("/console/policies/new");
    assert.match(textOf(page.html), /Contoso Player/);
    page = await operator.send(page, "/console/policies/new", { name: "P", [`app_${device.clientId}`]: "yes" });
    const [policy] = await ctx.store.directory.listPolicies();
    assert.deepEqual(policy?.clientIds, [device.clientId]);
    const box = new RegExp(`id="app_${device.clientId}"[^>]* checked`);
    assert.match(page.html, box);
    // What a box was ticked for is still ticked when another field is wrong.
    const refused = await operator.send(page, `/console/policies/${policy!.id}/edit`, { name: "" });
    assert.equal(refused.status, 422);
    assert.match(refused.html, box);

    for (let i = 0; i < 41; i++) {
      const app = newApp({ name: `App ${i}` }, 1);
      await ctx.store.registrations.insert({ kind: "app", registration: newRegistration(app.clientId), app }, audit);
    }
    page = await operator.get(`/console/policies/${policy!.id}`);
    assert.match(page.html, /<textarea[^>]* id="apps"[^>]*>\s*Contoso Player<\/textarea>/);
    await operator.send(page, `/console/policies/${policy!.id}/edit`, { apps: "App 3\nApp 4\nApp 3" });
    assert.equal((await ctx.store.directory.listPolicies())[0]?.clientIds?.length, 2);
  });
});
