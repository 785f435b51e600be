import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Page } from "./browser.ts";
import { pagesUnderTest } from "./pages-under-test.ts";
import { openSignUp } from "./walks.ts";

const german = { "accept-language": "de-DE,de;q=0.9,en;q=0.5" };

function assertIn(page: Page, locale: "en" | "de"): void {
  assert.match(page.html, new RegExp(`<html lang="${locale}" `), page.at);
  assert.equal(page.headers["content-language"], locale, page.at);
}

describe("the language of a page", { concurrency: true }, () => {
  test("is the browser's, if available, and else English", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const phone = browser();
    assertIn(await phone.get("/device"), "en");
    const page = await phone.get("/device", { headers: german });
    assertIn(page, "de");
    assert.equal(page.heading, "Geben Sie den Code ein, den Ihr Gerät anzeigt");
    assert.equal(page.headers.vary, "Accept-Language, Cookie");
    assertIn(await phone.get("/device", { headers: { "accept-language": "fr, ;q=x, *;q=0.1" } }), "en");
    assert.deepEqual([...phone.cookies.keys()], ["doorcode_session_8444"]);
  });

  test("is what the URL asks for, by ui_locales or mkt, and stays so through the interaction", async (t) => {
    const { browser, grant } = await pagesUnderTest(t);
    for (const query of ["ui_locales=fr%20de-AT", "mkt=de-DE"]) {
      const phone = browser();
      const asked = await phone.get(`/device?${query}`);
      assertIn(asked, "de");
      const cookie = [asked.headers["set-cookie"]]
        .flat()
        .map(String)
        .filter((one) => one.includes("language"));
      assert.deepEqual(cookie, ["doorcode_language_8444=de; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"]);
      assertIn(await phone.send(asked, "/device", { user_code: (await grant()).userCode }), "de");
      assertIn(await phone.get("/sign-out", { headers: { "accept-language": "en" } }), "de");
      const again = await phone.get(`/device?${query}`);
      assert.equal(again.headers["set-cookie"], undefined);
      assertIn(await phone.get("/device?ui_locales=en"), "en");
      assertIn(await phone.get("/device", { headers: german }), "en");
    }
  });

  test("is remembered over a redirect, and Secure on https", async (t) => {
    const { browser } = await pagesUnderTest(t, { config: { pagesOrigin: "https://id.contoso.example" } });
    const phone = browser();
    assertIn(await phone.get("/?ui_locales=de"), "de");
    const moved = await phone.get("/?ui_locales=en", { stay: true });
    assert.match(
      String(moved.headers["set-cookie"]),
      /^__Host-doorcode_language=en; .*Path=\/; HttpOnly; SameSite=Lax; Secure$/,
    );
  });

  test("junk in URL, cookie or header changes nothing", async (t) => {
    const { browser } = await pagesUnderTest(t);
    for (const junk of ["", "%00", "xx", "de%0d%0aX:%201", "constructor", "__proto__", "d".repeat(5_000)]) {
      const phone = browser();
      const page = await phone.get(`/device?ui_locales=${junk}`, { headers: { "accept-language": "\u00ff,,=;q" } });
      assertIn(page, "en");
      assert.doesNotMatch(String(page.headers["set-cookie"]), /language/);
      phone.cookies.set("doorcode_language_8444", junk);
      assertIn(await phone.get("/device"), "en");
      assertIn(await phone.get("/device", { headers: german }), "de");
    }
  });

  test("holds for errors before any handler too", async (t) => {
    const { browser, app } = await pagesUnderTest(t);
    const phone = browser();
    assertIn(await phone.get("/device?a=1&a=2", { headers: german }), "de");
    assertIn(await phone.get("/device?a=1&a=2&mkt=de"), "de");
    assertIn(await phone.post("/device", "user_code=X"), "de");
    const put = await app.inject({ method: "PUT", url: "/device", headers: german });
    assert.equal(put.statusCode, 405);
    assert.equal(put.headers["content-language"], "de");
  });

  test("does not come from the fields of a form", async (t) => {
    const { browser } = await pagesUnderTest(t);
    const phone = browser();
    const page = await phone.send(await phone.get("/device"), "/device", {
      user_code: "",
      ui_locales: "de",
      mkt: "de",
    });
    assertIn(page, "en");
    assert.equal(page.headers["set-cookie"], undefined);
  });
});

test("the mail with the code is in the language of the pages", async (t) => {
  const { ctx, browser, grant } = await pagesUnderTest(t);
  const phone = browser();
  await phone.get("/device?ui_locales=de");
  const page = await openSignUp(phone, (await grant()).userCode);
  await phone.send(page, "/sign-up", { email: "grete@contoso.example" });
  const [mail] = await ctx.store.mail.listMails("grete@contoso.example");
  assert.equal(mail?.subject, "Ihr Code für Contoso");
  assert.match(mail?.html ?? "", /<html lang="de"/);
});
