import { form, moment } from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { doneNote } from "./list-parts.ts";
import { act, pill, problemBox, type Tone } from "./parts.ts";

/** A key, as `SigningKeyAdmin` lists it. */
export interface ShownKey {
  kid: string;
  alg: string;
  state: "next" | "signing" | "previous" | "retired";
  createdAt: number;
  activatesAt: number;
  retiresAt: number | null;
}

export interface KeysView {
  page: "console_keys";
  /** Those of each algorithm in the order in which they sign. */
  keys: readonly ShownKey[];
  /** What the form before did. */
  done: { did: "rotated" | "retired"; key: ShownKey } | null;
  problem: "key_in_use" | "key_unknown" | null;
}

export const keysPages: ConsolePages<KeysView> = { console_keys: keysPage };

const PATH = "/console/keys";
const TONES: Record<ShownKey["state"], Tone> = { signing: "good", next: "plain", previous: "warn", retired: "plain" };

function keysPage({ keys, done, problem }: KeysView, chrome: ConsoleChrome): ConsolePage {
  const { messages, now } = chrome;
  const {
    consoleRecords: { keys: words },
    time,
  } = messages;
  const byAlgorithm = Map.groupBy(keys, ({ alg }) => alg);
  return {
    title: messages.console.rail[PATH],
    lede: `${words.lede} ${time.zone(now)}`,
    main: html`${problem !== null && problemBox(words.problems[problem])}
${done !== null && doneNote(doneSentence(done, chrome))}
${[...byAlgorithm].map(([alg, own]) => algorithmCard(alg, own, chrome))}`,
  };
}

function doneSentence({ did, key }: NonNullable<KeysView["done"]>, { messages }: ConsoleChrome): Html {
  const {
    consoleRecords: { keys: words },
    time,
  } = messages;
  const at = did === "rotated" ? key.activatesAt : key.retiresAt;
  const shown = at === null ? words.open : time.at(at);
  return words.done[did](html`<code>${key.kid}</code>`, shown);
}

function algorithmCard(alg: string, keys: readonly ShownKey[], chrome: ConsoleChrome): Html {
  const { keys: words } = chrome.messages.consoleRecords;
  const [current, retired] = [
    keys.filter(({ state }) => state !== "retired"),
    keys.filter(({ state }) => state === "retired"),
  ];
  const next = current.find(({ state }) => state === "next");
  return html`<section class="card"><h2>${alg}</h2>${table(current, chrome)}
${
  next &&
  form(
    PATH,
    chrome,
    { alg, kid: next.kid },
    html`<p class="hint">${words.rotateHint}</p><div class="acts">${act(words.rotate, { name: "action", value: "rotate" })}</div>
<details><summary>${words.danger}</summary><p class="hint">${words.rotateNowHint}</p><div class="acts">${act(words.rotateNow, { kind: "danger", name: "action", value: "rotate_now" })}</div></details>`,
  )
}
${retired.length > 0 && html`<details><summary>${words.retiredKeys(retired.length)}</summary>${table(retired, chrome)}</details>`}</section>`;
}

function table(keys: readonly ShownKey[], chrome: ConsoleChrome): Html {
  const {
    consoleRecords: { keys: words },
    time,
  } = chrome.messages;
  const { columns } = words;
  const cell = (label: string, value: Child) => html`<td data-label="${label}">${value}</td>`;
  const at = (when: number) => moment(when, time.at(when));
  const names = [columns.kid, columns.state, columns.created, columns.activates, columns.retires];
  return html`<div class="table"><table class="list"><thead><tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${keys.map(
    (key) =>
      html`<tr><td><code>${key.kid}</code></td>${[
        cell(
          columns.state,
          html`${pill(TONES[key.state], words.states[key.state])}<span class="hint">${words.stateHints[key.state]}</span>${retireForm(key, chrome)}`,
        ),
        cell(columns.created, at(key.createdAt)),
        cell(columns.activates, at(key.activatesAt)),
        cell(columns.retires, key.retiresAt === null ? words.open : at(key.retiresAt)),
      ]}</tr>`,
  )}</tbody></table></div>`;
}

/** A key that signs cannot be retired: another one must sign first. */
function retireForm({ kid, state }: ShownKey, chrome: ConsoleChrome): Html | null {
  const { keys: words } = chrome.messages.consoleRecords;
  if (state === "signing" || state === "retired") return null;
  const hint = html`<p class="hint">${words.retireHint}</p><div class="acts">${act(words.retire, { name: "action", value: "retire" })}</div>
<p class="hint">${words.retireNowHint}</p><div class="acts">${act(words.retireNow, { kind: "danger", name: "action", value: "retire_now" })}</div>`;
  return html`<details><summary>${words.retire} …</summary>${form(PATH, chrome, { kid }, hint)}</details>`;
}
