// The sign-in of a program on this computer, in real Chromium: from its page back to the program's own.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { type BrowserEnv, inBrowserOf, password, signUpAndAgree, startBrowserEnv } from "../client/browser-test-env.ts";

describe("a program's sign-in in Chromium", () => {
  let browser: Browser;
  let testEnv: BrowserEnv;
  before(async () => {
    [browser, testEnv] = await Promise.all([launchChromium(), startBrowserEnv()]);
    const { options, ended } = inBrowserOf(testEnv.person(), signUpAndAgree("ada@example.com"));
    await testEnv.client().signIn(options);
    await ended();
  });
  after(async () => {
    await browser.close();
    await testEnv[Symbol.asyncDispose]();
  });

  /** Acts as the person on the page that the program opened; `act` continues to the program's own page. */
  async function opened(colorScheme: "light" | "dark", act: (page: Page) => Promise<void>) {
    const context = await browser.newContext({ ignoreHTTPSErrors: true, colorScheme });
    const page = await context.newPage();
    const refused: string[] = [];
    page.on("console", (message) => message.type() === "error" && refused.push(message.text()));
    let acting: Promise<void> = Promise.resolve();
    const signingIn = testEnv.client().signIn({
      via: "browser",
      openBrowser(url) {
        acting = page.goto(url).then(() => act(page));
        return acting;
      },
    });
    return { page, context, refused, signingIn, acted: () => acting };
  }

  async function signIn(page: Page) {
    await page.locator('input[name="email"]').fill("ada@example.com");
    await page.locator('input[name="password"]').fill(password);
    await page.locator('input[name="password"]').press("Enter");
    await page.waitForURL(/\/authorize\/consent/);
  }

  async function assertAccessible(page: Page) {
    assert.deepEqual(await accessibilityViolations(page), []);
  }

  for (const [colorScheme, decision, heading] of [
    ["light", "yes", "You are signed in"],
    ["dark", "no", "You are not signed in"],
  ] as const) {
    test(`answering ${decision} leads back to the program: “${heading}”, at a bare address, accessible (${colorScheme})`, async () => {
      const { page, context, refused, signingIn, acted } = await opened(colorScheme, async (at) => {
        await signIn(at);
        await at.locator(`button[name="decision"][value="${decision}"]`).click();
        await at.waitForURL(/^http:\/\/localhost:\d+\/$/);
      });
      if (decision === "yes") assert.equal((await signingIn).account.username, "ada@example.com");
      else await assert.rejects(signingIn, { code: "denied" });
      await acted();
      assert.equal(await page.locator("h1").innerText(), heading);
      assert.match(await page.title(), new RegExp(heading));
      assert.deepEqual(
        refused.filter((text) => !/favicon/.test(text)),
        [],
      );
      const background = await page.evaluate("getComputedStyle(document.body).backgroundColor");
      assert.equal(
        background,
        colorScheme === "light" ? "rgb(244, 246, 245)" : "rgb(18, 24, 22)",
        "its style is let in",
      );
      await assertAccessible(page);
      await context.close();
    });
  }
});
