import type { Chrome, Page, Pages } from "../components/layout.ts";
import { address } from "../components/parts.ts";
import { html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

export type InboxView =
  | { page: "inbox"; mails: { id: string; to: string; subject: string; at: number }[] }
  | { page: "mail"; to: string; subject: string; text: string; at: number };

type View<P extends InboxView["page"]> = Extract<InboxView, { page: P }>;

export const inboxPages: Pages<InboxView> = { inbox: inboxPage, mail: mailPage };

function inboxPage(view: View<"inbox">, { messages }: Chrome): Page {
  const { inbox } = messages;
  return {
    title: messages.titles.inbox,
    footer: html`${inbox.staysHere}`,
    main: html`<h1>${messages.titles.inbox}</h1>
${
  view.mails.length === 0
    ? html`<p class="lede">${inbox.empty}</p>`
    : html`<p class="lede">${inbox.lede}</p>
<ul class="mails">${view.mails.map(
        (mail) =>
          html`<li><a href="/inbox/${encodeURIComponent(mail.id)}"><strong>${mail.subject}</strong><span>${inbox.to(address(mail.to))}</span><span>${time(mail.at, messages)}</span></a></li>`,
      )}</ul>`
}`,
  };
}

function mailPage(view: View<"mail">, { messages }: Chrome): Page {
  const { inbox } = messages;
  return {
    title: view.subject,
    footer: html`${inbox.staysHere}`,
    main: html`<p><a class="link" href="/inbox">${inbox.back}</a></p>
<h1>${view.subject}</h1>
<p class="lede">${inbox.to(address(view.to))}<br>${time(view.at, messages)}</p>
<div class="card"><p class="letter">${withLink(view.text.trim())}</p></div>`,
  };
}

/** The tenant's own link works here as in any mailbox; all other addresses remain text. */
function withLink(text: string) {
  const [before = "", address, token, after = ""] = text.split(/(https?:\/\/\S+?\/not-me)\?token=([\w-]{43})(?=\s|$)/);
  if (token === undefined) return withCode(text);
  return [withCode(before), html`<a href="/not-me?token=${token}">${address}</a>`, withCode(after)];
}

/** Highlights a line that contains only a code. */
function withCode(text: string) {
  return text
    .split(/(?:^|\n+)[ \t]*(\d{6,8})[ \t]*(?:\n+|$)/)
    .map((part, i) => (i % 2 === 1 ? html`<b>${part}</b>` : part));
}

/** In the time zone of this computer, because the inbox is read on the computer that runs the tenant. */
function time(at: number, messages: Messages) {
  return html`<time datetime="${new Date(at).toISOString()}">${messages.time.at(at)}</time>`;
}
