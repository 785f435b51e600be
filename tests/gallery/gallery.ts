/**
 * Every page as a picture: `node tools/node24.mjs tests/gallery/gallery.ts [folder] [only]`.
 * Phone and desktop, light and dark, in every language, with an `index.html` to browse them; `only` is the beginning of
 * a page's name.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { locales } from "../../packages/tenant/src/ui/i18n/languages.ts";
import { renderPage } from "../../packages/tenant/src/ui/render.ts";
import { statusOf } from "../../packages/tenant/src/ui/view.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { chromeIn, samples } from "../../packages/tenant/test/ui/pages/sample-views.ts";
import { standing } from "../../packages/tenant/test/ui/pages/serve-samples.ts";
import { show } from "./show.ts";

const folder = resolve(process.argv[2] ?? ".gallery");
const only = process.argv[3] ?? "";
const chosen = locales.flatMap((locale) =>
  samples
    .filter((sample) => sample.name.startsWith(only))
    .map(({ name, view }) => ({ name: `${name}.${locale}`, view, chrome: chromeIn(locale) })),
);

const screens = [
  { name: "phone", width: 390, height: 844 },
  { name: "desktop", width: 1280, height: 900 },
];
const schemes = ["light", "dark"] as const;

await mkdir(folder, { recursive: true });
const browser = await launchChromium();
try {
  for (const screen of screens) {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ viewport: screen, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      for (const sample of chosen) {
        await page.setViewportSize(screen);
        await show(page, standing(renderPage(sample.view, sample.chrome)));
        // As tall as the page, because elements fixed to the screen's edge would be in the middle of a full-page
        // picture.
        const height = await page.evaluate<number>("document.documentElement.scrollHeight");
        await page.setViewportSize({ width: screen.width, height });
        await page.screenshot({ path: join(folder, pictureOf(sample.name, screen.name, colorScheme)) });
      }
      await contactSheets(context, screen, colorScheme);
      await context.close();
    }
  }
} finally {
  await browser.close();
}
await writeFile(join(folder, "index.html"), indexPage());
process.stderr.write(`${chosen.length} pages as pictures: ${join(folder, "index.html")}\n`);

function pictureOf(name: string, screen: string, scheme: string): string {
  return `${name}.${screen}.${scheme}.png`;
}

/** A dozen pages side by side in one picture. */
async function contactSheets(
  context: Awaited<ReturnType<typeof browser.newContext>>,
  screen: { name: string; width: number; height: number },
  scheme: (typeof schemes)[number],
): Promise<void> {
  const perSheet = screen.name === "phone" ? 10 : 9;
  const columns = screen.name === "phone" ? 5 : 3;
  const page = await context.newPage();
  await page.setViewportSize({ width: columns * screen.width + (columns + 1) * 16, height: 900 });
  for (let from = 0; from < chosen.length; from += perSheet) {
    const frames = chosen
      .slice(from, from + perSheet)
      .map((sample) => {
        const document = standing(renderPage(sample.view, sample.chrome))
          .replaceAll("&", "&amp;")
          .replaceAll('"', "&quot;");
        return `<figure><figcaption>${sample.name}</figcaption><iframe srcdoc="${document}" width="${screen.width}" height="${screen.height}"></iframe></figure>`;
      })
      .join("");
    await page.setContent(
      `<!doctype html><style>body{margin:16px;background:#888;display:grid;grid-template-columns:repeat(${columns},${screen.width}px);gap:16px;font:20px sans-serif}figure{margin:0}iframe{border:0;display:block}</style>${frames}`,
    );
    await page.screenshot({
      path: join(folder, `sheet.${screen.name}.${scheme}.${from / perSheet + 1}.png`),
      fullPage: true,
    });
  }
  await page.close();
}

function indexPage(): string {
  const rows = chosen.map((sample) => {
    const pictures = screens.flatMap((screen) =>
      schemes.map((scheme) => {
        const file = pictureOf(sample.name, screen.name, scheme);
        return `<a href="${file}"><img loading="lazy" alt="${sample.name}, ${screen.name}, ${scheme}" src="${file}"></a>`;
      }),
    );
    return `<h2>${sample.name} <small>${statusOf(sample.view)}</small></h2><div>${pictures.join("")}</div>`;
  });
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages</title><style>body{font:16px/1.4 system-ui;margin:24px;background:#ddd}div{display:flex;gap:16px;align-items:start;overflow-x:auto}img{height:600px}small{color:#555}</style>${rows.join("")}</html>\n`;
}
