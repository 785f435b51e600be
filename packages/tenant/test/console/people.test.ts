import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, test } from "node:test";
import type { User } from "../../src/directory/entities.ts";
import { verifyPassword } from "../../src/directory/password.ts";
import { seed } from "../fixtures/seed.ts";
import { type Browser, type Page, textOf } from "../interaction/browser.ts";
import { askForReset, enterCode, signIn } from "../interaction/walks.ts";
import { sampleAudit, samplePasskey, sampleUser } from "../storage/samples.ts";
import { embeddedConsole, servedConsole } from "./console-under-test.ts";

const at = ({ id }: Pick<User, "id">, what = "") => `/console/people/${id}${what === "" ? "" : `/${what}`}`;

/** Opens the person's page and sends one of its forms. */
async function act(
  browser: Browser,
  user: Pick<User, "id">,
  what: string,
  values: Record<string, string> = {},
): Promise<Page> {
  return browser.send(await browser.get(at(user)), at(user, what), values);
}

describe("People in the console", { concurrency: true }, () => {
  test("lists accounts by address, finds them by how address or name begins, and filters", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const insert = async (email: string, changes: Partial<User> = {}) =>
      seed(ctx.store).insertUser(sampleUser({ email, ...changes }));
    await insert("bob@contoso.example", { displayName: "Robert", disabledAt: 1 });
    await insert("ada@contoso.example", { displayName: "Ada Byron", administrator: true });
    const names = async (query: string) => {
      const page = await operator.get(`/console/people${query}`);
      assert.equal(page.status, 200);
      return [...page.html.matchAll(/<a href="\/console\/people\/[\da-f-]{36}"><b><bdi>([^<]*)/g)].map(
        ([, name]) => name,
      );
    };
    assert.deepEqual(await names(""), ["Ada Byron", "Robert"]);
    assert.deepEqual(await names("?q=ROB"), ["Robert"]);
    assert.deepEqual(await names("?q=bob%40"), ["Robert"]);
    assert.deepEqual(await names("?only=administrators"), ["Ada Byron"]);
    assert.deepEqual(await names("?only=disabled&q=a"), []);
    assert.deepEqual(await names("?q=%00%25&after=garbage"), []);
    assert.match(textOf((await operator.get("/console/people?q=x")).html), /Show all No one fits/);
  });

  test("pages through many by what comes last, each once", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    for (let i = 0; i < 120; i++)
      await seed(ctx.store).insertUser(sampleUser({ email: `p${String(i).padStart(3, "0")}@contoso.example` }));
    const seen: string[] = [];
    let path: string | undefined = "/console/people?q=p";
    let pages = 0;
    while (path !== undefined) {
      const { html }: Page = await operator.get(path);
      seen.push(...[...html.matchAll(/<td><bdi>(p\d+)@/g)].map(([, name]) => name as string));
      path = /href="(\/console\/people\?(?!ui_locales)[^"]*after=[^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&");
      pages++;
    }
    assert.deepEqual([pages, seen.length, new Set(seen).size], [3, 120, 120]);
  });

  test("adds a person with a generated password that is shown once", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = await operator.get("/console/people/new");
    const added = await operator.send(form, "/console/people/new", {
      ...{ email: " Ada@Contoso.example ", name: "Ada", password_kind: "generated", administrator: "yes" },
    });
    const password = /<output class="secret">([a-z2-9-]{23})<\/output>/.exec(added.html)?.[1];
    assert.ok(password, textOf(added.html));
    const user = await ctx.store.directory.findUserByEmail("ada@contoso.example");
    assert.deepEqual([user?.displayName, user?.administrator], ["Ada", true]);
    assert.ok(!(await operator.get(at(user!))).html.includes(password));
    const log = JSON.stringify(await ctx.store.audit.list({ limit: 50 }));
    assert.ok(!log.includes(password));
    assert.match(log, /user\.made_administrator/);
  });

  test("refuses an invalid, taken or weak account, and keeps what was typed", async (t) => {
    const { operator, person } = await embeddedConsole(t);
    await person("bob@contoso.example");
    const form = await operator.get("/console/people/new");
    for (const [values, why] of [
      [{ email: "no address" }, /not an email address/],
      [{ email: "BOB@contoso.example" }, /Another account has this address/],
      [{ email: "a@contoso.example", name: "x".repeat(101) }, /name is too long/],
      [{ email: "a@contoso.example", password_kind: "typed", password: "short" }, /too short/],
      [{ email: "a@contoso.example", password_kind: "typed", password: "password" }, /first that attackers try/],
    ] as const) {
      const refused = await operator.send(form, "/console/people/new", values);
      assert.equal(refused.status, 422);
      assert.match(textOf(refused.html), why);
      assert.ok(refused.html.includes(values.email));
      assert.ok(!refused.html.includes('value="short"'), "a password is not shown again");
    }
  });

  test("a password that was typed is used or asked about, never dropped", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = await operator.get("/console/people/new");
    const typed = { email: "ada@contoso.example", name: "Ada", password: "correct horse battery" };
    const find = () => ctx.store.directory.findUserByEmail("ada@contoso.example");
    for (const password_kind of ["none", "generated"]) {
      const asked = await operator.send(form, "/console/people/new", { ...typed, password_kind });
      assert.equal(asked.status, 422);
      const beside = /<p class="hint wrong" id="password-problem">([^<]*)/.exec(asked.html)?.[1];
      assert.match(beside ?? "", /Choose “The one that I type below” and type it again/);
      assert.match(
        asked.html,
        /<input[^>]* name="password"[^>]* aria-invalid="true"[^>]* aria-describedby="password-problem"/,
      );
      assert.match(asked.html, new RegExp(`value="${password_kind}" checked`), "the choice is as it was made");
      for (const kept of [typed.email, typed.name]) assert.ok(asked.html.includes(`value="${kept}"`), kept);
      assert.ok(!asked.html.includes(typed.password), "a password is not shown again");
      assert.equal(await find(), undefined);
    }
    await operator.send(form, "/console/people/new", { ...typed, password_kind: "typed" });
    assert.ok(await verifyPassword((await find())?.passwordHash ?? null, typed.password));
  });

  test("no first password promises no emailed code, which the user flow may not offer", async (t) => {
    const { ctx, operator } = await embeddedConsole(t);
    const form = textOf((await operator.get("/console/people/new")).html);
    assert.match(form, /None: the person sets one with “Forgot your password\?”, or signs in without one/);
    const german = textOf((await operator.get("/console/people/new?ui_locales=de")).html);
    assert.match(german, /Keines: die Person legt mit „Passwort vergessen\?“ eines fest/);
    const ada = sampleUser({ email: "ada@contoso.example", passwordHash: null });
    await seed(ctx.store).insertUser(ada);
    const page = textOf((await operator.get(`${at(ada)}?ui_locales=en`)).html);
    assert.match(page, /None yet\. The person signs in with a code by email if the user flow of the app offers it/);
  });

  test("changes name and address, and tells the old address", async (t) => {
    const { ctx, operator, person, mailsTo } = await embeddedConsole(t);
    const ada = await person("ada@contoso.example");
    const edited = await act(operator, ada, "edit", { name: "Ada <b>Byron</b>", email: "byron@contoso.example" });
    assert.match(edited.at, /\?done=edited$/);
    assert.match(textOf(edited.html), /Saved\./);
    assert.ok(edited.html.includes("Ada &lt;b&gt;Byron&lt;/b&gt;"));
    assert.equal((await ctx.store.directory.findUser(ada.id))?.email, "byron@contoso.example");
    const [mail] = await mailsTo("ada@contoso.example");
    assert.match(mail?.text ?? "", /An administrator gave your Contoso account another email address/);
    assert.ok(!mail?.text.includes("byron@"), "it does not say which one");
  });

  test("of two administrators who edit the same person, the second one sees who was first, and loses nothing", async (t) => {
    const { signedIn, person } = await servedConsole(t);
    const ada = await person("ada@contoso.example");
    const [one, two] = [await signedIn(), await signedIn()];
    const [ones, twos] = [await one.browser.get(at(ada)), await two.browser.get(at(ada))];
    await one.browser.send(ones, at(ada, "edit"), { name: "First" });
    const lost = await two.browser.send(twos, at(ada, "edit"), { name: "Second" });
    assert.equal(lost.status, 422);
    const text = textOf(lost.html);
    assert.match(text, new RegExp(`Changed in the meantime ${one.user.email.replace(".", "\\.")} changed it at`));
    assert.match(text, /Name First Second/);
    assert.ok(lost.html.includes('value="Second"'), "the form still has what was typed");
    const again = await two.browser.send(lost, at(ada, "edit"));
    assert.match(again.at, /done=edited/);
    assert.equal(again.heading, "Second");
  });

  test("signs out, resets, disables, enables and deletes, each recorded with who did it", async (t) => {
    const { ctx, signedIn, person } = await servedConsole(t);
    const { browser, user: administrator } = await signedIn();
    const ada = await person("ada@contoso.example");
    await ctx.store.passkeys.insert(samplePasskey(ada.id), ada.credentialsVersion);
    for (const [what, values, done] of [
      ["sign-out", {}, /Signed out everywhere/],
      ["password", {}, /no longer works/],
      ["factors", {}, /removed, and every sign-in has ended/],
      ["disable", {}, /is disabled/],
      ["enable", {}, /is enabled/],
      ["administrator", { administrator: "yes" }, /is an administrator now/],
      ["administrator", { administrator: "" }, /no longer an administrator/],
    ] as const) {
      const page = await act(browser, ada, what, values);
      assert.equal(page.status, 200, what);
      assert.match(textOf(page.html), done);
    }
    assert.deepEqual(await ctx.store.passkeys.listOf(ada.id), []);
    const wrong = await act(browser, ada, "remove", { confirm: "ada" });
    assert.equal(wrong.status, 422);
    assert.match(
      (await act(browser, ada, "remove", { confirm: "ADA@contoso.example" })).at,
      /\/console\/people\?done=removed/,
    );
    assert.equal(await ctx.store.directory.findUser(ada.id), undefined);
    const records = await ctx.store.audit.list({ limit: 20 });
    for (const event of [
      "user.password_voided",
      "user.factors_reset",
      "user.changed",
      "user.deleted",
      "administrator.added",
    ]) {
      const record = records.find((each) => each.event === `console.${event}`);
      assert.deepEqual([record?.userId, record?.detail.user_id], [administrator.id, ada.id], event);
    }
  });

  test("says what ticking a box does, and when to tick it", async (t) => {
    const { operator, person, device } = await embeddedConsole(t);
    const ada = await person("ada@contoso.example");
    const hint = (page: Page, id: string) => textOf(new RegExp(`id="${id}">([^<]*)`).exec(page.html)?.[1] ?? "");
    const english = await operator.get(at(ada));
    assert.match(textOf(english.html), /Switch off all links in earlier emails about this account/);
    assert.match(hint(english, "void_links-hint"), /Tick this when you return a stolen account to its owner\.$/);
    const app = await operator.get(`/console/apps/${device.clientId}`);
    assert.match(textOf(app.html), /allowed for everyone who uses the app: they are not asked for it/);
    const german = await operator.get(`${at(ada)}?ui_locales=de`);
    assert.match(textOf(german.html), /Alle Links in früheren E‑Mails zu diesem Konto abschalten/);
    assert.match(hint(german, "void_links-hint"), /^E‑Mails über eine neue Adresse.*zurückgeben\.$/);
  });

  test("a password that was reset is shown as such, and is not reset again", async (t) => {
    const { operator, person, browser, grant, mailedCode } = await embeddedConsole(t);
    const ada = await person("ada@contoso.example");
    const methods = (page: Page) => /<h2>Sign-in methods<\/h2>(.*?)<\/section>/s.exec(page.html)?.[1] ?? "";
    const before = await operator.get(at(ada));
    assert.equal(textOf(methods(before)), "Password");
    const reset = await operator.send(before, at(ada, "password"));
    const off = "Password no longer works, until the person sets a new one with “Forgot your password?”";
    assert.equal(textOf(methods(reset)), off);
    assert.ok(!reset.html.includes(`action="${at(ada, "password")}"`), "there is nothing to reset");
    const phone = browser();
    let page = await askForReset(phone, await enterCode(phone, (await grant()).userCode), ada.email);
    page = await phone.send(page, "/reset/code", { code: await mailedCode(ada.email) });
    await phone.send(page, "/reset/password", { password: "nine noisy newts" });
    const after = await operator.get(at(ada));
    assert.equal(textOf(methods(after)), "Password");
    assert.ok(after.html.includes(`action="${at(ada, "password")}"`));
  });

  test("shows until when passwords are refused, and lets the person try again", async (t) => {
    const { ctx, operator, person, browser, grant } = await embeddedConsole(t);
    const ada = await person("ada@contoso.example");
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    const wrong = () => signIn(phone, page, ada.email, "wrong");
    for (let i = 0; i < 9; i++) await wrong();
    assert.ok(!(await operator.get(at(ada))).html.includes(at(ada, "try-again")), "one more is possible");
    await wrong();
    assert.match(textOf((await signIn(phone, page, ada.email)).html), /Too many/, "the right one is refused, too");

    const refused = await operator.get(at(ada));
    assert.match(textOf(refused.html), /Passwords are refused for now There were too many wrong passwords/);
    const until = /<section class="note warn">.*?<time datetime="([^"]*)"/s.exec(refused.html)?.[1];
    assert.equal(Date.parse(until ?? ""), ctx.clock.now() + 15 * 60_000, "as the limit itself");
    const now = textOf((await operator.get("/console")).html);
    assert.match(
      now,
      /10 wrong passwords for ada@contoso\.example\. More are refused, right ones too, for up to 15 min/,
    );
    assert.match(now, /On the person’s page you can let them try again now/);

    const lifted = await operator.send(refused, at(ada, "try-again"));
    assert.match(textOf(lifted.html), /The person can try again now\./);
    assert.match(
      textOf(lifted.html),
      /Passwords of ada@contoso\.example were allowed again, after too many wrong ones/,
    );
    assert.ok(!lifted.html.includes("Passwords are refused"));
    const [record] = await ctx.store.audit.list({ event: "user.password_limit_lifted", limit: 1 });
    assert.deepEqual([record?.actor, record?.userId], ["operator", ada.id]);
    const again = await operator.send(refused, at(ada, "try-again"));
    assert.equal(again.status, 422);
    assert.match(textOf(again.html), /no longer refused\. Nothing was changed/);
    assert.match((await signIn(phone, page, ada.email)).at, /^\/confirm/);

    const other = browser();
    const entered = await enterCode(other, (await grant()).userCode);
    for (let i = 0; i < 10; i++) await signIn(other, entered, ada.email, "wrong");
    const reloaded = textOf((await operator.get(lifted.at)).html);
    assert.match(reloaded, /Passwords are refused for now/);
    assert.doesNotMatch(reloaded, /can try again now\. /, "which was true of the wrong ones before");
    await ctx.store.administration.users.voidPassword(ada.id, ctx.clock.now(), sampleAudit("user.password_voided"));
    const off = textOf((await operator.get(at(ada))).html);
    assert.doesNotMatch(off, /Passwords are refused for now/, "there is no right one");
  });

  test("an administrator of a served tenant lifts the limit, too, by their right at that moment", async (t) => {
    const { ctx, signedIn, person, browser, grant } = await servedConsole(t);
    const [one, two] = [await signedIn(), await signedIn()];
    const ada = await person("ada@contoso.example");
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    for (let i = 0; i < 10; i++) await signIn(phone, page, ada.email, "wrong");
    const [ones, twos] = [await one.browser.get(at(ada)), await two.browser.get(at(ada))];
    await seed(ctx.store).setUserAdministrator(two.user.id, false);
    assert.equal((await two.browser.send(twos, at(ada, "try-again"))).status, 403);
    assert.match(textOf((await signIn(phone, page, ada.email)).html), /Too many/);
    assert.match((await one.browser.send(ones, at(ada, "try-again"))).at, /done=tries$/);
    assert.match((await signIn(phone, page, ada.email)).at, /^\/confirm/);
    const [record] = await ctx.store.audit.list({ event: "console.user.password_limit_lifted", limit: 1 });
    assert.deepEqual([record?.userId, record?.detail.user_id], [one.user.id, ada.id]);
  });

  test("keeps the last administrator, and asks again before one disables or demotes oneself", async (t) => {
    const { ctx, signedIn } = await servedConsole(t);
    const { browser, user } = await signedIn();
    for (const [what, values] of [
      ["disable", {}],
      ["administrator", {}],
    ] as const) {
      const asked = await act(browser, user, what, values);
      assert.equal(asked.status, 422);
      assert.match(textOf(asked.html), /your own account.*Yes, it is my own account/);
      const refused = await browser.send(asked, at(user, what), { ...values, sure: "yes" });
      assert.match(textOf(refused.html), /last administrator/);
    }
    const removed = await act(browser, user, "remove", { confirm: user.email });
    assert.match(textOf(removed.html), /last administrator/);
    await signedIn();
    const asked = await act(browser, user, "disable");
    const shut = await browser.send(asked, at(user, "disable"), { sure: "yes" });
    assert.equal(shut.status, 403, "this session ended, too");
    assert.notEqual((await ctx.store.directory.findUser(user.id))?.disabledAt, null);
  });

  test("shows devices and what happened, and nothing for an ID that nothing has", async (t) => {
    const { ctx, operator, person, device } = await embeddedConsole(t);
    const ada = await person("ada@contoso.example");
    for (const id of [randomUUID(), "x", "%00", "..%2f"])
      assert.equal((await operator.get(`/console/people/${id}`)).status, 404);
    for (const ip of ["203.0.113.7", "::1"]) {
      await ctx.store.audit.write({
        ...{ at: ctx.clock.now(), event: "user.signed_in", actor: "user", userId: ada.id, clientId: device.clientId },
        ...{ grantId: null, ip, detail: {} },
      });
    }
    const text = textOf((await operator.get(at(ada))).html);
    assert.match(text, /ada@contoso\.example signed in.*· 203\.0\.113\.7/);
    assert.match(text, /ada@contoso\.example signed in.*· this computer/);
    assert.match(text, /No program is signed in/);
  });

  test("a right that is withdrawn between page and click stops the click", async (t) => {
    const { ctx, signedIn, person } = await servedConsole(t);
    const { browser, user } = await signedIn();
    await signedIn();
    const ada = await person("ada@contoso.example");
    const page = await browser.get(at(ada));
    await seed(ctx.store).setUserAdministrator(user.id, false);
    for (const what of ["edit", "disable", "administrator", "sign-out", "factors", "remove"]) {
      const refused = await browser.send(page, at(ada, what), {
        name: "Mallory",
        confirm: ada.email,
        administrator: "yes",
      });
      assert.equal(refused.status, 403, what);
    }
    assert.deepEqual(await ctx.store.directory.findUser(ada.id), ada);
  });
});
