import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser } from "playwright-core";
import { defaultLocale, type Locale, locales } from "../../../src/ui/i18n/languages.ts";
import { formPostScript } from "../../../src/ui/pages/form-post.ts";
import { asksAgain, renderPage, scriptOf } from "../../../src/ui/render.ts";
import { statusOf, type View } from "../../../src/ui/view.ts";
import { launchChromium } from "../../fixtures/chromium.ts";
import { chrome, chromeIn, samples } from "./sample-views.ts";

/** The header that the tenant sends. A page that needs more than this allows is broken. */
const contentSecurityPolicy = (view: View) =>
  [
    "default-src 'none'",
    ...(scriptOf(view) !== undefined ? [`script-src 'nonce-${chrome.nonce}'`] : []),
    ...(asksAgain(view) ? ["connect-src 'self'"] : []),
    `style-src 'nonce-${chrome.nonce}'`,
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "object-src 'none'",
  ].join("; ");

/** A page that redirects automatically is shown as it is. */
export function standing(page: string): string {
  return page.replace(formPostScript, "");
}

export interface Served {
  browser: Browser;
  /** URL of a sample by its name. */
  addressOf(name: string, locale?: Locale): string;
  close(): Promise<void>;
}

/** Serves every sample under its name on a loopback port, with one Chromium. */
export async function serveSamples(): Promise<Served> {
  const server = createServer((request, response) => {
    const [locale, name] = (request.url ?? "").split("/").slice(1);
    const sample = samples.find((one) => one.name === name);
    const language = locales.find((one) => one === locale);
    if (!sample || !language) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(statusOf(sample.view), {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": contentSecurityPolicy(sample.view),
      "cache-control": "no-store",
    });
    response.end(standing(renderPage(sample.view, chromeIn(language))));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const browser = await launchChromium();
  return {
    browser,
    addressOf: (name, locale = defaultLocale) => `http://127.0.0.1:${port}/${locale}/${name}`,
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}
