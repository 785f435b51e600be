import { attrs, type Child, type Html, html } from "../html.ts";
import type { Chrome } from "./layout.ts";

/** Every form of the pages: POST, with the CSRF token. `novalidate`, because our own sentences say what to do, to everybody the same. */
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

/** What went wrong and what to do next; fields refer to it by `problemId`. */
export function problemNote(sentence: string | null | undefined): Html | null {
  return sentence ? html`<p id="${problemId}" class="note bad" role="alert">${sentence}</p>` : null;
}

export interface Field {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autocomplete: string;
  value?: string;
  hint?: string;
  /** The page's note says what is wrong with it. */
  wrong?: boolean;
  /** What is wrong with it, said at the field: on a page of many. */
  problem?: string | null | undefined;
  /** True unless said. */
  required?: boolean;
  autofocus?: boolean;
  class?: string;
  /** Stands in the line of the label, at its end. */
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

/** What is wrong with one field among others. */
export function fieldProblem(name: string, sentence: string | null | undefined): Html | null {
  return sentence ? html`<p class="hint wrong" id="${name}-problem">${sentence}</p>` : null;
}

/** A box to tick; it sends `yes` or nothing. */
export function tickBox(box: {
  name: string;
  label: string;
  ticked: boolean;
  hint?: string;
  required?: boolean;
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
    autofocus: box.autofocus,
    "aria-invalid": box.problem ? "true" : null,
    "aria-describedby": described || null,
  })}><span>${box.label}</span></label>${box.hint && html`<p class="hint" id="${hintId}">${box.hint}</p>`}${fieldProblem(box.name, box.problem)}</div>`;
}

/**
 * An email, IP or host address: one longer than `whole` characters, what a line of running text holds, breaks at its
 * dots, colons and @, not anywhere.
 */
export function address(text: string, whole = 30): Html {
  if (text.length <= whole) return html`<bdi>${text}</bdi>`;
  return html`<bdi>${text.split(/(?<=[.:])|(?=@)/).map((part, i) => [i > 0 && html`<wbr>`, part])}</bdi>`;
}

/** What a field of email, user name or code must not do to what is typed. */
export const asTyped = { autocapitalize: "none", autocorrect: "off", spellcheck: "false" } as const;

/** `action`: where this button sends the form, if not where the form says. */
export function button(label: Child, answer?: { name?: string; value?: string; alt?: boolean; action?: string }): Html {
  return html`<button${attrs({
    class: answer?.alt ? "button alt" : "button",
    type: "submit",
    name: answer?.name,
    value: answer?.value,
    formaction: answer?.action,
  })}>${label}</button>`;
}

export function buttonLink(href: string, label: string, alt = false): Html {
  return html`<a class="${alt ? "button alt" : "button"}" href="${href}">${label}</a>`;
}

/** A link of another page of the same flow. */
export function flowLink(path: string, flowId: string): string {
  return `${path}?flow=${encodeURIComponent(flowId)}`;
}

/** One line of what is known, in a list of such. */
export function fact(name: string, value: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** The name of an app in a heading: a short one stays on one line (`ciam-client-app` has places to break). */
export function appName(name: string): Html {
  return html`<bdi${attrs({ class: name.length <= 20 ? "whole" : null })}>${name}</bdi>`;
}

/** The one sign that the pages draw. */
export function tick(drawn = false): Html {
  return html`<svg${attrs({ class: drawn ? "draw" : null })} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 12.5l5 5 10-11"/></svg>`;
}
