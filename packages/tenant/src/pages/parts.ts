import { attrs, type Child, type Html, html } from "./html.ts";
import type { Chrome } from "./view.ts";

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

interface Field {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  autocomplete: string;
  value?: string;
  hint?: string;
  wrong?: boolean;
  autofocus?: boolean;
  class?: string;
  more?: Parameters<typeof attrs>[0];
}

export function field(f: Field): Html {
  const hintId = f.hint ? `${f.name}-hint` : null;
  const described = [f.wrong ? problemId : null, hintId].filter(Boolean).join(" ");
  return html`<div class="field"><label for="${f.name}">${f.label}</label><input${attrs({
    class: f.class ? `input ${f.class}` : "input",
    id: f.name,
    name: f.name,
    type: f.type,
    value: f.value || null,
    autocomplete: f.autocomplete,
    required: true,
    autofocus: f.autofocus,
    "aria-invalid": f.wrong ? "true" : null,
    "aria-describedby": described || null,
    ...f.more,
  })}>${f.hint && html`<p class="hint" id="${hintId}">${f.hint}</p>`}</div>`;
}

/** An email or IP address in running text: a long one breaks at its dots, colons and @, not anywhere. */
export function address(text: string): Html {
  if (text.length <= 30) return html`<bdi>${text}</bdi>`;
  return html`<bdi>${text.split(/(?<=[.:])|(?=@)/).map((part, i) => [i > 0 && html`<wbr>`, part])}</bdi>`;
}

/** What a field of email, user name or code must not do to what is typed. */
export const asTyped = { autocapitalize: "none", autocorrect: "off", spellcheck: "false" } as const;

export function button(label: Child, answer?: { name?: string; value?: string; alt?: boolean }): Html {
  return html`<button${attrs({
    class: answer?.alt ? "button alt" : "button",
    type: "submit",
    name: answer?.name,
    value: answer?.value,
  })}>${label}</button>`;
}

export function buttonLink(href: string, label: string, alt = false): Html {
  return html`<a class="${alt ? "button alt" : "button"}" href="${href}">${label}</a>`;
}

/** A link of another page of the same flow. */
export function flowLink(path: string, flowId: string): string {
  return `${path}?flow=${encodeURIComponent(flowId)}`;
}

/** The name of an app in a heading: a short one stays on one line (`ciam-client-app` has places to break). */
export function appName(name: string): Html {
  return html`<bdi${attrs({ class: name.length <= 20 ? "whole" : null })}>${name}</bdi>`;
}

/** The one sign that the pages draw. */
export function tick(drawn = false): Html {
  return html`<svg${attrs({ class: drawn ? "draw" : null })} viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.6" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="M4.5 12.5l5 5 10-11"/></svg>`;
}
