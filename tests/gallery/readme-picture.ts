/** The README's pictures, as a phone shows them, light and dark. `node tools/node24.mjs tests/gallery/readme-picture.ts` */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { renderPage } from "../../packages/tenant/src/ui/render.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { chrome, samples } from "../../packages/tenant/test/ui/pages/sample-views.ts";
import { show } from "./show.ts";

const pictures = [
  { file: "sign-in", shown: ["enter-code-from-link", "device-consent", "done"], height: 960 },
  { file: "ways-in", shown: ["sign-in-passkey", "second-factor-app", "authenticator-set-up", "account"], height: 1000 },
  { file: "account", shown: ["account", "my-devices", "my-device", "my-app"], height: 860 },
];
const folder = join(import.meta.dirname, "../../docs/images");

async function screens(
  browser: Browser,
  colorScheme: "light" | "dark",
  { shown, height }: (typeof pictures)[number],
): Promise<string[]> {
  const context = await browser.newContext({
    viewport: { width: 390, height },
    colorScheme,
    deviceScaleFactor: 2,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const screenshots: string[] = [];
  for (const name of shown) {
    const sample = samples.find((each) => each.name === name);
    if (!sample) throw new Error(`no sample is called ${name}`);
    await show(page, renderPage(sample.view, chrome));
    screenshots.push((await page.screenshot()).toString("base64"));
  }
  await context.close();
  return screenshots;
}

await mkdir(folder, { recursive: true });
const browser = await launchChromium();
try {
  for (const picture of pictures) {
    for (const colorScheme of ["light", "dark"] as const) {
      const screenshots = await screens(browser, colorScheme, picture);
      const frames = screenshots.map((data) => `<img src="data:image/png;base64,${data}">`).join("");
      const style = `body{margin:0;padding:24px;display:flex;gap:24px;background:transparent}
      img{width:390px;border-radius:30px;outline:1px solid ${colorScheme === "light" ? "#d8d5cd" : "#3a3a43"}}`;
      const width = screenshots.length * (390 + 24) + 24;
      const page = await browser.newPage({ viewport: { width, height: picture.height + 48 } });
      await page.setContent(`<!doctype html><style>${style}</style>${frames}`);
      const path = join(folder, `${picture.file}-${colorScheme}.png`);
      await writeFile(path, await page.screenshot({ omitBackground: true }));
      await page.close();
    }
  }
} finally {
  await browser.close();
}
