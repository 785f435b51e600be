import { address, form, moment } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { action, doneNote } from "./list-parts.ts";
import { act, backLink, copyable, live, tabs } from "./parts.ts";
import { searchField, searchForm } from "./search.ts";

/** How a mail is shown. */
export type MailForm = "text" | "html" | "source";

export type InboxView =
  | {
      page: "console_inbox";
      search: string;
      /** The newest that fit. `code`: the one that the mail brings. */
      mails: readonly { id: string; to: string; subject: string; at: number; code: string | null }[];
      /** How many fit. */
      total: number;
      /** The number of the newest one that is shown: later ones are not deleted with the others. */
      upTo: number;
      /** How many the form before deleted. Null: it was another page. */
      deleted: number | null;
      /** Where programs read them. */
      messages: string;
    }
  | {
      page: "console_mail";
      id: string;
      to: string;
      subject: string;
      text: string;
      html: string;
      at: number;
      code: string | null;
      as: MailForm;
    };

type View<P extends InboxView["page"]> = Extract<InboxView, { page: P }>;

export const inboxPages: ConsolePages<InboxView> = { console_inbox: listPage, console_mail: mailPage };

const PATH = "/console/inbox";

function listPage(view: View<"console_inbox">, chrome: ConsoleChrome): ConsolePage {
  const {
    consoleRecords: { inbox },
    time,
  } = chrome.messages;
  const { mails, total, deleted } = view;
  const isSearch = view.search !== "";
  return {
    title: chrome.messages.console.rail[PATH],
    follows: true,
    lede: `${inbox.lede} ${time.zone(chrome.now)}`,
    main: html`${deleted !== null && doneNote(deleted === 0 ? inbox.gone : inbox.deleted(deleted))}
${searchForm(
  {
    ...{ path: PATH, isSearch },
    fields: searchField({
      name: "q",
      label: inbox.find,
      value: view.search,
      more: { type: "search", autocapitalize: "none" },
    }),
  },
  chrome,
)}
${live(
  "mails",
  mails.length === 0
    ? html`<p class="empty">${isSearch ? inbox.noneFits : inbox.none}</p>`
    : html`<ul class="inbox">${mails.map((mail) => listed(mail, chrome))}</ul>
${total > mails.length && html`<p class="hint">${inbox.more(total - mails.length)}</p>`}
${action({
  ...{ title: isSearch ? inbox.deleteFound(total) : inbox.deleteAll, hint: inbox.deleteHint, danger: true },
  form: form(
    `${PATH}/delete`,
    chrome,
    { q: view.search, up_to: String(view.upTo) },
    act(inbox.deleteMany(total), { kind: "danger" }),
  ),
})}`,
)}
<p class="hint">${inbox.programs} <code>${view.messages}</code></p>`,
  };
}

function listed({ id, to, subject, at, code }: View<"console_inbox">["mails"][number], chrome: ConsoleChrome): Html {
  const {
    consoleRecords: { inbox },
    time,
  } = chrome.messages;
  return html`<li class="card"><a href="${PATH}/${encodeURIComponent(id)}"><bdi>${subject}</bdi></a><span class="from">${inbox.to(address(to))} · ${moment(at, time.at(at))}</span>${code !== null && codeBox(code, chrome)}</li>`;
}

/** In groups of four, as it is read aloud; what is copied has no spaces. */
function codeBox(code: string, chrome: ConsoleChrome): Html {
  return html`<div class="mailed-code">${copyable(code, chrome, html`${code.replace(/(.{4})(?=.)/g, "$1\u2009")}`)}</div>`;
}

function mailPage(view: View<"console_mail">, chrome: ConsoleChrome): ConsolePage {
  const {
    consoleRecords: { inbox },
    time,
  } = chrome.messages;
  const path = `${PATH}/${encodeURIComponent(view.id)}`;
  const views = (["text", "html", "source"] as const).map((as) => ({
    href: `${path}?as=${as}`,
    text: inbox.views[as],
    isShown: as === view.as,
  }));
  return {
    title: view.subject,
    lede: html`${inbox.to(address(view.to))} · ${moment(view.at, time.at(view.at))}`,
    aside: backLink(PATH, inbox.back),
    main: html`${view.code !== null && codeBox(view.code, chrome)}
${tabs(inbox.viewsLabel, views, "true")}
${shownAs(view, path, chrome)}
${action({
  ...{ title: inbox.delete, hint: inbox.deleteHint, danger: true },
  form: form(path, chrome, {}, act(inbox.deleteMany(1), { kind: "danger" })),
})}`,
  };
}

function shownAs(view: View<"console_mail">, path: string, { messages }: ConsoleChrome): Html {
  const { inbox } = messages.consoleRecords;
  switch (view.as) {
    case "text":
      return html`<div class="card"><p class="letter">${withLink(view.text.trim())}</p></div>`;
    case "html":
      // Nothing is allowed to it: no script, no form, no window of its own. The answer says the same in its headers.
      return html`<iframe class="mail-frame" src="${path}/html" sandbox title="${inbox.frame}"></iframe><p class="hint">${inbox.frameHint}</p>`;
    case "source":
      return html`<pre class="card source" tabindex="0">${sourceOf(view)}</pre>`;
  }
}

/** As a mail program shows it. The inbox keeps the parts, not the message that SMTP would carry. */
const sourceOf = ({ to, subject, at, text, html: markup }: View<"console_mail">): string =>
  [
    `To: ${to}`,
    `Subject: ${subject}`,
    `Date: ${new Date(at).toUTCString()}`,
    "",
    text.trim(),
    "",
    "-- text/html --",
    markup,
  ].join("\n");

/** The tenant's own link works here as in any mailbox; all other addresses remain text. */
function withLink(text: string) {
  const [before = "", origin, path, token, after = ""] = text.split(
    /(https?:\/\/[^\s?]+?)(\/not-me(?:\/email)?)\?token=([\w-]{43})(?=\s|$)/,
  );
  if (token === undefined || path === undefined) return text;
  return [before, html`<a href="${path}?token=${token}">${`${origin}${path}`}</a>`, after];
}
