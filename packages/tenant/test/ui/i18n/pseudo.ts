import { Html, html } from "../../../src/ui/html.ts";
import type { Messages } from "../../../src/ui/i18n/en.ts";

const open = "⟦";
const close = "⟧";

/** A catalogue whose own words are all between ⟦ and ⟧; the data of a message is not. */
export function pseudoOf(messages: Messages): Messages {
  return marked(messages) as Messages;
}

/** The parts of a text that did not come from the catalogue. */
export function withoutMarked(text: string): string[] {
  return text.split(/⟦[^⟧]*⟧/);
}

function marked(entry: unknown): unknown {
  if (typeof entry === "string") return mark(entry);
  if (typeof entry === "function") return (...given: unknown[]) => call(entry as Entry, given);
  return Object.fromEntries(Object.entries(entry as object).map(([key, value]) => [key, marked(value)]));
}

type Entry = (...given: unknown[]) => unknown;

/** Calls the message with a placeholder for each piece of data, to tell its own words from the data. */
function call(entry: Entry, given: unknown[]): unknown {
  const standIns = given.map((value, i) => {
    if (typeof value === "number") return value;
    return value instanceof Html ? html`${standIn(i)}` : standIn(i);
  });
  const answer = entry(...standIns);
  const fill = (text: string) => text.replace(/\uE000(\d+)\uE001/g, (_, i) => String(given[Number(i)]));
  if (!(answer instanceof Html)) return fill(mark(String(answer)));
  const markup = String(answer).replace(/(<[^>]*>)|([^<]+)/g, (_, tag, text) => tag ?? mark(text));
  return trusted(fill(markup));
}

const standIn = (i: number) => `\uE000${i}\uE001`;

function mark(text: string): string {
  return text
    .split(/(\uE000\d+\uE001)/)
    .map((part, i) => (i % 2 === 1 || part === "" ? part : `${open}${part}${close}`))
    .join("");
}

/** Our own markup as it is: a template without holes. */
function trusted(markup: string): Html {
  return html(Object.assign([markup], { raw: [markup] }));
}
