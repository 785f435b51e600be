import type { AuditEvent, EventKind } from "../../storage/audit-events.ts";
import { form, moment } from "../components/parts.ts";
import { type attrs, type Child, type Html, html } from "../html.ts";
import { type ShownRecord, sentenceOf, toneOf } from "./audit-record.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { act, cameFrom, pager, problemBox } from "./parts.ts";
import { queryOf, searchField, searchForm, searchSelect } from "./search.ts";

/** Names of the form's fields. */
export const AUDIT_FILTERS = ["event", "person", "app", "ip", "from", "to"] as const;

export type AuditFilterName = (typeof AUDIT_FILTERS)[number];

/** The fields whose value is wrong. */
export type AuditFilterProblems = Partial<Record<AuditFilterName, true>>;

export interface AuditView {
  page: "console_audit";
  typed: Record<AuditFilterName, string>;
  problem: "filter" | "exporting" | null;
  problems: AuditFilterProblems;
  events: readonly AuditEvent[];
  /** Apps that the form suggests. */
  apps: readonly { clientId: string; name: string }[];
  records: readonly ShownRecord[];
  /** Where the list continues. Null: at its end. */
  next: string | null;
  isFirst: boolean;
  /** The search does not find renewals. */
  withoutRenewals: boolean;
}

export const auditPages: ConsolePages<AuditView> = { console_audit: auditPage };

const PATH = "/console/audit";

function auditPage(view: AuditView, chrome: ConsoleChrome): ConsolePage {
  const { messages, now } = chrome;
  const {
    consoleRecords: { audit },
    time,
  } = messages;
  const query = new URLSearchParams(queryOf(view.typed));
  const isSearch = query.size > 0;
  return {
    title: messages.console.rail[PATH],
    lede: `${audit.lede} ${time.zone(now)}`,
    main: html`${view.problem === "exporting" && problemBox(audit.exporting, audit.exportingHint)}${filters(view, chrome, isSearch)}
${view.withoutRenewals && html`<p class="hint">${audit.withoutRenewals(messages.auditEvents["refresh_token.rotated"])}</p>`}
${view.records.length === 0 ? view.problem !== "filter" && html`<p class="empty">${emptyText(view, chrome, isSearch)}</p>` : recordList(view.records, chrome, query)}
${pager({ path: PATH, query: Object.fromEntries(query), isFirst: view.isFirst, next: view.next }, chrome)}
${view.problem !== "filter" && form(`${PATH}/export`, chrome, Object.fromEntries(query), html`<p class="export">${act(audit.export)} <span class="hint">${audit.exportHint}</span></p>`)}`,
  };
}

function emptyText({ next, isFirst }: AuditView, { messages }: ConsoleChrome, isSearch: boolean): string {
  const { audit } = messages.consoleRecords;
  if (next !== null) return audit.goOn;
  return isSearch || !isFirst ? audit.noneFits : audit.none;
}

function filters({ typed, problems, events, apps }: AuditView, chrome: ConsoleChrome, isSearch: boolean): Html {
  const { audit } = chrome.messages.consoleRecords;
  const wrong = AUDIT_FILTERS.filter((name) => problems[name]);
  const fieldOf = (name: AuditFilterName, label: string, more: Parameters<typeof attrs>[0] = {}) =>
    searchField({ name, label, value: typed[name], problem: problems[name] ? audit.problems[name] : null, more });
  const { auditKinds, auditEvents } = chrome.messages;
  const kinds = Map.groupBy(events, (event) => event.slice(0, event.indexOf(".")) as EventKind);
  return html`${wrong.length > 0 && problemBox(wrong.map((name) => audit.problems[name]).join(" "))}
${searchForm(
  {
    ...{ path: PATH, isSearch },
    fields: [
      searchSelect({
        ...{ name: "event", label: audit.event, value: typed.event, options: [{ value: "", label: audit.anyEvent }] },
        groups: [...kinds].map(([kind, names]) => ({
          label: auditKinds[kind],
          options: names.map((name) => ({ value: name, label: `${auditEvents[name]} (${name})` })),
        })),
      }),
      fieldOf("person", audit.person, { autocapitalize: "none" }),
      fieldOf("app", audit.app, { list: "apps" }),
      fieldOf("ip", audit.ip),
      fieldOf("from", audit.from, { type: "datetime-local" }),
      fieldOf("to", audit.to, { type: "datetime-local" }),
      html`<datalist id="apps">${apps.map(({ name }) => html`<option value="${name}"></option>`)}</datalist>`,
    ],
  },
  chrome,
)}`;
}

