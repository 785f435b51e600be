import type { SignInMethod } from "../../directory/sign-in-methods.ts";
import { eventOf } from "../../storage/audit-events.ts";
import type { ListedFamily, SignedInDevice } from "../../storage/store.ts";
import { fact, form, moment, placeOf } from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";
import { appLink, personLink } from "./audit.ts";
import { type ShownRecord, sentenceOf, toneOf, wordOf } from "./audit-record.ts";
import { chart } from "./chart.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { doneNote } from "./list-parts.ts";
import { act, backLink, cameFrom, pager, pill, problemBox } from "./parts.ts";
import { queryOf, searchField, searchForm, searchSelect } from "./search.ts";

/** One bar of the charts. `at`: its beginning. */
export interface OutcomeBar {
  at: number;
  counts: Record<"signedIn" | "declined" | "refused" | "renewed" | "notRenewed", number>;
}

/** One step of a sign-in. `at`: milliseconds since the epoch. */
export type SignInStep =
  /** The program asked for a code. */
  | { kind: "asked"; at: number; code: string; from: string }
  | { kind: "record"; at: number; record: ShownRecord }
  | { kind: "renewed"; at: number; from: string | null }
  /** Earlier renewals, which are not shown. */
  | { kind: "skipped"; at: number; count: number }
  | { kind: "ended"; at: number; why: string; record: ShownRecord | null }
  /** It was not renewed in time, or will end if it is not. */
  | { kind: "lapsed" | "lapses"; at: number };

type Notice = "ended" | "already_ended" | null;

export type SignInsView =
  | {
      page: "console_sign_ins";
      /** `state`: `all` for those that have ended, too. */
      typed: { person: string; app: string; state: string };
      problem: "filter" | null;
      problems: { person: boolean; app: boolean };
      apps: readonly string[];
      families: readonly (ListedFamily & { isRunning: boolean })[];
      next: string | null;
      isFirst: boolean;
      notice: Notice;
      /** The last 24 hours. Null: not on this page. */
      charts: readonly OutcomeBar[] | null;
    }
  | {
      page: "console_sign_in_detail";
      id: string;
      userId: string;
      email: string | null;
      clientId: string;
      appName: string | null;
      device: SignedInDevice;
      methods: readonly SignInMethod[];
      grantType: "device_code" | "authorization_code";
      scopes: readonly string[];
      createdAt: number;
      lastUsedAt: number | null;
      endsAt: number;
      /** Null: it is running. */
      endedAt: number | null;
      steps: readonly SignInStep[];
      notice: Notice;
    };

type View<P extends SignInsView["page"]> = Extract<SignInsView, { page: P }>;

export const signInsPages: ConsolePages<SignInsView> = {
  console_sign_ins: listPage,
  console_sign_in_detail: detailPage,
};

const PATH = "/console/sign-ins";

function listPage(view: View<"console_sign_ins">, chrome: ConsoleChrome): ConsolePage {
  const {
    consoleRecords: { signIns },
    time,
  } = chrome.messages;
  const { typed, problems } = view;
  const isSearch = typed.person !== "" || typed.app !== "";
  const query = queryOf(typed);
  const wrong = (["person", "app"] as const).filter((name) => problems[name]);
  const all = typed.state === "all";
  const [nothing, nothingFits] = all ? [signIns.noneYet, signIns.noneFits] : [signIns.none, signIns.noneFitsNow];
  return {
    title: chrome.messages.console.rail[PATH],
    lede: `${all ? signIns.ledeOfAll : signIns.lede} ${time.zone(chrome.now)}`,
    main: html`${notice(view.notice, chrome)}
${view.charts && dayCharts(view.charts, chrome)}
${wrong.length > 0 && problemBox(wrong.map((name) => signIns.problems[name]).join(" "))}
${searchForm(
  {
    ...{ path: PATH, isSearch },
    fields: [
      searchField({
        name: "person",
        label: signIns.person,
        value: typed.person,
        problem: problems.person ? signIns.problems.person : null,
        more: { autocapitalize: "none" },
      }),
      searchField({
        name: "app",
        label: signIns.app,
        value: typed.app,
        problem: problems.app ? signIns.problems.app : null,
        more: { list: "apps" },
      }),
      searchSelect({
        ...{ name: "state", label: signIns.state, value: typed.state },
        options: [
          { value: "", label: signIns.running },
          { value: "all", label: signIns.endedToo },
        ],
      }),
      html`<datalist id="apps">${view.apps.map((name) => html`<option value="${name}"></option>`)}</datalist>`,
    ],
  },
  chrome,
)}
${view.families.length === 0 ? view.problem === null && html`<p class="empty">${isSearch ? nothingFits : nothing}</p>` : families(view.families, chrome)}
${pager({ path: PATH, query, isFirst: view.isFirst, next: view.next }, chrome)}`,
  };
}

