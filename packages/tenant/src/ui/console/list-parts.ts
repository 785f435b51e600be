import { field, form, problemId } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome } from "./layout.ts";
import { act } from "./parts.ts";

/** What a form did, announced to screen readers. `warn`: it found something else than expected. */
export const doneNote = (sentence: Child, tone: "good" | "warn" = "good"): Html =>
  html`<p class="note ${tone}" role="status">${sentence}</p>`;

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
