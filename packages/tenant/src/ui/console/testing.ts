import { form, moment, problemId } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { action, doneNote } from "./list-parts.ts";
import { act, english, pill, problemBox } from "./parts.ts";

/** How far the clock moves at once, in seconds. */
export const CLOCK_STEPS = ["300", "900", "3600", "86400", "604800", "7776000"] as const;

/** What a request meets. */
export const FAULT_KINDS = ["429", "503", "aadsts", "late", "cut"] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** What the page does. */
export const TESTING_ACTIONS = ["advance", "reset", "add_fault", "clear_fault", "create", "restore", "delete"] as const;
export type TestingAction = (typeof TESTING_ACTIONS)[number];

/** Why it did not: the reasons of `testing/refusal.ts`, and those of the form itself. */
export type TestingProblem =
  /** `typed`: the value that is wrong. */
  | {
      why:
        | "app_unknown"
        | "app_unused"
        | "clock_too_far"
        | "name_invalid"
        | "name_taken"
        | "number_beside"
        | "number_invalid"
        | "number_unused"
        | "snapshot_unknown"
        | "times_invalid"
        | "too_many_faults";
      typed: string;
    }
  /** In English, as on the command line. */
  | { why: "other"; message: string; hint: string };

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
  problem: TestingProblem | null;
  /** What the form before did. */
  done: TestingAction | null;
}

export const testingPages: ConsolePages<TestingView> = { console_testing: testingPage };

const PATH = "/console/testing";

function testingPage(view: TestingView, chrome: ConsoleChrome): ConsolePage {
  const { consoleTesting: words, console: frame, time } = chrome.messages;
  const { problem, done, clock } = view;
  return {
    title: frame.rail[PATH],
    lede: `${words.lede} ${time.zone(view.clock.now)}`,
    main: html`${problem !== null && problemNote(problem, chrome)}
${done !== null && doneNote(words.done[done](words.ahead(clock.aheadMs)))}
${clockCard(view, chrome)}
${faultCard(view, chrome)}
${snapshotCard(view, chrome)}`,
  };
}

function problemNote(problem: TestingProblem, { messages }: ConsoleChrome): Html {
  if (problem.why !== "other")
    return problemBox(messages.consoleTesting.problems[problem.why](html`<bdi>${problem.typed}</bdi>`));
  return problemBox(english(problem.message), english(problem.hint));
}

/** Which field is wrong. */
const WRONG: Partial<Record<TestingProblem["why"], keyof TestingView["typed"]>> = {
  number_beside: "kind",
  number_unused: "aadsts",
  number_invalid: "aadsts",
  times_invalid: "times",
  app_unused: "app",
  app_unknown: "app",
  name_invalid: "name",
  name_taken: "name",
};

/** Tells screen readers that a field is wrong, and why. */
const wrongIf = (id: keyof TestingView["typed"], problem: TestingProblem | null) =>
  problem && WRONG[problem.why] === id ? { "aria-invalid": "true", "aria-describedby": problemId } : {};

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

function faultCard({ faults, endpoints, typed, problem }: TestingView, chrome: ConsoleChrome): Html {
  const { consoleTesting: words } = chrome.messages;
  const option = (value: string, label: Child, chosen: string) =>
    html`<option${attrs({ value, selected: value === chosen })}>${label}</option>`;
  const input = (id: "app" | "aadsts" | "times", more: Record<string, string>) =>
    html`<input${attrs({ class: "input", id, name: id, value: typed[id] || null, autocomplete: "off", ...more, ...wrongIf(id, problem) })}>`;
  const endpoint = html`<select class="input" id="endpoint" name="endpoint">${endpoints.map((each) => option(each, each, typed.endpoint || "token"))}</select>`;
  const kind = html`<select${attrs({ class: "input", id: "kind", name: "kind", ...wrongIf("kind", problem) })}>${FAULT_KINDS.map((each) => option(each, words.kinds[each], typed.kind))}</select>`;
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

function snapshotCard({ snapshots, typed, problem }: TestingView, chrome: ConsoleChrome): Html {
  const { consoleTesting: words, time } = chrome.messages;
  const list = snapshots.map(
    ({ name, createdAt }) =>
      html`<li><strong>${name}</strong> <span class="hint">${moment(createdAt, time.at(createdAt))}</span>${action({
        ...{ title: words.restore, hint: words.restoreHint, danger: true },
        form: form(PATH, chrome, { name }, act(words.restoreNow, { kind: "danger", name: "action", value: "restore" })),
      })}${action({
        ...{ title: words.remove, hint: words.removeHint, danger: true },
        form: form(PATH, chrome, { name }, act(words.removeNow, { kind: "danger", name: "action", value: "delete" })),
      })}</li>`,
  );
  const name = html`<input${attrs({ class: "input", id: "name", name: "name", value: typed.name || null, required: true, maxlength: "64", autocapitalize: "none", spellcheck: "false", autocomplete: "off", ...wrongIf("name", problem) })}>`;
  return html`<section class="card form"><h2>${words.snapshots}</h2><p class="hint">${words.snapshotsHint}</p>
${snapshots.length > 0 && html`<ul class="plain-list">${list}</ul>`}
${form(PATH, chrome, {}, html`${field("name", words.name, name)}<div class="acts">${act(words.create, { kind: "main", name: "action", value: "create" })}</div>`)}</section>`;
}

const field = (id: string, label: string, input: Html) =>
  html`<div class="field"><label for="${id}">${label}</label>${input}</div>`;
