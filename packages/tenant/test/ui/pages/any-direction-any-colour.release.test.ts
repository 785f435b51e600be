import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { palettesOf } from "../../../src/ui/branding/palette.ts";
import type { Chrome } from "../../../src/ui/components/layout.ts";
import { renderPage } from "../../../src/ui/render.ts";
import { launchChromium } from "../../fixtures/chromium.ts";
import { chrome, samples } from "./sample-views.ts";
import { standing } from "./serve-samples.ts";

const inPage = await readFile(new URL("in-page.js", import.meta.url), "utf8");
const logoUrl = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" width="300" height="40"><rect width="300" height="40" fill="#c2185b"/></svg>')}`;

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

async function eachPage(around: Partial<Chrome>, look: (page: Page, name: string) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" });
  const page = await context.newPage();
  for (const { name, view } of samples) {
    await page.setContent(standing(renderPage(view, { ...chrome, ...around })));
    await look(page, name);
  }
  await context.close();
}

describe("every page", () => {
  test("works from right to left: nothing overflows, and the text starts on the right", async () => {
    await eachPage({ dir: "rtl" }, async (page, name) => {
      await page.evaluate(inPage);
      assert.equal(await page.evaluate("look.overflow()"), 0, name);
      const heading = await page.evaluate<string>("getComputedStyle(document.querySelector('h1')).direction");
      assert.equal(heading, "rtl", name);
    });
  });

  // Yellow is the hardest color to read; test/branding/palette.test.ts computes all others.
  test("is readable in yellow, next to a logo, light and dark", async () => {
    const around = { branding: { palettes: palettesOf("#ffd400"), logoUrl } };
    await eachPage(around, async (page, name) => {
      await page.setViewportSize({ width: 390, height: 2400 });
      await page.evaluate(axe.source);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await page.evaluate<axe.AxeResults>(
          "axe.run(document, { runOnly: ['color-contrast', 'image-alt', 'link-in-text-block'] })",
        );
        const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
        assert.deepEqual(found, [], `${name}, ${colorScheme}`);
      }
    });
  });
});
