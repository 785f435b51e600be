import { problemId, cameFrom as wordsOfPlace } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome } from "./layout.ts";

/**
 * A part of a page that follows the tenant while the page is open: the script reads the page again when something changed,
 * and carries over what differs. The ID is unique in the page. Without JavaScript it is an ordinary part.
 * A page with one says so (`follows`).
 */
export function live(id: string, content: Child, of: { class?: string; tag?: "div" | "span" } = {}): Html {
  const attributes = attrs({ id, class: of.class ?? null, "data-live": true });
  return of.tag === "span" ? html`<span${attributes}>${content}</span>` : html`<div${attributes}>${content}</div>`;
}

/**
 * A sentence that is only there in English: of an operation of the tenant, or of the program that runs it. It says so, so that a
 * screen reader pronounces it, and shows what is between backticks as code.
 */
export function english(sentence: string): Html {
  const parts = sentence.split(/`([^`]+)`/);
  return html`<span lang="en">${parts.map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))}</span>`;
}

/** Why a form did nothing, and what to do. Its fields refer to it by `problemId`. */
export function problemBox(sentence: Child, hint?: Child): Html {
  return html`<div class="note bad" role="alert" id="${problemId}"><strong>${sentence}</strong>${hint && html`<p>${hint}</p>`}</div>`;
}

export type Tone = "good" | "warn" | "bad" | "plain";

/** A short word about the state of something. */
export function pill(tone: Tone, text: Child): Html {
  return html`<span class="pill ${tone}">${text}</span>`;
}

/** Text in the form in which it is typed, with a button that copies it. The button is there only with JavaScript. */
export function copyable(text: string, chrome: ConsoleChrome, shown: Child = text): Html {
  const { copy, copied } = chrome.messages.console;
  return html`<div class="cmd"><code>${shown}</code><button type="button" class="copy" hidden data-copy="${text}" data-copied="${copied}">${copy}</button></div>`;
}

/** Where a request came from, at the end of a sentence: "from 192.0.2.7". */
export function cameFrom(ip: string, chrome: ConsoleChrome): Html {
  return html`<span class="from">${wordsOfPlace(ip, chrome)}</span>`;
}

/** Time until then. The script counts; without it, the time of the answer is shown. `until` in milliseconds since the epoch. */
export function countdown(until: number, { now, messages }: ConsoleChrome): Html {
  const left = Math.max(0, Math.round((until - now) / 1_000));
  const time = html`<time${attrs({ class: "countdown", "data-until": until, role: "timer" })}>${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}</time>`;
  return messages.console.left(time);
}

/** Links to the first and the next page of a list. `next`: the key of `afterKey`, or null on the last page. */
export function pager(
  of: { path: string; query?: Record<string, string>; isFirst: boolean; next: string | null },
  chrome: ConsoleChrome,
): Html | null {
  const { pages } = chrome.messages.console;
  const query = new URLSearchParams(of.query);
  const first = query.size === 0 ? of.path : `${of.path}?${query}`;
  if (of.next !== null) query.set("after", of.next);
  if (of.isFirst && of.next === null) return null;
  return html`<nav class="pager" aria-label="${pages.name}">${!of.isFirst && html`<a class="button alt" href="${first}">${pages.first}</a>`}${
    of.next !== null && html`<a class="button alt" href="${of.path}?${query.toString()}">${pages.next}</a>`
  }</nav>`;
}

/** Beside the title of a detail: the list it belongs to, and `more` that shows it in another way. */
export function backLink(href: string, label: string, more?: Child): Html {
  return html`<p class="acts"><a class="link" href="${href}">${label}</a>${more}</p>`;
}

/** Links to the parts of a page, of which one is shown. `current`: what it is to a screen reader. */
export function tabs(
  label: string,
  of: readonly { href: string; text: string; isShown: boolean }[],
  current: "page" | "true" = "page",
): Html {
  return html`<nav class="tabs" aria-label="${label}">${of.map(
    ({ href, text, isShown }) => html`<a${attrs({ href, "aria-current": isShown ? current : null })}>${text}</a>`,
  )}</nav>`;
}

/** A button of the console: smaller than those of the other pages. */
export function act(
  label: Child,
  of: { kind?: "main" | "alt" | "danger"; name?: string; value?: string; action?: string } = {},
): Html {
  const { kind = "alt" } = of;
  return html`<button${attrs({
    class: kind === "main" ? "button" : `button ${kind}`,
    type: "submit",
    name: of.name,
    value: of.value,
    formaction: of.action,
  })}>${label}</button>`;
}
