import type { Language } from "../messages/languages.ts";
import { html } from "../pages/html.ts";
import type { OutgoingMail } from "./mailer.ts";

/** A paragraph: a sentence, a code to be copied, or what matters less. */
export type Paragraph = string | { code: string } | { aside: string };

export interface Letter {
  to: string;
  /** Holds the tenant's name only, never what somebody typed. */
  subject: string;
  paragraphs: Paragraph[];
}

/** Both parts of a mail. The HTML loads nothing from anywhere; in the text a code has a line of its own. */
export function letter(about: Letter, tenantName: string, language: Language): OutgoingMail {
  const { to, subject, paragraphs } = about;
  const name = oneLine(tenantName);
  const document = html`<!doctype html>
<html lang="${language.locale}" dir="${language.dir}"><head><meta charset="utf-8"><title>${name}</title></head>
<body style="margin:0;padding:32px 16px;background:#faf7f2;color:#221f1a;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:440px;margin:0 auto">
<p style="font-weight:600">${name}</p>
${paragraphs.map(htmlOf)}</div></body></html>
`;
  return { to, subject, text: `${paragraphs.map(textOf).join("\n\n")}\n`, html: document.toString() };
}

/** A name as it may stand in a header of a mail. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

function textOf(paragraph: Paragraph): string {
  if (typeof paragraph === "string") return paragraph;
  return "code" in paragraph ? paragraph.code : paragraph.aside;
}

function htmlOf(paragraph: Paragraph) {
  if (typeof paragraph === "string") return html`<p>${paragraph}</p>\n`;
  if ("aside" in paragraph) return html`<p style="color:#6b6459">${paragraph.aside}</p>\n`;
  return html`<p style="font:600 32px/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px;margin:24px 0">${paragraph.code}</p>\n`;
}