function notice(which: Notice, { messages }: ConsoleChrome): Html | null {
  const { signIns } = messages.consoleRecords;
  if (which === null) return null;
  return which === "ended" ? doneNote(signIns.ended) : doneNote(signIns.alreadyEnded, "warn");
}

function families(listed: View<"console_sign_ins">["families"], chrome: ConsoleChrome): Html {
  const {
    consoleRecords: { signIn, signIns },
    time,
  } = chrome.messages;
  const { columns } = signIns;
  const cell = (label: string, value: Child) => html`<td data-label="${label}">${value}</td>`;
  return html`<div class="card table"><table class="list"><thead><tr>${[columns.app, columns.person, columns.device, columns.since, columns.used].map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${listed.map(
    ({ id, email, userId, appName, clientId, device, createdAt, lastUsedAt, isRunning }) =>
      html`<tr><td><a href="${PATH}/${encodeURIComponent(id)}"><bdi>${appName ?? clientId}</bdi></a>${!isRunning && html` ${pill("plain", signIn.over)}`}</td>${[
        cell(columns.person, html`<bdi>${email ?? userId}</bdi>`),
        cell(columns.device, deviceOf(device, signIns.unnamed, chrome)),
        cell(columns.since, moment(createdAt, time.at(createdAt))),
        cell(columns.used, lastUsedAt === null ? signIns.notYet : moment(lastUsedAt, time.at(lastUsedAt))),
      ]}</tr>`,
  )}</tbody></table></div>`;
}

function deviceOf(
  { label, deviceName, devicePlatform, signedInFrom }: SignedInDevice,
  unnamed: string,
  chrome: ConsoleChrome,
): Html {
  const named = [label ?? deviceName, devicePlatform].filter((part) => part !== null).join(", ");
  return html`<bdi>${named || unnamed}</bdi>${signedInFrom !== null && html` <span class="from">${placeOf(signedInFrom, chrome)}</span>`}`;
}

/** Two charts of the same day: how sign-ins ended, and renewals. */
function dayCharts(bars: readonly OutcomeBar[], { messages }: ConsoleChrome): Html {
  const {
    consoleRecords: { charts },
    time,
  } = messages;
  const words = { number: messages.console.number, summary: charts.summary, table: charts.table, from: charts.from };
  const labels = bars.map(({ at }) => time.minute(at));
  const { series } = charts;
  return html`<div class="charts">${chart({
    ...{ id: "chart-sign-ins", title: charts.signIns, span: charts.lastDay, labelEvery: 4, words },
    series: [
      { name: series.signedIn, tone: "main" },
      { name: series.declined, tone: "quiet" },
      { name: series.refused, tone: "bad" },
    ],
    bars: bars.map(({ counts }, index) => ({
      label: labels[index]!,
      counts: [counts.signedIn, counts.declined, counts.refused],
    })),
  })}${chart({
    ...{ id: "chart-renewals", title: charts.renewals, span: charts.lastDay, labelEvery: 4, words },
    series: [
      { name: series.renewed, tone: "main" },
      { name: series.notRenewed, tone: "bad" },
    ],
    bars: bars.map(({ counts }, index) => ({ label: labels[index]!, counts: [counts.renewed, counts.notRenewed] })),
  })}</div>`;
}

/** A small chart of the last hour, in bars of five minutes. */
export function hourChart(bars: readonly OutcomeBar[], { messages }: ConsoleChrome): Html {
  const {
    consoleRecords: { charts },
    time,
  } = messages;
  const { series } = charts;
  return chart(
    {
      ...{ id: "chart-hour", title: charts.signIns, span: charts.lastHour, labelEvery: 3 },
      series: [
        { name: series.signedIn, tone: "main" },
        { name: series.declined, tone: "quiet" },
        { name: series.refused, tone: "bad" },
      ],
      bars: bars.map(({ at, counts }) => ({
        label: time.minute(at),
        counts: [counts.signedIn, counts.declined, counts.refused],
      })),
      words: { number: messages.console.number, summary: charts.summary, table: charts.table, from: charts.from },
    },
    true,
  );
}

