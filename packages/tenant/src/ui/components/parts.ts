import { attrs, type Child, type Html, html } from "../html.ts";
import type { Chrome } from "./layout.ts";

/**
 * A form of the pages: POST, with the CSRF token. `novalidate`, because our own error messages say what to do in every
 * browser.
 */
export function form(
  action: string,
  chrome: Chrome,
  hidden: Record<string, string | null>,
  body: Child,
  id?: string,
): Html {
  const fields = Object.entries({ csrf: chrome.csrfToken, ...hidden });
  return html`<form${attrs({ id, method: "post", action, novalidate: true })}>${fields.map(
    ([name, value]) => value !== null && html`<input type="hidden" name="${name}" value="${value}">`,
  )}${body}</form>`;
}

export const problemId = "problem";

/** The error and what to do next. Fields refer to it by `problemId`. */
export function problemNote(sentence: string | null | undefined): Html | null {
  return sentence ? html`<p id="${problemId}" class="note bad" role="alert">${sentence}</p>` : null;
}

export interface Field {
  name: string;
  label: Child;
  type: "text" | "email" | "password";
  autocomplete: string;
  value?: string;
  hint?: string;
  /** The error at the top of the page is about this field. */
  wrong?: boolean;
  /** The error of this field, shown next to it on pages with many fields. */
  problem?: string | null | undefined;
  /** Default: true. */
  required?: boolean;
  autofocus?: boolean;
  class?: string;
  /** At the end of the label's line. */
  beside?: Html;
  more?: Parameters<typeof attrs>[0];
}

export function field(f: Field): Html {
  const hintId = f.hint ? `${f.name}-hint` : null;
  const described = [f.wrong && problemId, f.problem && `${f.name}-problem`, hintId].filter(Boolean).join(" ");
  const label = html`<label for="${f.name}">${f.label}</label>`;
  return html`<div class="field">${f.beside ? html`<div class="labels">${label}${f.beside}</div>` : label}<input${attrs(
    {
      class: f.class ? `input ${f.class}` : "input",
      id: f.name,
      name: f.name,
      type: f.type,
      value: f.value || null,
      autocomplete: f.autocomplete,
      required: f.required ?? true,
      autofocus: f.autofocus,
      "aria-invalid": f.wrong || f.problem ? "true" : null,
      "aria-describedby": described || null,
      ...f.more,
    },
  )}>${f.hint && html`<p class="hint" id="${hintId}">${f.hint}</p>`}${fieldProblem(f.name, f.problem)}</div>`;
}

/** The error of one field on a page with many. */
export function fieldProblem(name: string, sentence: string | null | undefined): Html | null {
  return sentence ? html`<p class="hint wrong" id="${name}-problem">${sentence}</p>` : null;
}

/** A checkbox. It sends `yes` or nothing. */
export function tickBox(box: {
  name: string;
  label: string;
  ticked: boolean;
  hint?: string;
  required?: boolean;
  /** It cannot be changed here. It sends nothing. */
  fixed?: boolean;
  problem?: string | null | undefined;
  autofocus?: boolean;
}): Html {
  const hintId = box.hint ? `${box.name}-hint` : null;
  const described = [box.problem && `${box.name}-problem`, hintId].filter(Boolean).join(" ");
  return html`<div class="field"><label class="choice"><input${attrs({
    type: "checkbox",
    id: box.name,
    name: box.name,
    value: "yes",
    checked: box.ticked,
    required: box.required,
    disabled: box.fixed,
    autofocus: box.autofocus,
    "aria-invalid": box.problem ? "true" : null,
    "aria-describedby": described || null,
  })}><span>${box.label}</span></label>${box.hint && html`<p class="hint" id="${hintId}">${box.hint}</p>`}${fieldProblem(box.name, box.problem)}</div>`;
}

/**
 * An email, IP or host address. If it is longer than `whole` characters, which fit in one line of text, it breaks only
 * at its dots, colons and @.
 */
export function address(text: string, whole = 30): Html {
  if (text.length <= whole) return html`<bdi>${text}</bdi>`;
  return html`<bdi>${text.split(/(?<=[.:])|(?=@)/).map((part, i) => [i > 0 && html`<wbr>`, part])}</bdi>`;
}

/** Where a request came from: "this computer", "192.0.2.7". */
export function placeOf(ip: string, chrome: Chrome): Html {
  const shown = chrome.shownAddress(ip);
  return shown === null ? html`${chrome.messages.common.thisComputer}` : address(shown);
}

/** The same at the end of a sentence: "from this computer". */
export function cameFrom(ip: string, chrome: Chrome): Html {
  const { from, fromHere } = chrome.messages.common;
  const shown = chrome.shownAddress(ip);
  return shown === null ? html`${fromHere}` : from(address(shown));
}

/** Keeps browsers from changing what is typed in a field for an email, user name or code. */
export const asTyped = { autocapitalize: "none", autocorrect: "off", spellcheck: "false" } as const;

/** `action`: where this button sends the form, if not to the form's own action. */
export function button(
  label: Child,
  answer?: { name?: string; value?: string; alt?: boolean; danger?: boolean; action?: string },
): Html {
  return html`<button${attrs({
    class: answer?.alt ? "button alt" : answer?.danger ? "button danger" : "button",
    type: "submit",
    name: answer?.name,
    value: answer?.value,
    formaction: answer?.action,
  })}>${label}</button>`;
}

export function buttonLink(href: string, label: string, alt = false): Html {
  return html`<a class="${alt ? "button alt" : "button"}" href="${href}">${label}</a>`;
}

/** A link to another page of the same interaction. */
export function flowLink(path: string, flowId: string): string {
  return `${path}?flow=${encodeURIComponent(flowId)}`;
}

/** A list of things, each of which leads to its own page. */
export function rows(items: { href: string; name: Child; more: Child }[]): Html {
  return html`<ul class="rows">${items.map(({ href, name, more }) => html`<li><a href="${href}"><strong>${name}</strong><span>${more}</span></a></li>`)}</ul>`;
}

/** A point in time, for readers whose time zone is unknown. */
export function moment(at: number, shown: string): Html {
  return html`<time datetime="${new Date(at).toISOString()}">${shown}</time>`;
}

/** One row in a list of facts. */
export function fact(name: string, value: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/**
 * The name of an app in a heading. A short name stays on one line, although names like `ciam-client-app` could break.
 */
export function appName(name: string): Html {
  return html`<bdi${attrs({ class: name.length <= 20 ? "whole" : null })}>${name}</bdi>`;
}

/** The check mark, the only icon of the pages. */
export function tick(drawn = false): Html {
  return html`<svg${attrs({ class: drawn ? "draw" : null })} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 12.5l5 5 10-11"/></svg>`;
}
