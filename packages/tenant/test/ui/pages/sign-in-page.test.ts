import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BrowserContextOptions } from "playwright-core";
import { locales } from "../../../src/ui/i18n/languages.ts";
import { complaintsOf } from "../../fixtures/chromium.ts";
import { type Served, serveSamples } from "./serve-samples.ts";

describe("the sign-in page in Chromium", () => {
  let served: Served;
  before(async () => {
    served = await serveSamples();
  });
  after(() => served.close());

  async function open(name: string, locale: (typeof locales)[number] = "en", options: BrowserContextOptions = {}) {
    const context = await served.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(served.addressOf(name, locale));
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
  }

  for (const locale of locales) {
    for (const name of ["sign-in", "sign-in-passkey", "sign-in-account", "sign-in-wrong"]) {
      test(`${name} (${locale}) has "Create an account" in sight at 1280 × 800`, async () => {
        await using at = await open(name, locale);
        const link = await at.page.locator('a[href^="/sign-up"]').boundingBox();
        assert.ok(link && link.y + link.height <= 800, JSON.stringify(link));
      });
    }
  }

  const fields = {
    "sign-in": "/sign-in",
    "reset-password": "/reset/password",
    "sign-up-password": "/sign-up/password",
  };
  for (const [name, action] of Object.entries(fields)) {
    test(`${name}: the password is shown, hidden again, and hidden before it is sent`, async () => {
      await using at = await open(name);
      const { page } = at;
      const [input, button] = [page.locator("#password"), page.locator("[data-show]")];
      const type = () => input.getAttribute("type");
      await input.fill("seven slow herons");
      assert.equal(await type(), "password");
      assert.equal(await button.textContent(), "Show password");
      await button.press("Enter");
      assert.deepEqual([await type(), await button.textContent()], ["text", "Hide password"]);
      await button.click();
      assert.deepEqual([await type(), await button.textContent()], ["password", "Show password"]);
      await button.click();
      const sentAs = await page.evaluate<string>(`(() => {
        const form = document.querySelector('form[action="${action}"]');
        form.addEventListener("submit", (event) => event.preventDefault());
        form.requestSubmit();
        return document.getElementById("password").type;
      })()`);
      assert.equal(sentAs, "password");
      assert.deepEqual(at.complaints, []);
    });
  }

  test("without scripts there is no button", async () => {
    await using at = await open("sign-in", "en", { javaScriptEnabled: false });
    assert.equal(await at.page.locator("[data-show]").isVisible(), false);
  });
});
