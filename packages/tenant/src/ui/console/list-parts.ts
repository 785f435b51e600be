import { field, form, problemId } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome } from "./layout.ts";
import { act } from "./parts.ts";

/** What a form did, announced to screen readers. */
export const doneNote = (sentence: string): Html => html`<p class="note good" role="status">${sentence}</p>`;

/** Why a form did nothing. Its fields refer to it. */
export const problemAlert = (sentence: Child): Html =>
  html`<p class="note bad" role="alert" id="${problemId}">${sentence}</p>`;

/** A choice of one. `value`: what is chosen. */
export function radio(of: {
  name: string;
  legend: string;
  value: string;
  options: readonly { value: string; label: string }[];
}): Html {
  return html`<fieldset class="field"><legend>${of.legend}</legend>${of.options.map(
    ({ value, label }) =>
      html`<label class="choice"><input${attrs({ type: "radio", name: of.name, value, checked: value === of.value })}><span>${label}</span></label>`,
  )}</fieldset>`;
}

/** A list to choose from. */
export function select(of: {
  name: string;
  label: string;
  value: string;
  options: readonly { value: string; label: string }[];
  hint?: string;
}): Html {
  const hintId = of.hint === undefined ? null : `${of.name}-hint`;
  return html`<div class="field"><label for="${of.name}">${of.label}</label><select${attrs({ class: "input", id: of.name, name: of.name, "aria-describedby": hintId })}>${of.options.map(
    ({ value, label }) => html`<option${attrs({ value, selected: value === of.value })}>${label}</option>`,
  )}</select>${of.hint !== undefined && html`<p class="hint" id="${hintId ?? ""}">${of.hint}</p>`}</div>`;
}

/** Several lines of text. */
export function textArea(of: {
  name: string;
  label: string;
  value: string;
  rows: number;
  hint?: string;
  wrong?: boolean;
  code?: boolean;
}): Html {
  const hintId = of.hint === undefined ? null : `${of.name}-hint`;
  const described = [of.wrong && problemId, hintId].filter(Boolean).join(" ");
  // A line feed after the tag is not part of the text, so that a first empty line is kept.
  return html`<div class="field"><label for="${of.name}">${of.label}</label><textarea${attrs({
    class: of.code ? "input code" : "input",
    id: of.name,
    name: of.name,
    rows: of.rows,
    spellcheck: "false",
    autocapitalize: "none",
    autocomplete: "off",
    "aria-invalid": of.wrong ? "true" : null,
    "aria-describedby": described || null,
  })}>
${of.value}</textarea>${of.hint !== undefined && html`<p class="hint" id="${hintId ?? ""}">${of.hint}</p>`}</div>`;
}

/** Search and filter of a list, as a GET form: the address of the page says what it shows. */
export function searchForm(of: {
  action: string;
  label: string;
  button: string;
  search: string;
  /** What else the list is restricted to. */
  filter?: Parameters<typeof select>[0];
}): Html {
  return html`<form${attrs({ class: "search", action: of.action, role: "search" })}><div class="field"><label for="q">${of.label}</label><input${attrs(
    { class: "input", id: "q", name: "q", type: "search", value: of.search || null, autocomplete: "off" },
  )}></div>${of.filter && select(of.filter)}${act(of.button)}</form>`;
}

/** An action with what it does. What cannot be undone is behind a first click. */
export function action(of: { title: string; hint: Child; form: Html; danger?: boolean; open?: boolean }): Html {
  if (!of.danger) return html`<div class="action"><p class="hint">${of.hint}</p>${of.form}</div>`;
  return html`<details${attrs({ class: "action", open: of.open })}><summary>${of.title}…</summary><p class="hint">${of.hint}</p>${of.form}</details>`;
}

/** A deletion, for which the name is typed. */
export function confirmed(
  of: {
    action: string;
    name: string;
    title: string;
    hint: string;
    label: (name: Html) => Html;
    wrong: boolean;
  },
  chrome: ConsoleChrome,
): Html {
  const typed = field({
    ...{ name: "confirm", label: of.label(html`<b><bdi>${of.name}</bdi></b>`), type: "text", autocomplete: "off" },
    ...{ wrong: of.wrong, more: { autocapitalize: "none", spellcheck: "false" } },
  });
  return action({
    ...{ title: of.title, hint: of.hint, danger: true, open: of.wrong },
    form: form(of.action, chrome, {}, [typed, act(of.title, { kind: "danger" })]),
  });
}

/** Leads to this object as it is in the tenant file. */
export function yamlLink(section: string, id: string, { messages, rail }: ConsoleChrome): Html | null {
  if (!rail.includes("/console/tenant-file")) return null;
  return html`<a class="link" href="/console/tenant-file/part?section=${section}&amp;id=${id}">${messages.consoleFile.asYaml}</a>`;
}

/** The query of a list without what is empty, for its next page. */
export function queryOf(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