function detailPage(view: View<"console_sign_in_detail">, chrome: ConsoleChrome): ConsolePage {
  const { messages } = chrome;
  const {
    consoleRecords: { signIn, signIns },
    time,
  } = messages;
  const { facts } = signIn;
  const { device, lastUsedAt, endedAt } = view;
  const methods = view.methods.map((method) => wordOf(messages.auditWords.methods, method)).join(", ");
  const claimed = [device.deviceName, device.devicePlatform].filter((part) => part !== null).join(", ");
  const isRunning = endedAt === null;
  return {
    title: signIn.title(view.appName ?? view.clientId),
    lede: isRunning ? pill("good", signIn.active) : pill("plain", signIn.over),
    aside: backLink(PATH, signIn.back),
    main: html`${notice(view.notice, chrome)}
<div class="halves"><section class="card"><h2>${signIn.timeline}</h2><ol class="timeline">${view.steps.map((step) => timelineStep(step, view, chrome))}</ol></section>
<section class="card"><h2>${signIn.details}</h2><dl class="facts">
${fact(facts.person, personLink({ id: view.userId, email: view.email }, chrome))}
${fact(facts.app, appLink({ id: view.clientId, name: view.appName }, chrome))}
${claimed !== "" && fact(facts.device, html`<bdi>${claimed}</bdi>`)}
${device.label !== null && fact(facts.label, html`<bdi>${device.label}</bdi>`)}
${device.signedInFrom !== null && fact(facts.from, placeOf(device.signedInFrom, chrome))}
${fact(facts.how, html`${methods}<span>${signIn.kinds[view.grantType]}</span>`)}
${fact(facts.scopes, html`${view.scopes.map((scope) => html`<code>${scope}</code> `)}`)}
${fact(facts.since, moment(view.createdAt, time.at(view.createdAt)))}
${fact(facts.used, lastUsedAt === null ? signIns.notYet : moment(lastUsedAt, time.at(lastUsedAt)))}
${fact(facts.id, html`<code>${view.id}</code>`)}
</dl>
<p><a href="/console/audit?person=${encodeURIComponent(view.userId)}">${signIn.records}</a></p>
${isRunning && form(`${PATH}/${encodeURIComponent(view.id)}`, chrome, {}, html`<p class="hint">${signIn.endHint}</p>${act(signIn.end, { kind: "danger" })}`)}
</section></div>`,
  };
}

function timelineStep(step: SignInStep, view: View<"console_sign_in_detail">, chrome: ConsoleChrome): Html {
  const {
    consoleRecords: { signIn },
    time,
  } = chrome.messages;
  const { steps } = signIn;
  const at = moment(step.at, time.at(step.at));
  const [tone, text] = describe();
  return html`<li class="step-${tone}">${at}<span>${text}</span></li>`;

  function describe(): [tone: string, text: Child] {
    const app = html`<bdi><b>${view.appName ?? view.clientId}</b></bdi>`;
    const from = (network: string | null) => network !== null && html` ${cameFrom(network, chrome)}`;
    switch (step.kind) {
      case "asked":
        return ["plain", html`${steps.asked(app)} <code>${step.code}</code>${from(step.from)}`];
      case "record":
        return [
          toneOf(eventOf(step.record.event)),
          html`${sentenceOf(step.record, chrome.messages)}${from(step.record.ip)}`,
        ];
      case "renewed":
        return ["good", html`${steps.renewed}${from(step.from)}`];
      case "skipped":
        return ["plain", steps.olderRenewals(step.count)];
      case "ended": {
        const { record, why } = step;
        const byOther = record !== null && (record.caller !== null || record.actor === "operator");
        if (!byOther) return ["bad", steps.ended(signIn.why[why] ?? signIn.why.other)];
        return ["bad", html`${sentenceOf(record, chrome.messages)}${from(record.ip)}`];
      }
      case "lapsed":
        return ["plain", steps.lapsed];
      case "lapses":
        return ["next", steps.lapses];
    }
  }
}
