import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { seed } from "../../fixtures/seed.ts";
import type { Browser } from "../browser.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";
import { enterCode } from "../walks.ts";

const ADA = "ada@contoso.example";
const DAY = 86_400_000;

/** Signs in, with or without the checkbox, by one of two methods; returns the Set-Cookie of the session. */
async function signIn(
  { grant, mailedCode }: PagesUnderTest,
  phone: Browser,
  by: "password" | "email_code",
  keep: Record<string, string>,
): Promise<string> {
  const page = await enterCode(phone, (await grant()).userCode);
  if (by === "password") {
    const answer = await phone.send(page, "/sign-in", { email: ADA, password: PASSWORD, ...keep }, { stay: true });
    return String(answer.headers["set-cookie"]);
  }
  const code = await phone.send(page, "/sign-in/code/send", { email: ADA, ...keep });
  const answer = await phone.send(code, "/sign-in/code", { code: await mailedCode(ADA) }, { stay: true });
  return String(answer.headers["set-cookie"]);
}

describe("keep me signed in", { concurrency: true }, () => {
  for (const by of ["password", "email_code"] as const) {
    test(`${by}: thirty days in all with it, in a cookie that outlives the browser`, async (t) => {
      const under = await pagesUnderTest(t);
      const { ctx, browser, person, advance, grant } = under;
      await person();
      const phone = browser();
      const cookie = await signIn(under, phone, by, { keep: "yes" });
      assert.match(cookie, /^doorcode_session_8444=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/);
      const id = hashSecret(phone.cookie ?? "");
      advance(14 * DAY - 1);
      assert.ok(await ctx.store.sessions.find(id, ctx.clock.now()));
      assert.equal(await ctx.store.sessions.find(id, ctx.clock.now() + 1), undefined, "unused for two weeks");
      assert.doesNotMatch((await enterCode(phone, (await grant()).userCode)).at, /^\/sign-in/);
      advance(10 * DAY);
      await enterCode(phone, (await grant()).userCode);
      advance(6 * DAY);
      assert.ok(await ctx.store.sessions.find(id, ctx.clock.now()));
      // Used up to the end, and not extended; too little lifetime remains for an interaction.
      await phone.get("/device");
      assert.match((await enterCode(phone, (await grant()).userCode)).at, /^\/sign-in/);
      advance(1);
      assert.equal(await ctx.store.sessions.find(id, ctx.clock.now()), undefined);
    });

    test(`${by}: a day without it, in a session cookie`, async (t) => {
      const under = await pagesUnderTest(t);
      const { ctx, browser, person, advance } = under;
      await person();
      for (const keep of [{}, { keep: "no" }, { keep: "" }] as Record<string, string>[]) {
        const phone = browser();
        const cookie = await signIn(under, phone, by, keep);
        assert.match(cookie, /^doorcode_session_8444=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
        const id = hashSecret(phone.cookie ?? "");
        assert.ok(await ctx.store.sessions.find(id, ctx.clock.now()));
        assert.equal(await ctx.store.sessions.find(id, ctx.clock.now() + DAY), undefined);
        advance(1_000);
      }
    });
  }

  test("over https the cookie is __Host- and Secure besides", async (t) => {
    const origin = "https://login.contoso.example";
    const under = await pagesUnderTest(t, { config: { pagesOrigin: origin, issuerOrigin: origin, embedded: false } });
    await under.person();
    const cookie = await signIn(under, under.browser(), "password", { keep: "yes" });
    assert.match(
      cookie,
      /^__Host-doorcode_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=2592000$/,
    );
  });

  test("the checkbox stays checked after another error, and is reset when it is unchecked", async (t) => {
    const under = await pagesUnderTest(t);
    const { browser, grant, person, mailedCode } = under;
    await person();
    const phone = browser();
    const page = await enterCode(phone, (await grant()).userCode);
    const ticked = /<input type="checkbox" id="keep"[^>]* checked/;
    assert.doesNotMatch(page.html, ticked);
    assert.match((await phone.send(page, "/sign-in", { email: ADA, password: "x", keep: "yes" })).html, ticked);
    assert.match((await phone.send(page, "/sign-in/code/send", { email: "x", keep: "yes" })).html, ticked);
    await phone.send(page, "/sign-in/code/send", { email: ADA, keep: "yes" });
    assert.match((await phone.get(page.at)).html, ticked);
    const code = await phone.send(page, "/sign-in/code/send", { email: ADA });
    const answer = await phone.send(code, "/sign-in/code", { code: await mailedCode(ADA) }, { stay: true });
    assert.doesNotMatch(String(answer.headers["set-cookie"]), /Max-Age/);
  });

  test("it is kept through the second step", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser, person, device } = under;
    await person();
    await seed(ctx.store).putApp({ ...device, requireMfa: true });
    const phone = browser();
    await signIn(under, phone, "password", { keep: "yes" });
    const page = await enterCode(phone, (await under.grant()).userCode);
    await phone.send(page, "/sign-in", { email: ADA, password: PASSWORD, keep: "yes" }, { stay: true });
    const flow = await ctx.store.sessions.findInteraction(
      page.at.slice(-22),
      hashSecret(phone.cookie ?? ""),
      ctx.clock.now(),
    );
    assert.equal(flow?.keepSignedIn, true);
  });

  test("sign-out ends it, on the server and in the browser", async (t) => {
    const under = await pagesUnderTest(t);
    const { ctx, browser, person } = under;
    await person();
    const phone = browser();
    await signIn(under, phone, "password", { keep: "yes" });
    const kept = phone.cookie ?? "";
    const out = await phone.send(await phone.get("/sign-out"), "/sign-out", {}, { stay: true });
    assert.doesNotMatch(String(out.headers["set-cookie"]), /Max-Age/);
    assert.notEqual(phone.cookie, kept);
    assert.equal(await ctx.store.sessions.find(hashSecret(kept), ctx.clock.now()), undefined);
  });
});
