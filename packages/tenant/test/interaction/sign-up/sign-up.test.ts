import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { withoutSecrets } from "../browser.ts";
import { PASSWORD, pagesUnderTest } from "../pages-under-test.ts";
import { enterCode, openSignUp } from "../walks.ts";

const NEW = "grace@contoso.example";

describe("sign-up", { concurrency: true }, () => {
  test("the way from the code to the question creates an account and signs it in", async (t) => {
    const { ctx, browser, grant, mailedCode } = await pagesUnderTest(t);
    const { id, userCode } = await grant();
    const phone = browser();
    let page = await openSignUp(phone, userCode);
    page = await phone.send(page, "/sign-up", { email: NEW });
    assert.match(page.at, /^\/sign-up\/code/);
    page = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
    assert.match(page.at, /^\/sign-up\/password/);
    page = await phone.send(page, "/sign-up/password", { password: PASSWORD });
    assert.match(page.at, /^\/sign-up\/details/);
    page = await phone.send(page, "/sign-up/details", { display_name: "  Grace \u202e Hopper " });
    assert.match(page.at, /^\/confirm/);
    assert.equal(page.heading, "Are you trying to sign in to Contoso Player ?");

    const user = await ctx.store.directory.findUserByEmail(NEW);
    assert.equal(user?.displayName, "Grace Hopper");
    assert.match(user?.passwordHash ?? "", /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    const row = await ctx.store.grants.findById(id);
    assert.equal(row?.status, "claimed");
    assert.equal(row?.userId, user?.id);
    const records = await ctx.store.audit.list({ limit: 10 });
    const events = records.filter(({ actor }) => actor === "user").map(({ event }) => event);
    assert.deepEqual(events.sort(), ["user.signed_in", "user.signed_up"]);

    page = await phone.send(page, "/confirm", { decision: "yes" });
    assert.match(page.at, /^\/done/);
    const approved = await ctx.store.grants.findById(id);
    assert.equal(approved?.status, "approved");
    assert.deepEqual(approved?.methods, ["password"]);
  });

  test("a taken address shows the same pages, counts the same attempts, and only its owner's mail says so", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    await person("taken@contoso.example");
    const seen: string[][] = [];
    for (const email of ["taken@contoso.example", "space@contoso.example"]) {
      const phone = browser();
      const pages: string[] = [];
      let page = await openSignUp(phone, (await grant()).userCode);
      page = await phone.send(page, "/sign-up", { email });
      pages.push(`${page.status}`, withoutSecrets(page));
      for (let i = 0; i < 6; i++) {
        page = await phone.send(page, "/sign-up/code", { code: "00000000" });
        pages.push(`${page.status}`, withoutSecrets(page));
      }
      seen.push(pages.map((text) => text.replaceAll(/(taken|space)(?=<wbr>@|@)/g, "name")));
    }
    assert.deepEqual(seen[0], seen[1]);
    const [mail] = await ctx.store.mail.listMails("taken@contoso.example");
    assert.match(mail?.text ?? "", /You already have one/);
    assert.doesNotMatch(`${mail?.text}${mail?.html}`, /\d{8}/);
  });

  test("after five wrong attempts the code is invalid, even the right one", async (t) => {
    const { browser, grant, mailedCode } = await pagesUnderTest(t);
    const phone = browser();
    let page = await openSignUp(phone, (await grant()).userCode);
    page = await phone.send(page, "/sign-up", { email: NEW });
    const right = await mailedCode(NEW);
    const wrong = right === "00000000" ? "00000001" : "00000000";
    for (let i = 0; i < 5; i++) {
      page = await phone.send(page, "/sign-up/code", { code: wrong });
      assert.equal(page.status, 422);
    }
    page = await phone.send(page, "/sign-up/code", { code: right });
    assert.match(page.html, /no longer works/);
    assert.match((await phone.get(page.at)).at, /^\/sign-up\/code/);
  });

  test("a mailed code expires after ten minutes", async (t) => {
    for (const [minutes, next] of [
      [9.99, "/sign-up/password"],
      [10, "/sign-up/code"],
    ] as const) {
      const { browser, grant, mailedCode, advance } = await pagesUnderTest(t);
      const phone = browser();
      let page = await openSignUp(phone, (await grant()).userCode);
      page = await phone.send(page, "/sign-up", { email: NEW });
      advance(minutes * 60_000);
      page = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
      assert.equal(page.at.split("?")[0], next);
    }
  });

  test("a mailed code works only in the interaction and the browser that asked for it", async (t) => {
    const { browser, grant, mailedCode } = await pagesUnderTest(t);
    const { userCode } = await grant();
    const mine = browser();
    let page = await openSignUp(mine, userCode);
    page = await mine.send(page, "/sign-up", { email: NEW });
    const code = await mailedCode(NEW);

    const theirs = browser();
    let other = await openSignUp(theirs, userCode);
    other = await theirs.send(other, "/sign-up", { email: "eve@contoso.example" });
    assert.equal((await theirs.send(other, "/sign-up/code", { code })).status, 422);
    const flow = new URL(page.at, "http://localhost").searchParams.get("flow") ?? "";
    assert.equal((await theirs.send(other, "/sign-up/code", { code, flow })).status, 403);
  });

  test("another address after the proof must be proven again", async (t) => {
    const { browser, grant, mailedCode } = await pagesUnderTest(t);
    const phone = browser();
    const first = await openSignUp(phone, (await grant()).userCode);
    let page = await phone.send(first, "/sign-up", { email: NEW });
    const password = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
    await phone.send(first, "/sign-up", { email: "victim@contoso.example" });
    page = await phone.send(password, "/sign-up/password", { password: PASSWORD });
    assert.match(page.at, /^\/sign-up\/code/);
  });

  test("steps cannot be skipped", async (t) => {
    const { browser, grant } = await pagesUnderTest(t);
    const phone = browser();
    const start = await openSignUp(phone, (await grant()).userCode);
    const query = start.at.slice(start.at.indexOf("?"));
    for (const step of ["code", "password", "details"]) {
      assert.equal((await phone.get(`/sign-up/${step}${query}`)).at, `/sign-up${query}`);
    }
    const body = new URLSearchParams({
      flow: query.slice(6),
      password: PASSWORD,
      display_name: "Eve",
      code: "12345678",
    });
    body.set("csrf", /name="csrf" value="([^"]+)"/.exec(start.html)?.[1] ?? "");
    for (const step of ["code", "password", "details", "resend"]) {
      const page = await phone.post(`/sign-up/${step}`, body.toString(), { stay: true });
      assert.equal(page.headers.location, `/sign-up${query}`);
    }
  });

  test("a code is sent again only after half a minute, and the previous one ends", async (t) => {
    const { ctx, browser, grant, mailedCode, advance } = await pagesUnderTest(t);
    const phone = browser();
    let page = await openSignUp(phone, (await grant()).userCode);
    page = await phone.send(page, "/sign-up", { email: NEW });
    const first = await mailedCode(NEW);
    page = await phone.send(page, "/sign-up/resend");
    assert.match(page.html, /A new code is on its way/);
    const again = await phone.send(page, "/sign-up/resend");
    assert.equal(again.status, 429);
    assert.equal(again.headers["retry-after"], "30");
    assert.equal((await ctx.store.mail.listMails(NEW)).length, 2);
    if (first !== (await mailedCode(NEW))) {
      assert.equal((await phone.send(page, "/sign-up/code", { code: first })).status, 422);
    }
    advance(30_000);
    page = await phone.send(page, "/sign-up/resend");
    assert.equal(page.status, 200);
    page = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
    assert.match(page.at, /^\/sign-up\/password/);
  });

  test("one address gets at most five mails an hour, one network asks for at most twenty", async (t) => {
    const { ctx, browser, grant, advance } = await pagesUnderTest(t);
    const { userCode } = await grant({ expiresInMs: 2 * 3_600_000 });
    const ask = async (email: string, ip: string) => {
      const phone = browser(ip);
      return phone.send(await openSignUp(phone, userCode), "/sign-up", { email });
    };
    for (let i = 0; i < 5; i++) assert.equal((await ask(NEW, `192.0.2.${i}`)).status, 200);
    const refused = await ask(NEW.toUpperCase(), "192.0.2.99");
    assert.equal(refused.status, 429);
    assert.equal(refused.headers["retry-after"], "3600");
    const charged = await ctx.store.throttle.peek("mailByIp:192.0.2.99", 3_600_000, ctx.clock.now());
    assert.equal(charged, 0, "a rejected request costs no other budget");
    for (let i = 0; i < 20; i++) assert.equal((await ask(`p${i}@contoso.example`, "2001:db8::1")).status, 200);
    assert.equal((await ask("p20@contoso.example", "2001:db8::2")).status, 429, "the same /64");
    assert.equal((await ask("p20@contoso.example", "2001:db8:0:1::2")).status, 200);
    advance(3_600_000);
    assert.equal((await ask(NEW, "192.0.2.99")).status, 200);
  });

  test("passwords that are short, long, common or made of the address are refused; spaces and any characters are accepted", async (t) => {
    const { browser, grant, mailedCode } = await pagesUnderTest(t);
    const phone = browser();
    let page = await openSignUp(phone, (await grant()).userCode);
    page = await phone.send(page, "/sign-up", { email: NEW });
    page = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
    for (const password of ["", "1234567", "x".repeat(129), "password1", "Password123!", "grace2026", "contoso!!"]) {
      const refused = await phone.send(page, "/sign-up/password", { password });
      assert.equal(refused.status, 422, password);
      assert.match(refused.html, /class="note bad"/);
    }
    page = await phone.send(page, "/sign-up/password", { password: "ünï cødé 🦉 päss" });
    assert.match(page.at, /^\/sign-up\/details/);
    for (const display_name of ["", "  ", "\u200b\u0000", "x".repeat(101)]) {
      assert.equal((await phone.send(page, "/sign-up/details", { display_name })).status, 422);
    }
  });

  test("an address that cannot receive mail is refused", async (t) => {
    const { ctx, browser, grant } = await pagesUnderTest(t);
    const phone = browser();
    const page = await openSignUp(phone, (await grant()).userCode);
    const addresses = [
      "",
      "ada",
      "ada@",
      "@x",
      "a b@x.example",
      "a@x.example\r\nBcc: b@x.example",
      "Kelvin\u212a@x.example",
    ];
    for (const email of [...addresses, `${"x".repeat(250)}@x.example`, "a@x.example,b@x.example", "<a@x.example>"]) {
      assert.equal((await phone.send(page, "/sign-up", { email })).status, 422, email);
    }
    assert.deepEqual(await ctx.store.mail.listMails(), []);
  });

  test("if users may not sign up, none of it exists", async (t) => {
    const { browser, grant } = await pagesUnderTest(t, { config: { signUpAllowed: false } });
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    assert.doesNotMatch(page.html, /sign-up/);
    assert.equal((await phone.get(page.at.replace("/sign-in", "/sign-up"))).status, 404);
  });

  test("an address that gets its account elsewhere meanwhile ends at sign-in", async (t) => {
    const { browser, grant, mailedCode, person } = await pagesUnderTest(t);
    const phone = browser();
    let page = await openSignUp(phone, (await grant()).userCode);
    page = await phone.send(page, "/sign-up", { email: NEW });
    page = await phone.send(page, "/sign-up/code", { code: await mailedCode(NEW) });
    page = await phone.send(page, "/sign-up/password", { password: PASSWORD });
    await person(NEW);
    page = await phone.send(page, "/sign-up/details", { display_name: "Grace" });
    assert.match(page.at, /^\/sign-in/);
  });
});
