import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { launchChromium } from "../fixtures/chromium.ts";
import { seed } from "../fixtures/seed.ts";
import { PASSWORD, pagesUnderTest } from "./pages-under-test.ts";

/**
 * Behavior that only a real browser shows: which Origin it sends under our Referrer-Policy, whether it keeps the cookie
 * on http://localhost, and whether the CSP lets the sign-out form lead to the app.
 */
test("a real browser goes from the code to the approval and out again to the app", async (t) => {
  const bye = createServer((_request, response) => response.end("bye")).listen(0, "127.0.0.1");
  const byeUrl = () => `http://127.0.0.1:${(bye.address() as AddressInfo).port}/bye`;
  t.after(() => bye.close());
  const { app, ctx, grant, person, device } = await pagesUnderTest(t);
  await person();
  const { id, userCode } = await grant();
  await app.listen({ port: 0, host: "127.0.0.1" });
  ctx.config.pagesOrigin = `http://localhost:${(app.server.address() as AddressInfo).port}`;
  await seed(ctx.store).putApp({ ...device, postLogoutRedirectUris: [byeUrl()] });

  const browser = await launchChromium("--host-resolver-rules=MAP localhost 127.0.0.1");
  t.after(() => browser.close());
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const sent: { origin: string | undefined; site: string | undefined; referer: string | undefined }[] = [];
  page.on("request", async (request) => {
    if (request.method() !== "POST") return;
    const headers = await request.allHeaders();
    sent.push({ origin: headers.origin, site: headers["sec-fetch-site"], referer: headers.referer });
  });

  await page.goto(`${ctx.config.pagesOrigin}/device?user_code=${userCode}`);
  await page.locator('form[action="/device"] button').click();
  await page.locator("#email").fill("ada@contoso.example");
  await page.locator("#password").fill(PASSWORD);
  await page.locator('form[action="/sign-in"] button[type="submit"]:not([formaction])').click();
  await page.waitForURL("**/confirm?*");
  await page.locator('button[value="yes"]').click();
  await page.waitForURL("**/done?*");
  assert.equal((await ctx.store.grants.findById(id))?.status, "approved");
  await page.goBack();
  assert.match(page.url(), /\/confirm/);
  assert.equal(await page.locator('button[value="yes"]').count(), 0, "Back shows how it ended, not the question");

  const query = new URLSearchParams({ client_id: device.clientId, post_logout_redirect_uri: byeUrl() });
  await page.goto(`${ctx.config.pagesOrigin}/sign-out?${query}`);
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForURL(byeUrl());
  assert.equal(sent.length, 4);
  for (const { origin, site } of sent) {
    assert.equal(origin, ctx.config.pagesOrigin);
    assert.equal(site, "same-origin");
  }
  const [cookie] = await context.cookies(ctx.config.pagesOrigin);
  assert.equal(cookie?.httpOnly, true);
  assert.equal(cookie?.sameSite, "Lax");
});
