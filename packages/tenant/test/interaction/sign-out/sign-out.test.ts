import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { hashSecret } from "../../../src/kernel/seal.ts";
import { seed } from "../../fixtures/seed.ts";
import { textOf } from "../browser.ts";
import { pagesUnderTest } from "../pages-under-test.ts";
import { walkToConfirm } from "../walks.ts";

const ADA = "ada@contoso.example";
const BYE = "https://player.contoso.example/bye";

describe("sign-out", { concurrency: true }, () => {
  test("opening the page signs no one out; the form ends the session on the server", async (t) => {
    const { ctx, browser, grant, person } = await pagesUnderTest(t);
    const ada = await person();
    const phone = browser();
    await walkToConfirm(phone, (await grant()).userCode, ADA);
    const id = hashSecret(phone.cookie ?? "");
    const page = await phone.get("/sign-out");
    assert.match(textOf(page.html), /Ada.*Devices you signed in stay signed in\./);
    assert.ok(await ctx.store.sessions.find(id, ctx.clock.now()));

    const out = await phone.send(page, "/sign-out");
    assert.equal(out.at, "/sign-out");
    assert.match(textOf(out.html), /This browser is signed out\..*Devices you signed in stay signed in\./);
    assert.equal(await ctx.store.sessions.find(id, ctx.clock.now()), undefined);
    assert.notEqual(hashSecret(phone.cookie ?? ""), id);
    const [event] = await ctx.store.audit.list({ event: "user.signed_out", limit: 1 });
    assert.equal(event?.userId, ada.id);
  });

  test("it leads back to exactly what the app registered, with its state, and the CSP lets the form go there", async (t) => {
    const { browser, grant, person, device } = await pagesUnderTest(t);
    await person();
    const phone = browser();
    await walkToConfirm(phone, (await grant()).userCode, ADA);
    const query = new URLSearchParams({ client_id: device.clientId, post_logout_redirect_uri: BYE, state: "a&b=c" });
    const page = await phone.get(`/sign-out?${query}`);
    assert.match(
      String(page.headers["content-security-policy"]),
      /form-action 'self' https:\/\/player\.contoso\.example;/,
    );
    const out = await phone.send(page, "/sign-out");
    assert.equal(out.status, 303);
    assert.equal(out.headers.location, `${BYE}?state=a%26b%3Dc`);
  });

  test("any other URL is ignored: not on the page, not in the form", async (t) => {
    const { ctx, browser, device } = await pagesUnderTest(t);
    for (const uri of [
      `${BYE}/`,
      `${BYE}?x=1`,
      "https://evil.example",
      "//evil.example",
      "javascript:alert(1)",
      "\0",
    ]) {
      const phone = browser();
      const query = new URLSearchParams({ client_id: device.clientId, post_logout_redirect_uri: uri });
      const page = await phone.get(`/sign-out?${query}`);
      assert.doesNotMatch(String(page.headers["content-security-policy"]), /evil/);
      const csrf = /name="csrf" value="([^"]+)"/.exec((await phone.get("/device")).html)?.[1] ?? "";
      query.set("csrf", csrf);
      const out = await phone.post("/sign-out", query.toString(), { stay: true });
      assert.equal(out.headers.location, "/sign-out", uri);
    }
    await seed(ctx.store).putApp({ ...device, disabledAt: 1 });
    const query = new URLSearchParams({ client_id: device.clientId, post_logout_redirect_uri: BYE });
    assert.doesNotMatch((await browser().get(`/sign-out?${query}`)).html, /player\.contoso/);
  });
});