/** Records as sentences, each of which opens to all that is known. */
export function recordList(
  records: readonly ShownRecord[],
  chrome: ConsoleChrome,
  query = new URLSearchParams(),
): Html {
  return html`<ul class="records">${records.map((record) => html`<li>${recordItem(record, chrome, query)}</li>`)}</ul>`;
}

function recordItem(record: ShownRecord, chrome: ConsoleChrome, query: URLSearchParams): Html {
  const { messages } = chrome;
  const { time } = messages;
  return html`<details class="record tone-${toneOf(record.event)}"><summary>${moment(record.at, time.at(record.at))}<span class="sentence">${sentenceOf(record, messages)}${
    record.ip !== null && html` ${cameFrom(record.ip, chrome)}`
  }</span></summary>${fields(record, chrome, query)}</details>`;
}

function fields(record: ShownRecord, chrome: ConsoleChrome, query: URLSearchParams): Html {
  const {
    consoleRecords: { audit },
    time,
  } = chrome.messages;
  const { user, app, caller, grantId, ip, detail, event, actor, at } = record;
  const family = typeof detail.family === "string" ? detail.family : null;
  const rows: [name: Child, value: Child][] = [
    [audit.fields.at, html`${time.at(at)} <span class="mono">${new Date(at).toISOString()}</span>`],
    [
      audit.fields.event,
      html`<code>${event}</code> ${narrow(audit.sameEvent, "event", event.replace(/^(graph|console)\./, ""), query)}`,
    ],
    [audit.fields.actor, audit.actors[actor]],
    ...(user === null ? [] : [[audit.fields.person, personLink(user, chrome)] as [Child, Child]]),
    ...(caller === null ? [] : [[audit.fields.caller, personLink(caller, chrome)] as [Child, Child]]),
    ...(app === null ? [] : [[audit.fields.app, appLink(app, chrome)] as [Child, Child]]),
    ...(family === null
      ? []
      : [
          [audit.fields.signIn, html`<a href="/console/sign-ins/${encodeURIComponent(family)}">${family}</a>`] as [
            Child,
            Child,
          ],
        ]),
    ...(grantId === null ? [] : [[audit.fields.grant, html`<code>${grantId}</code>`] as [Child, Child]]),
    ...(ip === null
      ? []
      : [
          [
            audit.fields.ip,
            html`<bdi>${ip}</bdi> ${narrow(audit.sameIp, "ip", ip.replace(/^::ffff:/, ""), query)}`,
          ] as [Child, Child],
        ]),
    ...Object.entries(detail)
      .filter(([name]) => name !== "family")
      .map(([name, value]): [Child, Child] => [html`<code>${name}</code>`, html`<bdi>${String(value)}</bdi>`]),
  ];
  return html`<dl class="fields">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** The same search, narrowed to this value. */
function narrow(label: string, name: AuditFilterName, value: string, query: URLSearchParams): Html {
  const narrowed = new URLSearchParams(query);
  narrowed.set(name, value);
  return html`<a class="narrow-to" href="${PATH}?${narrowed.toString()}">${label}</a>`;
}

/** Leads to the user's page, if the console has one. */
export function personLink({ id, email }: { id: string; email: string | null }, { rail }: ConsoleChrome): Html {
  const shown = html`<bdi>${email ?? id}</bdi>`;
  return email !== null && rail.includes("/console/people")
    ? html`<a href="/console/people/${encodeURIComponent(id)}">${shown}</a>`
    : shown;
}

/** Leads to the app's page, if the console has one. */
export function appLink({ id, name, page = "apps" }: NonNullable<ShownRecord["app"]>, { rail }: ConsoleChrome): Html {
  const shown = html`<bdi>${name ?? id}</bdi>`;
  return name !== null && page !== null && rail.includes("/console/apps")
    ? html`<a href="/console/${page}/${encodeURIComponent(id)}">${shown}</a>`
    : shown;
}
