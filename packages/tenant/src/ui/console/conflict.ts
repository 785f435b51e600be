import { moment } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { ConsoleChrome } from "./layout.ts";

/** The administrator whose change came first. */
export interface ChangedBy {
  /** Milliseconds since the epoch. */
  at: number;
  /** With the prefix of Graph or the console, if an administrator made it there. */
  event: string;
  actor: "user" | "client" | "operator" | "tenant";
  /** Null: not a user of the tenant, or deleted since. */
  email: string | null;
}

/** What two administrators saw in one field. */
export interface Difference {
  field: string;
  now: string;
  yours: string;
}

/** For a form that lost against another one: who was first, and both values of each field. */
export function conflictNote(by: ChangedBy | null, differences: Difference[], chrome: ConsoleChrome): Html {
  const { consoleConflict: texts, time } = chrome.messages;
  const differing = differences.filter(({ now, yours }) => now !== yours);
  return html`<div class="note bad" role="alert" id="problem"><strong>${texts.title}</strong>
<p>${by === null ? texts.unknown : texts.by(nameOf(by, chrome), moment(by.at, time.at(by.at)))} ${texts.nothing}</p>
${
  differing.length > 0 &&
  html`<div class="table"><table><thead><tr><th scope="col">${texts.field}</th><th scope="col">${texts.now}</th><th scope="col">${texts.yours}</th></tr></thead><tbody>${differing.map(
    ({ field, now, yours }) =>
      html`<tr><th scope="row">${field}</th><td><bdi>${now}</bdi></td><td><bdi>${yours}</bdi></td></tr>`,
  )}</tbody></table></div>`
}</div>`;
}

function nameOf({ event, actor, email }: ChangedBy, { messages }: ConsoleChrome): Html {
  const texts = messages.consoleConflict;
  const isOwn = actor === "user" && !/^(graph|console)\./.test(event);
  if (isOwn) return html`${texts.itself}`;
  return email === null ? html`${texts.operator}` : html`<bdi>${email}</bdi>`;
}
