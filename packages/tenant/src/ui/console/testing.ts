import { form, moment } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { act, pill, problemBox } from "./parts.ts";

/** How far the clock moves at once, in seconds. */
export const CLOCK_STEPS = ["300", "900", "3600", "86400", "604800", "7776000"] as const;

/** What a request meets. */
export const FAULT_KINDS = ["429", "503", "aadsts", "late", "cut"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A fault that still applies. */
export interface ShownFault {
  id: string;
  endpoint: string;
  /** Name of the app, its client ID if it was deleted, or null for all requests. */
  app: string | null;
  left: number;
  status: number | null;
  aadsts: number | null;
  cut: boolean;
  delayMs: number;
}

export interface TestingView {
  page: "console_testing";
  /** Milliseconds. */
  clock: { now: number; aheadMs: number };
  faults: readonly ShownFault[];
  snapshots: readonly { name: string; createdAt: number; bytes: number }[];
  endpoints: readonly string[];
  /** The form that was refused. */
  typed: Record<"endpoint" | "kind" | "app" | "aadsts" | "times" | "name", string>;
  /** In English, as on the command line. */
  problem: { message: string; hint: string } | null;
}

export const testingPages: ConsolePages<TestingView> = { console_testing: testingPage };

const PATH = "/console/testing";

function testingPage(view: TestingView, chrome: ConsoleChrome): ConsolePage {
  const { consoleTesting: words, console: frame, time } = chrome.messages;
  const { problem } = view;
  return {
    title: frame.rail[PATH],
    lede: `${words.lede} ${time.zone(view.clock.now)}`,
    main: html`${problem !== null && problemBox(problem.message, problem.hint)}
${clockCard(view, chrome)}
${faultCard(view, chrome)}
${snapshotCard(view, chrome)}`,
  };
}

function clockCard({ clock }: TestingView, chrome: ConsoleChrome): Html {
  const { consoleTesting: words, time } = chrome.messages;
  const { now, aheadMs } = clock;
  const steps = CLOCK_STEPS.map((step) => html`<option value="${step}">${words.steps[step]}</option>`);
  return html`<section class="card form"><h2>${words.clock}</h2>
<p>${moment(now, time.at(now))} ${pill(aheadMs === 0 ? "plain" : "warn", words.ahead(aheadMs))}</p>
<p class="hint">${words.clockHint}</p>
${form(PATH, chrome, {}, html`${field("by", words.by, html`<select class="input" id="by" name="by">${steps}</select>`)}<div class="acts">${act(words.advance, { kind: "main", name: "action", value: "advance" })}</div>`)}
${aheadMs !== 0 && form(PATH, chrome, {}, html`<p class="hint">${words.resetHint}</p><div class="acts">${act(words.reset, { name: "action", value: "reset" })}</div>`)}</section>`;
}

function faultCard({ faults, endpoints, typed }: TestingView, chrome: ConsoleChrome): Html {
  const { consoleTesting: words } = chrome.messages;
  const option = (value: string, label: Child, chosen: string) =>
    html`<option${attrs({ value, selected: value === chosen })}>${label}</option>`;
  const input = (id: "app" | "aadsts" | "times", more: Record<string, string>) =>
    html`<input${attrs({ class: "input", id, name: id, value: typed[id] || null, autocomplete: "off", ...more })}>`;
  const endpoint = html`<select class="input" id="endpoint" name="endpoint">${endpoints.map((each) => option(each, each, typed.endpoint || "token"))}</select>`;
  const kind = html`<select class="input" id="kind" name="kind">${FAULT_KINDS.map((each) => option(each, words.kinds[each], typed.kind))}</select>`;
  const list = faults.map(
    (fault) =>
      html`<li><code>${fault.endpoint}</code> ${words.kinds[kindOf(fault)]}${fault.aadsts !== null && html` (AADSTS${fault.aadsts})`} · ${words.left(fault.left)}${
        fault.app !== null && html` · ${fault.app}`
      }${form(PATH, chrome, { fault: fault.id }, act(words.clear, { name: "action", value: "clear_fault" }))}</li>`,
  );
  return html`<section class="card form"><h2>${words.faults}</h2><p class="hint">${words.faultsHint}</p>
${faults.length > 0 && html`<ul class="plain-list">${list}</ul>`}
${form(
  PATH,
  chrome,
  {},
  html`${field("endpoint", words.endpoint, endpoint)}${field("kind", words.kind, kind)}
${field("aadsts", words.aadsts, input("aadsts", { inputmode: "numeric", placeholder: "53003" }))}
${field("times", words.times, input("times", { inputmode: "numeric", placeholder: "1" }))}
${field("app", words.app, input("app", { autocapitalize: "none", spellcheck: "false" }))}
<div class="acts">${act(words.add, { kind: "main", name: "action", value: "add_fault" })}</div>`,
)}</section>`;
}

function kindOf({ cut, aadsts, status }: ShownFault): FaultKind {
  if (cut) return "cut";
  if (aadsts !== null) return "aadsts";
  return status === 429 ? "429" : status === 503 ? "503" : "late";
}

function snapshotCard({ snapshots, typed }: TestingView, chrome: ConsoleChrome): Html {
  const { consoleTesting: words, time } = chrome.messages;
  const list = snapshots.map(
    ({ name, createdAt }) =>
      html`<li><strong>${name}</strong> <span class="hint">${moment(createdAt, time.at(createdAt))}</span>${form(
        PATH,
        chrome,
        { name },
        html`<div class="acts">${act(words.restore, { name: "action", value: "restore" })}${act(words.remove, { kind: "danger", name: "action", value: "delete" })}</div>`,
      )}</li>`,
  );
  const name = html`<input${attrs({ class: "input", id: "name", name: "name", value: typed.name || null, required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false", autocomplete: "off" })}>`;
  return html`<section class="card form"><h2>${words.snapshots}</h2><p class="hint">${words.snapshotsHint}</p>
${snapshots.length > 0 && html`<ul class="plain-list">${list}</ul>`}
${form(PATH, chrome, {}, html`${field("name", words.name, name)}<div class="acts">${act(words.create, { kind: "main", name: "action", value: "create" })}</div>`)}</section>`;
}

const field = (id: string, label: string, input: Html) =>
  html`<div class="field"><label for="${id}">${label}</label>${input}</div>`;
