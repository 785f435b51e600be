// Five ways in which each page of a user's own account is used wrongly or too late, in a browser.
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { complaintsOf, launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { isAccessible, OUT_OF_DATE, sendForm, withEachForm } from "../../packages/tenant/test/fixtures/wrong-use.ts";
import { poll, requestCode, URN } from "../fixtures/device.ts";

const [EMAIL, PASSWORD] = ["ada@contoso.example", "seven slow herons"];
const NO_ID = "00000000-0000-4000-8000-000000000000";

describe("each page of one's own account", () => {
  let chromium: Browser;
  let tenant: TestTenant;
  before(async () => {
    chromium = await launchChromium();
    tenant = await startTestTenant();
    await tenant.admin.people.add({ email: EMAIL, displayName: "Ada Lovelace", password: PASSWORD });
    const { body } = await requestCode(tenant, { device_name: "Kitchen TV" });
    await tenant.approve(body.user_code, { as: EMAIL });
    await poll(tenant, body.device_code, { grant_type: URN });
  });
  after(async () => {
    await chromium.close();
    await tenant.close();
  });

  /** A browser that has just signed in, and every page that links lead to from there. */
  async function signedIn(t: TestContext) {
    const context = await chromium.newContext({ locale: "en-GB", viewport: { width: 390, height: 844 } });
    t.after(() => context.close());
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(`${tenant.pages}/me`);
    await page.locator('form[action="/me/sign-in-again"] button').click();
    await page.locator("#email").fill(EMAIL);
    await page.locator("#password").fill(PASSWORD);
    await page.locator('form[action="/sign-in"] button[type="submit"]:not([formaction])').click();
    await page.waitForURL("**/me");
    return { page, complaints, addresses: await pagesFrom(page) };
  }

  async function pagesFrom(page: Page): Promise<string[]> {
    const found = new Set([`${tenant.pages}/me`]);
    for (const address of found) {
      await page.goto(address);
      const links = await page.evaluate<string[]>("[...document.querySelectorAll('main a')].map(({ href }) => href)");
      for (const link of links.filter((each) => new URL(each).pathname.startsWith("/me"))) found.add(link);
    }
    assert.ok(found.size >= 8, [...found].join(" "));
    return [...found];
  }

  test("stays whole when its address asks for nonsense", async (t) => {
    const { page, complaints, addresses } = await signedIn(t);
    const nonsense = {
      after: '["\0",-1e99]',
      done: "constructor",
      ui_locales: "xx",
      name: "<script>document.title=1</script>",
    };
    for (const address of addresses) {
      const url = new URL(address);
      for (const [name, value] of Object.entries(nonsense)) url.searchParams.append(name, value);
      const answer = await page.goto(url.href);
      assert.ok([200, 400, 404, 422].includes(answer!.status()), `${address}: ${answer!.status()}`);
      await page.locator("h1").waitFor();
      assert.notEqual(await page.title(), "1");
    }
    assert.deepEqual(complaints, []);
  });

  test("about something that is gone leads on", async (t) => {
    const { page, complaints, addresses } = await signedIn(t);
    const about = addresses.filter((address) => /[\da-f]{8}-/.test(address));
    assert.ok(about.length >= 2, "a device and an app");
    for (const address of about) {
      const answer = await page.goto(address.replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/, NO_ID));
      assert.ok(answer!.status() < 500, address);
      assert.equal(await page.locator(`main [value="${NO_ID}"]`).count(), 0, `${address}: no form about nothing`);
      assert.ok((await page.locator("main a, main button").count()) > 0, `${address} leads on`);
      await isAccessible(page, address);
    }
    assert.deepEqual(complaints, []);
  });

  test("refuses a form that is out of date, and changes nothing", async (t) => {
    const { page, complaints, addresses } = await signedIn(t);
    let forms = 0;
    for (const address of addresses) {
      forms += await withEachForm({ tenant, page }, address, async (form, what) => {
        const answer = await sendForm(page, form, OUT_OF_DATE);
        assert.equal(answer?.status(), 403, what);
        await page.locator("h1").waitFor();
      });
    }
    assert.ok(forms >= 8, `${forms} forms`);
    assert.deepEqual(complaints, []);
  });

  test("asks to sign in, and changes nothing, when its browser was signed out in another tab", async (t) => {
    const { page, addresses } = await signedIn(t);
    const context = page.context();
    const cookies = await context.cookies();
    for (const address of addresses) {
      await withEachForm({ tenant, page }, address, async (form, what) => {
        await context.clearCookies();
        const answer = await sendForm(page, form);
        assert.ok(answer!.status() < 500, what);
        assert.doesNotMatch(await page.locator("body").innerText(), /Kitchen TV|ada@contoso/, what);
        await context.clearCookies();
        await context.addCookies(cookies);
      });
    }
  });

  test("asks who it is, and changes nothing, when the sign-in is no longer recent", async (t) => {
    const { page, complaints, addresses } = await signedIn(t);
    tenant.clock.advance(11 * 60_000);
    let asked = 0;
    for (const address of addresses) {
      await withEachForm({ tenant, page }, address, async (form, what) => {
        const answer = await sendForm(page, form);
        assert.ok(answer!.status() < 500, what);
        if (/again|confirm/i.test(await page.locator("main").innerText())) asked++;
        await page.goto(address);
      });
    }
    assert.ok(asked >= 6, `${asked} forms`);
    assert.deepEqual(complaints, []);
  });
});
