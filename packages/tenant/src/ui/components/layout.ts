import type { Palette, Palettes } from "../branding/palette.ts";
import { attrs, type Html, html, scriptElement, styleElement } from "../html.ts";
import type { Language } from "../i18n/languages.ts";
import { styleOf } from "./style.ts";

/** What all pages share: the tenant's look and the language. */
export interface Chrome extends Language {
  tenantName: string;
  branding: { palettes: Palettes; logoUrl: string | null };
  /** For the `<style>` element. */
  nonce: string;
  csrfToken: string;
  /** What this browser's user reads of an address that a request came from. Null: this computer (`shownAddress`). */
  shownAddress: (ip: string) => string | null;
}

/** A page before it is placed in the document. */
export interface Page {
  /** Of everything the requesting app controls, only its registered name may be in a title. */
  title: string;
  main: Html;
  footer?: Html;
}

/** A render function for each page of a view type. */
export type Pages<V extends { page: string }> = {
  [P in V["page"]]: (view: Extract<V, { page: P }>, chrome: Chrome) => Page;
};

/**
 * The document around a page. It loads nothing external; its style element and script carry the nonce of the response.
 */
export function layout(page: Page, chrome: Chrome, script: string | undefined): string {
  const initial = initialOf(chrome.tenantName);
  const { palettes, logoUrl } = chrome.branding;
  return html`<!doctype html>
<html lang="${chrome.locale}" dir="${chrome.dir}">
<head>
<meta charset="utf-8">
<title>${page.title} · ${chrome.tenantName}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f5f2">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#131316">
<link rel="icon" href="${logoUrl ?? iconOf(initial, palettes.light)}">
${styleElement(styleOf(palettes), chrome.nonce)}
</head>
<body>
<header>${markOf(initial, logoUrl)}<bdi>${chrome.tenantName}</bdi></header>
<main>${page.main}</main>
${page.footer && html`<footer>${page.footer}</footer>`}
${script !== undefined && scriptElement(script, chrome.nonce)}
</body>
</html>
`.toString();
}

/** The tenant's name is next to it, so the image needs no alternative text. */
export function markOf(initial: string, logoUrl: string | null): Html {
  if (logoUrl !== null) return html`<img${attrs({ class: "logo", src: logoUrl, alt: "", height: 32 })}>`;
  return html`<span${attrs({ class: "mark", "aria-hidden": "true" })}>${initial}</span>`;
}

/** The first letter of a name, as users perceive letters (grapheme clusters). */
export function initialOf(name: string): string {
  const [first] = new Intl.Segmenter("en", { granularity: "grapheme" }).segment(name.trim());
  return (first?.segment ?? "").toLocaleUpperCase("en");
}

export function iconOf(initial: string, { brand, onBrand }: Palette): string {
  const svg = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="9" fill="${brand}"/><text x="16" y="22.5" text-anchor="middle" font-family="system-ui,sans-serif" font-weight="700" font-size="18" fill="${onBrand}">${initial}</text></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg.toString())}`;
}
