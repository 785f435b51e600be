import { html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address } from "./parts.ts";
import { titleOf } from "./titles.ts";
import type { View } from "./view.ts";

type Inbox = Extract<View, { page: "inbox" }>;
type Mail = Extract<View, { page: "mail" }>;

const footer = html`Mail of this tenant stays on this computer; nothing is sent.`;

export function inboxPage(view: Inbox): Page {
  return {
    title: titleOf(view),
    footer,
    main: html`<h1>Inbox</h1>
${
  view.mails.length === 0
    ? html`<p class="lede">No mail yet. When somebody creates an account, the code arrives here. Reload to look again.</p>`
    : html`<p class="lede">Newest first. Reload to look again.</p>
<ul class="mails">${view.mails.map(
        (mail) =>
          html`<li><a href="/inbox/${encodeURIComponent(mail.id)}"><strong>${mail.subject}</strong><span>To ${address(mail.to)}</span><span>${time(mail.at)}</span></a></li>`,
      )}</ul>`
}`,
  };
}

export function mailPage(view: Mail): Page {
  return {
    title: titleOf(view),
    footer,
    main: html`<p><a class="link" href="/inbox">Back to the inbox</a></p>
<h1>${view.subject}</h1>
<p class="lede">To ${address(view.to)}<br>${time(view.at)}</p>
<div class="card"><p class="letter">${withCode(view.text.trim())}</p></div>`,
  };
}

/** A line that is only a code is what the reader came for. */
function withCode(text: string) {
  return text
    .split(/(?:^|\n+)[ \t]*(\d{6,8})[ \t]*(?:\n+|$)/)
    .map((part, i) => (i % 2 === 1 ? html`<b>${part}</b>` : part));
}

/** In this computer's time zone: the inbox is read on the computer that runs the tenant. */
function time(at: number) {
  const words = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" }).format(at);
  return html`<time datetime="${new Date(at).toISOString()}">${words}</time>`;
}
