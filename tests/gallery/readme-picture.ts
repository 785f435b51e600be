/** The README's picture: code, question, done, as a phone shows them, light and dark. `node tools/node24.mjs tests/gallery/readme-picture.ts` */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { renderPage } from "../../packages/tenant/src/pages/render.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { chrome, samples } from "../../packages/tenant/test/pages/sample-views.ts";

const shown = ["enter-code-from-link", "confirm", "done"];
const phone = { width: 390, height: 890 };
const folder = join(import.meta.dirname, "../../docs/images");

async function screens(browser: Browser, colorScheme: "light" | "dark"): Promise<string[]> {
  const context = await browser.newContext({
    viewport: phone,
    colorScheme,
    deviceScaleFactor: 2,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const pictures: string[] = [];
  for (const name of shown) {
    const sample = samples.find((each) => each.name === name);
    if (!sample) throw new Error(`no sample is called ${name}`);
    await page.setContent(renderPage(sample.view, chrome));
    pictures.push((await page.screenshot()).toString("base64"));
  }
  await context.close();
  return pictures;
}

await mkdir(folder, { recursive: true });
const browser = await launchChromium();
try {
  for (const colorScheme of ["light", "dark"] as const) {
    const pictures = await screens(browser, colorScheme);
    const frames = pictures.map((data) => `<img src="data:image/png;base64,${data}">`).join("");
    const style = `body{margin:0;padding:24px;display:flex;gap:24px;background:transparent}
      img{width:390px;border-radius:30px;outline:1px solid ${colorScheme === "light" ? "#d8d5cd" : "#3a3a43"}}`;
    const page = await browser.newPage({ viewport: { width: 3 * 390 + 4 * 24, height: 890 + 48 } });
    await page.setContent(`<!doctype html><style>${style}</style>${frames}`);
    await writeFile(join(folder, `sign-in-${colorScheme}.png`), await page.screenshot({ omitBackground: true }));
    await page.close();
  }
} finally {
  await browser.close();
}
