// Every page once. browser.release.test.ts has the matrix of languages, widths and display settings.
import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLocale } from "../../../src/ui/i18n/languages.ts";
import { pageSuite } from "./page-suite.ts";
import { serveSamples } from "./serve-samples.ts";

pageSuite({
  locales: [defaultLocale],
  screens: [
    { width: 320, height: 700 },
    { width: 360, height: 640 },
  ],
  thorough: false,
});

test("the code field accepts a paste in any case, with its dash, and shows a long code completely", async () => {
  const served = await serveSamples();
  try {
    const context = await served.browser.newContext({ viewport: { width: 320, height: 700 } });
    const page = await context.newPage();
    await page.goto(served.addressOf("enter-code"));
    await page.getByLabel("Code").focus();
    await page.keyboard.insertText("fsbfzm-bkwxr");
    assert.equal(await page.getByLabel("Code").inputValue(), "fsbfzm-bkwxr");
    const shown = await page.evaluate(`(() => {
      const field = document.activeElement;
      return { hidden: field.scrollWidth - field.clientWidth, transform: getComputedStyle(field).textTransform };
    })()`);
    assert.deepEqual(shown, { hidden: 0, transform: "uppercase" });
  } finally {
    await served.close();
  }
});
