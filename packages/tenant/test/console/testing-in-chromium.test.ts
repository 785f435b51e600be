// Clock and faults in a browser: what the page looks like to axe, with the keyboard, and without JavaScript.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { complaintsOf, consoleIn, launchChromium } from "../fixtures/chromium.ts";
import { accessibilityViolations } from "../fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../fixtures/start-test-tenant.ts";

const PATH = "/console/testing";

describe("the console's page for testers, in a browser", () => {
  let browser: Browser;
  let tenant: TestTenant;
  before(async () => {
    browser = await launchChromium();
    tenant = await startTestTenant();
    await tenant.admin.people.add({ email: "grace@contoso.example" });
  });
  after(async () => {
    await browser?.close();
    await tenant?.close();
  });

  async function opened(
    options: BrowserContextOptions = {},
    path = PATH,
  ): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ locale: "en-US", viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    if (options.javaScriptEnabled === false) {
      await page.goto(tenant.console);
      await page.locator("input[name=key]").fill(tenant.consoleKey!);
      await page.locator("form button").first().click();
    } else await page.goto(`${tenant.console}#${tenant.consoleKey}`);
    await page.waitForSelector(".rail");
    await page.goto(consoleIn(page, path));
    return { page, complaints };
  }

  /** Axe finds nothing, and nothing is wider than the window. With `DOORCODE_PICTURES`, a folder, it is photographed. */
  async function looksRight(page: Page, name: string): Promise<void> {
    const violations = await accessibilityViolations(page);
    assert.deepEqual(
      violations.map(({ id, nodes }) => [name, id, nodes[0]?.html]),
      [],
    );
    const [content, window] = await page.evaluate<[number, number]>(
      "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
    );
    assert.ok(content <= window, `${name}: ${content} > ${window}`);
    const folder = process.env.DOORCODE_PICTURES;
    if (folder) await page.screenshot({ path: `${folder}/${name.replace(/\W+/g, "-")}.png`, fullPage: true });
  }

  /** The answer to a refused form has the status 422, which Chromium reports. */
  const withoutRefusals = (complaints: string[]) => complaints.filter((each) => !each.includes("422"));

  for (const [what, options] of Object.entries<BrowserContextOptions>({
    "a desktop, light, in English": {},
    "a desktop, dark, in German": { colorScheme: "dark", locale: "de-DE" },
    "a phone, light, in German": { viewport: { width: 390, height: 844 }, locale: "de-DE" },
    "a phone, dark, in English": { viewport: { width: 390, height: 844 }, colorScheme: "dark" },
  })) {
    test(`axe finds nothing in clock and faults on ${what}, and nothing is wider than the window`, async () => {
      const { testing } = tenant;
      await testing.clock.advance(26 * 3_600_000);
      await testing.faults.add({ endpoint: "token", aadsts: 53003, times: 3, app: "ciam-client-app" });
      await testing.snapshots.create("before-the-change", { replace: true });
      const { page, complaints } = await opened(options);
      await looksRight(page, `testing ${what}`);
      await page.locator("#aadsts").fill("7");
      await page.locator("#kind").selectOption("aadsts");
      await page.locator("button[value=add_fault]").click();
      await page.waitForSelector("[role=alert]");
      assert.equal(await page.locator("#aadsts").inputValue(), "7");
      await looksRight(page, `testing ${what} refused`);
      assert.deepEqual(withoutRefusals(complaints), []);
      await testing.faults.clear();
      await testing.clock.reset();
    });

    test(`axe finds nothing in test tokens on ${what}, and nothing is wider than the window`, async () => {
      const { page, complaints } = await opened(options, "/console/tokens");
      await looksRight(page, `tokens ${what}`);
      await page.locator("#app").fill("ciam-client-app");
      await page.locator("button[value=issue]").click();
      await page.waitForSelector("#scopes[aria-invalid]");
      await looksRight(page, `tokens ${what} refused`);
      await page.locator("#as").fill("grace@contoso.example");
      await page.locator("#scopes").fill(`api://${tenant.apis[0]!.clientId}/ToDoList.Read`);
      await page.locator("button[value=issue]").click();
      await page.waitForSelector("#issued");
      assert.equal(await page.locator("#api").inputValue(), "ciam-ToDoList-api");
      await looksRight(page, `tokens ${what} issued`);
      await page.locator("button[value=check]").click();
      await page.waitForSelector("#checked .pill.good");
      await looksRight(page, `tokens ${what} checked`);
      assert.doesNotMatch(page.url(), /ey/, "no address has a token");
      assert.deepEqual(withoutRefusals(complaints), []);
    });
  }

  test("the keyboard alone moves the clock, and without JavaScript a fault is added", async () => {
    const { page } = await opened();
    await page.locator("#by").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector("button[value=reset]");
    assert.equal(tenant.testing.clock.read().aheadMs, 900_000);
    await tenant.testing.clock.reset();

    const plain = await opened({ javaScriptEnabled: false });
    await plain.page.locator("#kind").selectOption("503");
    await plain.page.locator("button[value=add_fault]").click();
    await plain.page.waitForSelector("button[value=clear_fault]");
    assert.equal(tenant.testing.faults.list()[0]?.status, 503);
    await plain.page.locator("button[value=clear_fault]").click();
    await plain.page.locator("button[value=clear_fault]").waitFor({ state: "detached" });
    assert.deepEqual(tenant.testing.faults.list(), []);
  });
});
