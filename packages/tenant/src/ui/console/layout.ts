import { type Chrome, iconOf, initialOf, markOf } from "../components/layout.ts";
import { form } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import { type Rail, railLinks } from "./rail.ts";

/** What all pages of the console share. */
export interface ConsoleChrome extends Chrome, Omit<Rail, "messages"> {
  /** The email address of the administrator. Null: the operator at this computer. */
  who: string | null;
  /** The embedded tenant of this computer. */
  embedded: boolean;
  /** Of the request, without the question mark. Empty for the answer to a form. */
  query: string;
  /** Where the script can read the page again. Null for the answer to a form, which stays as it is. */
  readAgain: string | null;
  /** The tenant's time, in milliseconds since the epoch. */
  now: number;
  /** Addresses of the style sheet and the script. */
  assets: { style: string; script: string };
}

/** A page before it is placed in the frame. */
export interface ConsolePage {
  title: string;
  /** One sentence below the title. */
  lede?: Child;
  /** Beside the title: a command to copy, a button, a search. */
  aside?: Html | null;
  main: Html;
  /** The page follows the tenant: it has parts that `live` made. Without it, the script reads nothing again. */
  follows?: boolean;
}

/** A render function for each page of a view type. */
export type ConsolePages<V extends { page: string }> = {
  [P in V["page"]]: (view: Extract<V, { page: P }>, chrome: ConsoleChrome) => ConsolePage;
};

/** The document around a page: rail, title, content. It loads two files of this origin, and nothing else. */
export function consoleLayout(page: ConsolePage, chrome: ConsoleChrome): string {
  const { messages, assets, nonce, tenantName } = chrome;
  const { palettes, logoUrl } = chrome.branding;
  const initial = initialOf(tenantName);
  const words = messages.console;
  return html`<!doctype html>
<html lang="${chrome.locale}" dir="${chrome.dir}">
<head>
<meta charset="utf-8">
<title>${page.title} · ${tenantName}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f5f2">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#131316">
<link rel="icon" href="${logoUrl ?? iconOf(initial, palettes.light)}">
<link rel="stylesheet" href="${assets.style}" nonce="${nonce}">
<script src="${assets.script}" nonce="${nonce}" defer></script>
</head>
<body${attrs({ "data-now": chrome.now, "data-read": page.follows ? chrome.readAgain : null })}>
<a class="skip" href="#content">${words.skip}</a>
<header class="rail">
<a class="who" href="/console">${markOf(initial, logoUrl)}<bdi>${tenantName}</bdi></a>
<nav class="wide" id="rail" data-live aria-label="${words.name}">${railLinks(chrome)}</nav>
<details class="narrow"><summary>${words.menu}</summary><nav id="menu" data-live aria-label="${words.name}">${railLinks(chrome)}</nav>${foot(chrome)}</details>
<div class="wide foot">${foot(chrome)}</div>
</header>
<main id="content" tabindex="-1">
<div class="lost note bad" id="lost" tabindex="-1" hidden><strong>${words.lost.title}</strong><p>${words.lost.text}</p></div>
<div class="top"><div><h1>${page.title}</h1>${page.lede && html`<p class="lede">${page.lede}</p>`}</div>${page.aside}</div>
${page.main}
</main>
<p class="hidden" role="status" id="said"></p>
</body>
</html>
`.toString();
}

/** Who is here, the other language, and the way out. */
function foot(chrome: ConsoleChrome): Html {
  const words = chrome.messages.console;
  const leave = form(
    "/console/leave",
    chrome,
    {},
    html`<button class="text-button" type="submit">${words.leave}</button>`,
  );
  return html`<p class="here">${chrome.who === null ? words.operator : html`<bdi>${chrome.who}</bdi>`}</p>
<div class="ways"><a class="text-button" href="${inLanguage(words.other.locale, chrome)}" hreflang="${words.other.locale}" lang="${words.other.locale}">${words.other.name}</a>${leave}</div>`;
}

/** The same page, with what it was asked for. */
function inLanguage(locale: string, { path, query }: ConsoleChrome): string {
  const asked = [...new URLSearchParams(query)].filter(([name]) => name !== "ui_locales" && name !== "mkt");
  return `${path}?${new URLSearchParams([["ui_locales", locale], ...asked])}`;
}
