import type { Logger } from "pino";
import type { TenantConfig } from "../directory/tenant-config.ts";
import type { Clock } from "../kernel/time.ts";
import type { Store } from "../storage/store.ts";
import type { Branding } from "../ui/branding/branding.ts";
import type { Palette } from "../ui/branding/palette.ts";
import { initialOf } from "../ui/components/layout.ts";
import { html } from "../ui/html.ts";
import { type Language, type Locale, languages } from "../ui/i18n/languages.ts";
import { shownAddress } from "../ui/place.ts";
import type { MailQueue } from "./mail-queue.ts";
import type { OutgoingMail } from "./mailer.ts";

/** What is needed to compose and send a mail. */
export interface MailContext {
  config: TenantConfig;
  branding: Branding;
  store: Store;
  clock: Clock;
  mail: MailQueue;
  log: Logger;
}

/** Recipient, sender and language of a mail. */
export interface Addressed {
  to: string;
  sender: Sender;
  locale: Locale;
}

/** A code to copy to the page that asked for it. */
export function codeMail(
  what: "signUp" | "signIn" | "secondFactor" | "reset" | "changeEmail",
  about: Addressed & { code: string; minutes: number },
): OutgoingMail {
  const { to, sender, code, minutes } = about;
  const language = languages[about.locale];
  const { subject, enter, works, warning, warningOfPassword } = language.messages.mails.code;
  const name = oneLine(sender.name);
  // A second factor is requested only after the first one, so if it was someone else, the user has to act.
  const aside = what === "secondFactor" ? warningOfPassword : warning;
  const paragraphs = [enter[what](name), { code }, works(minutes), { aside }];
  return renderMail({ to, subject: subject(name), paragraphs }, sender, language);
}

/** Sent if someone signs up with an address that already has an account. Only its owner learns that. */
export function accountExistsMail(about: Addressed): OutgoingMail {
  const { to, sender } = about;
  const language = languages[about.locale];
  const { subject, exists, signIn, notYou } = language.messages.mails.accountExists;
  const name = oneLine(sender.name);
  return renderMail({ to, subject: subject(name), paragraphs: [exists(name), signIn, notYou] }, sender, language);
}

/** Sent if someone wants to use an address for their account that another account has. Only its owner learns that. */
export function addressTakenMail(about: Addressed): OutgoingMail {
  const { to, sender } = about;
  const language = languages[about.locale];
  const { subject, taken, other, notYou } = language.messages.mails.addressTaken;
  const name = oneLine(sender.name);
  return renderMail({ to, subject: subject(name), paragraphs: [taken(name), other, notYou] }, sender, language);
}

/** Sent if someone signs in with, or resets, an address without an account. Only its owner learns that. */
export function noAccountMail(about: Addressed & { mayCreate: boolean }): OutgoingMail {
  const { to, sender, mayCreate } = about;
  const language = languages[about.locale];
  const { subject, none, create, other } = language.messages.mails.noAccount;
  const name = oneLine(sender.name);
  const paragraphs = [none(name), ...(mayCreate ? [create] : []), other];
  return renderMail({ to, subject: subject(name), paragraphs }, sender, language);
}

/** Sent if someone requests a new password for an account that has a passkey and no password. */
export function noPasswordMail(about: Addressed): OutgoingMail {
  const { to, sender } = about;
  const language = languages[about.locale];
  const { subject, none, passkey, notYou } = language.messages.mails.noPassword;
  const name = oneLine(sender.name);
  return renderMail({ to, subject: subject(name), paragraphs: [none(name), passkey, notYou] }, sender, language);
}

/** The sender as shown: the name at the top, and the color of highlights. */
export interface Sender {
  name: string;
  /** Of light pages: mails are light, regardless of the reader's color scheme. */
  palette: Palette;
}

export function senderOf({ config, branding }: SenderContext): Sender {
  return { name: config.name, palette: branding.palettes.light };
}

/** Who sends a mail. */
export type SenderContext = Pick<MailContext, "branding"> & { config: Pick<TenantConfig, "name"> };

/** Where a request came from, in the words of a mail, which may be read on any computer: "192.0.2.7". */
export function placeIn({ messages }: Language, ip: string, { config }: Pick<MailContext, "config">): string {
  return shownAddress(ip, config, null) ?? messages.mails.securityNotifications.ownComputer;
}

/** A paragraph: a sentence, a code to copy, short lines, a link with its label, or less important text. */
export type Paragraph =
  | string
  | { code: string }
  | { lines: string[] }
  | { link: string; label: string }
  | { aside: string };

export interface MailContent {
  to: string;
  /** Contains the tenant's name only, never input of a user. */
  subject: string;
  paragraphs: Paragraph[];
}

/** Both parts of a mail. The HTML loads nothing. In the text part, a code has its own line. */
export function renderMail(about: MailContent, sender: Sender, language: Language): OutgoingMail {
  const { to, subject, paragraphs } = about;
  const { palette } = sender;
  const name = oneLine(sender.name);
  const document = html`<!doctype html>
<html lang="${language.locale}" dir="${language.dir}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light"><title>${name}</title></head>
<body style="margin:0;padding:32px 16px;background:#f6f5f2;color:#1b1b1f;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif">
<div style="max-width:440px;margin:0 auto">
<p style="margin:0 0 16px;font-weight:600"><span style="display:inline-block;width:30px;line-height:30px;margin-inline-end:10px;border-radius:9px;background:${palette.brand};color:${palette.onBrand};text-align:center">${initialOf(name)}</span>${name}</p>
<div style="padding:8px 24px;border:1px solid #e4e2dc;border-radius:18px;background:#ffffff">
${paragraphs.map((paragraph) => htmlOf(paragraph, palette))}</div></div></body></html>
`;
  return { to, subject, text: `${paragraphs.map(textOf).join("\n\n")}\n`, html: document.toString() };
}

/** A name, safe for a mail header. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\s]+/gu, " ").trim();
}

function textOf(paragraph: Paragraph): string {
  if (typeof paragraph === "string") return paragraph;
  if ("lines" in paragraph) return paragraph.lines.join("\n");
  if ("link" in paragraph) return `${paragraph.label}:\n${paragraph.link}`;
  return "code" in paragraph ? paragraph.code : paragraph.aside;
}

function htmlOf(paragraph: Paragraph, { brand, onBrand }: Palette) {
  if (typeof paragraph === "string") return html`<p>${paragraph}</p>\n`;
  if ("lines" in paragraph) {
    return html`<p>${paragraph.lines.map((line, i) => [i > 0 && html`<br>`, html`<bdi>${line}</bdi>`])}</p>\n`;
  }
  if ("link" in paragraph) {
    return html`<p style="margin:24px 0"><a href="${paragraph.link}" style="display:inline-block;padding:12px 20px;border-radius:12px;background:${brand};color:${onBrand};font-weight:600;text-decoration:none">${paragraph.label}</a></p>\n`;
  }
  if ("aside" in paragraph) return html`<p style="color:#5c5c66">${paragraph.aside}</p>\n`;
  return html`<p style="font:600 32px/1.4 ui-monospace,Menlo,Consolas,monospace;letter-spacing:4px;margin:24px 0;color:${brand}">${paragraph.code}</p>\n`;
}
