import type { Attributes } from "../../directory/entities.ts";
import type { PasswordState } from "../../directory/password.ts";
import { asTyped, field, form, moment, placeOf, tickBox } from "../components/parts.ts";
import { attributeName } from "../components/questions.ts";
import { type Child, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import { type ShownRecord, sentenceOf } from "./audit-record.ts";
import { type ChangedBy, conflictNote } from "./conflict.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { action, confirmed, doneNote, yamlLink } from "./list-parts.ts";
import { act, backLink, pill, problemBox } from "./parts.ts";

/** What administrators see of one person. Times are milliseconds since the epoch. */
export interface PersonDetail {
  id: string;
  /** As it is now. The form carries it, so that the change of another administrator is noticed. */
  shown: { email: string; displayName: string };
  attributes: Attributes;
  createdAt: number;
  disabledAt: number | null;
  administrator: boolean;
  /** It is the account of the administrator who looks. */
  oneself: boolean;
  password: PasswordState;
  /** After too many wrong ones for the address. Null: passwords are accepted. */
  passwordsRefusedUntil: number | null;
  passkeys: { name: string; createdAt: number; lastUsedAt: number | null }[];
  authenticator: { since: number; codesLeft: number } | null;
  groups: { id: string; name: string }[];
  devices: {
    id: string;
    appName: string | null;
    /** What the user or the device calls it. */
    name: string | null;
    from: string | null;
    createdAt: number;
    lastUsedAt: number | null;
  }[];
  moreDevices: boolean;
  /** Newest first. */
  activity: ShownRecord[];
}

export type PersonAction = keyof Messages["consolePerson"]["done"];

export type PersonProblem =
  | {
      kind:
        | "email_invalid"
        | "name_invalid"
        | "taken"
        | "last_administrator"
        | "no_password"
        | "not_refused"
        | "not_confirmed";
    }
  | { kind: GroupProblem }
  /** Asks again. */
  | { kind: "oneself"; action: "disable" | "administrator" }
  | { kind: "changed"; by: ChangedBy | null };

export type GroupProblem = "group_unknown" | "group_ambiguous" | "group_invalid";

/** What was typed to add the person to a group. */
export interface GroupForm {
  name: string;
  /** A group of this name is made if there is none. */
  create: boolean;
}

export type PersonView = {
  page: "console_person";
  person: PersonDetail;
  typed: PersonDetail["shown"];
  group: GroupForm;
  /** Names of groups that the form suggests. */
  suggested: string[];
  done: PersonAction | null;
  problem: PersonProblem | null;
};

export const personPages: ConsolePages<PersonView> = {
  console_person(view, chrome): ConsolePage {
    const { messages } = chrome;
    const { consolePerson: texts, consolePeople } = messages;
    const { person, done, problem } = view;
    const states = [
      person.administrator && [pill("good", consolePeople.states.administrator), " "],
      person.disabledAt !== null && [pill("warn", consolePeople.states.disabled), " "],
    ];
    return {
      title: person.shown.displayName,
      lede: html`${states}<bdi>${person.shown.email}</bdi>`,
      aside: backLink("/console/people", texts.back, yamlLink("users", person.id, chrome)),
      main: html`${done && !(done === "tries" && person.passwordsRefusedUntil !== null) && doneNote(texts.done[done])}${problem && problemOf(view, chrome)}${refusedNote(person, chrome)}
<div class="grid"><div>
${profileCard(view, chrome)}
${devicesCard(person, chrome)}
${activityCard(person, chrome)}
</div><aside>
${methodsCard(person, messages)}
${groupsCard(view, chrome)}
${actionsCard(view, chrome)}
</aside></div>`,
    };
  },
};

function problemOf({ person, typed, problem }: PersonView, chrome: ConsoleChrome): Html | null {
  if (problem === null) return null;
  const { consolePerson: texts } = chrome.messages;
  switch (problem.kind) {
    case "changed":
      return conflictNote(
        problem.by,
        [
          { field: texts.name, now: person.shown.displayName, yours: typed.displayName },
          { field: texts.email, now: person.shown.email, yours: typed.email },
        ],
        chrome,
      );
    case "oneself":
      return problemBox(texts.problems.oneself[problem.action]);
    default:
      return problemBox(texts.problems[problem.kind]);
  }
}

/** Above all else: until then, the person cannot sign in as usual, and may be asking why. */
function refusedNote(person: PersonDetail, chrome: ConsoleChrome): Html | null {
  const { passwordsRefusedUntil: until } = person;
  if (until === null) return null;
  const { consolePerson, time } = chrome.messages;
  const { refused: texts } = consolePerson;
  return html`<section class="note warn"><strong>${texts.title}</strong><p>${texts.until(moment(until, time.at(until)))}</p><p>${texts.hint}</p>${form(to(person, "try-again"), chrome, {}, act(texts.tryAgain))}</section>`;
}

const to = (person: PersonDetail, what: string) => `/console/people/${person.id}/${what}`;

function profileCard({ person, typed, problem }: PersonView, chrome: ConsoleChrome): Html {
  const { consolePerson: texts, time } = chrome.messages;
  const { shown, attributes } = person;
  const kind = problem?.kind;
  const facts: [Child, Child][] = [
    [texts.created, moment(person.createdAt, time.at(person.createdAt))],
    ...(person.disabledAt === null
      ? []
      : [[texts.disabledSince, moment(person.disabledAt, time.at(person.disabledAt))] as [Child, Child]]),
    ...Object.entries(attributes).map(([id, value]): [Child, Child] => [
      html`<bdi>${attributeName(id, chrome.messages)}</bdi>`,
      answerOf(value, texts),
    ]),
    [texts.id, html`<code>${person.id}</code>`],
  ];
  return html`<section class="card"><h2>${texts.profile}</h2>
${form(to(person, "edit"), chrome, { shown_email: shown.email, shown_name: shown.displayName }, [
  field({
    ...{ name: "name", label: texts.name, type: "text", autocomplete: "off", value: typed.displayName },
    wrong: kind === "name_invalid",
  }),
  field({
    ...{ name: "email", label: texts.email, type: "email", autocomplete: "off", value: typed.email },
    ...{ hint: texts.emailHint, wrong: kind === "email_invalid" || kind === "taken", more: asTyped },
  }),
  tickBox({ name: "void_links", label: texts.voidLinks, ticked: false, hint: texts.voidLinksHint }),
  act(texts.save, { kind: "main" }),
])}
<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function answerOf(value: Attributes[string], { yes, no }: Messages["consolePerson"]): Html {
  if (typeof value === "boolean") return html`${value ? yes : no}`;
  return html`<bdi>${Array.isArray(value) ? value.join(", ") : value}</bdi>`;
}

function methodsCard(
  { password, passkeys, authenticator }: PersonDetail,
  { consolePerson: { methods: texts }, time }: Messages,
): Html {
  const rows: [Child, Child][] = [
    ...(password === "none" ? [] : [[texts.password, password === "set" ? "" : texts.passwordOff] as [Child, Child]]),
    ...passkeys.map(({ name, createdAt, lastUsedAt }): [Child, Child] => [
      html`${texts.passkey} <bdi>${name}</bdi>`,
      `${texts.since(time.day(createdAt))}, ${lastUsedAt === null ? texts.passkeyUnused : texts.passkeyUsed(time.day(lastUsedAt))}`,
    ]),
    ...(authenticator === null
      ? []
      : [
          [
            texts.authenticator,
            `${texts.since(time.day(authenticator.since))}, ${texts.codes(authenticator.codesLeft)}`,
          ] as [Child, Child],
        ]),
  ];
  return html`<section class="card"><h2>${texts.title}</h2>${
    rows.length === 0
      ? html`<p class="hint">${texts.none}</p>`
      : html`<ul class="plain-list">${rows.map(([name, more]) => html`<li><b>${name}</b>${more !== "" && html` <span>${more}</span>`}</li>`)}</ul>`
  }</section>`;
}

function groupsCard(view: PersonView, chrome: ConsoleChrome): Html {
  const { consolePerson: texts } = chrome.messages;
  const { person, group, suggested, problem } = view;
  const rows = person.groups.map(
    ({ id, name }) =>
      html`<li><bdi>${name}</bdi>${form(to(person, "groups"), chrome, { remove: id }, act(html`${texts.leaveGroup}<span class="hidden"> <bdi>${name}</bdi></span>`))}</li>`,
  );
  const wrong = problem?.kind.startsWith("group_") === true;
  const add = form(to(person, "groups"), chrome, {}, [
    field({
      ...{ name: "group", label: texts.group, type: "text", autocomplete: "off", value: group.name, wrong },
      more: { list: "groups", spellcheck: "false" },
    }),
    html`<datalist id="groups">${suggested.map((name) => html`<option value="${name}"></option>`)}</datalist>`,
    tickBox({ name: "create", label: texts.createGroup, ticked: group.create }),
    act(texts.joinGroup),
  ]);
  return html`<section class="card"><h2>${texts.groups}</h2>${
    rows.length === 0 ? html`<p class="hint">${texts.noGroups}</p>` : html`<ul class="plain-list members">${rows}</ul>`
  }${action({ title: texts.joinGroup, hint: texts.groupHint, form: add, danger: true, open: wrong })}</section>`;
}

function devicesCard({ id, devices, moreDevices }: PersonDetail, chrome: ConsoleChrome): Html {
  const { messages, rail } = chrome;
  const { consolePerson: texts, time } = messages;
  const hasPage = rail.includes("/console/sign-ins");
  const rows = devices.map((device) => {
    const app = device.appName === null ? html`${texts.unknownApp}` : html`<bdi>${device.appName}</bdi>`;
    const used =
      device.lastUsedAt === null
        ? texts.signedIn(time.day(device.createdAt))
        : texts.lastUsed(time.day(device.lastUsedAt));
    return html`<li><b>${hasPage ? html`<a href="/console/sign-ins/${device.id}">${app}</a>` : app}</b> <span>${device.name !== null && html`<bdi>${device.name}</bdi> · `}${used}${device.from !== null && html` · ${placeOf(device.from, chrome)}`}</span></li>`;
  });
  return html`<section class="card"><h2>${texts.devices}</h2>${
    rows.length === 0 ? html`<p class="hint">${texts.noDevices}</p>` : html`<ul class="plain-list">${rows}</ul>`
  }${hasPage && moreDevices && html`<p><a class="link" href="/console/sign-ins?person=${id}">${texts.allDevices}</a></p>`}</section>`;
}

function activityCard({ id, activity }: PersonDetail, chrome: ConsoleChrome): Html {
  const { messages, rail } = chrome;
  const { consolePerson: texts, time } = messages;
  const rows = activity.map((record) => {
    const { at, ip, caller } = record;
    // Of a change by an administrator, the address is theirs.
    const from = ip !== null && caller === null && html` · ${placeOf(ip, chrome)}`;
    return html`<div>${moment(at, time.at(at))}<span>${sentenceOf(record, messages)}${from}</span></div>`;
  });
  return html`<section class="card"><h2>${texts.activity}</h2>${
    rows.length === 0 ? html`<p class="hint">${texts.noActivity}</p>` : html`<div class="feed">${rows}</div>`
  }${rail.includes("/console/audit") && html`<p><a class="link" href="/console/audit?person=${id}">${texts.allActivity}</a></p>`}</section>`;
}

function actionsCard({ person, problem }: PersonView, chrome: ConsoleChrome): Html {
  const { actions: texts } = chrome.messages.consolePerson;
  const asks = problem?.kind === "oneself" ? problem.action : null;
  const sure = tickBox({ name: "sure", label: texts.sure, ticked: false });
  const one = (what: string, hidden: Record<string, string>, label: string, more: Child = null, danger = false) =>
    form(to(person, what), chrome, hidden, [more, act(label, { kind: danger ? "danger" : "alt" })]);
  return html`<section class="card"><h2>${texts.title}</h2>
${action({ title: texts.signOut, hint: texts.signOutHint, form: one("sign-out", {}, texts.signOut) })}
${person.password === "set" && action({ title: texts.password, hint: texts.passwordHint, form: one("password", {}, texts.password, null, true), danger: true })}
${action({ title: texts.factors, hint: texts.factorsHint, form: one("factors", {}, texts.factors, null, true), danger: true })}
${
  person.administrator
    ? action({
        ...{ title: texts.demote, hint: texts.demoteHint, danger: true, open: asks === "administrator" },
        form: one("administrator", {}, texts.demote, asks === "administrator" && sure, true),
      })
    : action({
        ...{ title: texts.promote, hint: texts.promoteHint, danger: true },
        form: one("administrator", { administrator: "yes" }, texts.promote),
      })
}
${
  person.disabledAt === null
    ? action({
        ...{ title: texts.disable, hint: texts.disableHint, danger: true, open: asks === "disable" },
        form: one("disable", {}, texts.disable, asks === "disable" && sure, true),
      })
    : action({ title: texts.enable, hint: texts.enableHint, form: one("enable", {}, texts.enable) })
}
${confirmed({ action: to(person, "remove"), name: person.shown.email, title: texts.remove, hint: texts.removeHint, label: texts.removeConfirm, wrong: problem?.kind === "not_confirmed" }, chrome)}</section>`;
}
