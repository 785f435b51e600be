import { attrs, type Html, html, scriptElement, styleElement } from "./html.ts";
import { style } from "./style.ts";
import type { Chrome } from "./view.ts";

export interface Page {
  title: string;
  main: Html;
  footer?: Html;
  /** Runs when the page stands. */
  script?: string;
}

/** The document around a page: nothing from elsewhere, its style element, and a script where it has one, under the response's nonce. */
export function layout(page: Page, chrome: Chrome): string {
  const initial = initialOf(chrome.tenantName);
  return html`<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<title>${page.title} · ${chrome.tenantName}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f5f2">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#131316">
<link rel="icon" href="${iconOf(initial)}">
${styleElement(style, chrome.nonce)}
</head>
<body>
<header><span${attrs({ class: "mark", "aria-hidden": "true" })}>${initial}</span><bdi>${chrome.tenantName}</bdi></header>
<main>${page.main}</main>
${page.footer && html`<footer>${page.footer}</footer>`}
${page.script !== undefined && scriptElement(page.script, chrome.nonce)}
</body>
</html>
`.toString();
}

/** First letter of a name, as a person sees letters. */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(name.trim());
  return (first?.segment ?? "").toLocaleUpperCase("en");
}

function iconOf(initial: string): string {
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="#3b5bdb"/><text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" font-size="18" fill="#fff">${initial}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg.toString())}`;
}
