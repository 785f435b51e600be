import { attrs, type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome } from "./layout.ts";
import { act } from "./parts.ts";

/**
 * Search and filters above a list. It is a GET: the address of the page says what it shows, and can be kept and sent on.
 * `isSearch`: the list shows less than everything, so a link leads back to all of it.
 */
export function searchForm(of: { path: string; fields: Child; isSearch: boolean }, { messages }: ConsoleChrome): Html {
  const { search, showAll } = messages.console;
  return html`<form class="search" method="get" action="${of.path}" role="search">${of.fields}
<div class="acts">${act(search)}${of.isSearch && html`<a class="button alt" href="${of.path}">${showAll}</a>`}</div></form>`;
}

/** One field of a search. `problem`: why its value finds nothing. */
export function searchField(of: {
  name: string;
  label: string;
  value: string;
  problem?: string | null;
  more?: Parameters<typeof attrs>[0];
}): Html {
  const { name, label, value, problem, more } = of;
  return html`<div class="filter"><label for="${name}">${label}</label><input${attrs({
    ...{ class: "input", id: name, name, type: "text", autocomplete: "off", spellcheck: "false" },
    ...more,
    value,
    "aria-invalid": problem ? "true" : null,
    "aria-describedby": problem ? `${name}-problem` : null,
  })}>${problem && html`<p class="hint wrong" id="${name}-problem">${problem}</p>`}</div>`;
}

type Choice = { value: string; label: string };

/** One list of a search to choose from. `groups`: more choices below headings. */
export function searchSelect(of: {
  name: string;
  label: string;
  value: string;
  options: readonly Choice[];
  groups?: readonly { label: string; options: readonly Choice[] }[];
}): Html {
  const optionOf = ({ value, label }: Choice) =>
    html`<option${attrs({ value, selected: value === of.value })}>${label}</option>`;
  return html`<div class="filter"><label for="${of.name}">${of.label}</label><select class="input" id="${of.name}" name="${of.name}">${of.options.map(optionOf)}${of.groups?.map(
    ({ label, options }) => html`<optgroup label="${label}">${options.map(optionOf)}</optgroup>`,
  )}</select></div>`;
}

/** The query of a list without what is empty, for its next page. */
export function queryOf(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}
