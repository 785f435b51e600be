import { asTyped, field, form, moment, tickBox } from "../components/parts.ts";
import { attrs, html } from "../html.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { doneNote, radio } from "./list-parts.ts";
import { act, pager, pill, problemBox } from "./parts.ts";
import { queryOf, searchField, searchForm, searchSelect } from "./search.ts";

/** One row of the list. */
export interface ListedPerson {
  id: string;
  email: string;
  displayName: string;
  administrator: boolean;
  disabled: boolean;
  createdAt: number;
}

export type PeopleFilter = "all" | "disabled" | "administrators";
export type NewPersonProblem =
  | "email_invalid"
  | "name_invalid"
  | "taken"
  /** A password was typed, but not chosen. */
  | "password_beside"
  | "short"
  | "long"
  | "common";

/** They are shown at the field. All others are at the top of the form. */
const OF_PASSWORD: ReadonlySet<NewPersonProblem> = new Set(["password_beside", "short", "long", "common"]);

export type PeopleView =
  /** `first`: it is the first page. `next`: where the next one begins. `total`: of all accounts. */
  | {
      page: "console_people";
      people: ListedPerson[];
      total: number;
      search: string;
      only: PeopleFilter;
      first: boolean;
      next: string | null;
      done: "removed" | null;
    }
  | {
      page: "console_new_person";
      typed: { email: string; name: string };
      administrator: boolean;
      password: "none" | "generated" | "typed";
      problem: NewPersonProblem | null;
    }
  /** The only page that ever shows this password. */
  | { page: "console_person_added"; id: string; email: string; displayName: string; password: string };

type View<P extends PeopleView["page"]> = Extract<PeopleView, { page: P }>;

export const peoplePages: ConsolePages<PeopleView> = {
  console_people: listPage,
  console_new_person: newPage,
  console_person_added: addedPage,
};

function listPage(view: View<"console_people">, chrome: ConsoleChrome): ConsolePage {
  const { messages } = chrome;
  const { consolePeople: texts, time } = messages;
  const { people, total, search, only, first, next, done } = view;
  const filtered = search !== "" || only !== "all";
  const state = ({ administrator, disabled }: ListedPerson) => [
    administrator && [pill("good", texts.states.administrator), " "],
    disabled && pill("warn", texts.states.disabled),
  ];
  const filters = (["all", "disabled", "administrators"] as const).map((value) => ({
    value,
    label: texts.filters[value],
  }));
  return {
    title: texts.title,
    lede: texts.count(total),
    aside: html`<a class="button" href="/console/people/new">${texts.add}</a>`,
    main: html`${done && doneNote(texts.removed)}
${searchForm(
  {
    ...{ path: "/console/people", isSearch: filtered },
    fields: [
      searchField({ name: "q", label: texts.search, value: search, more: { type: "search" } }),
      searchSelect({ name: "only", label: texts.only, value: only, options: filters }),
    ],
  },
  chrome,
)}
${
  people.length > 0
    ? html`<div class="card table"><table class="list"><thead><tr><th scope="col">${texts.columns.name}</th><th scope="col">${texts.columns.email}</th><th scope="col">${texts.columns.state}</th><th scope="col">${texts.columns.since}</th></tr></thead><tbody>${people.map(
        (person) =>
          html`<tr><td><a href="/console/people/${person.id}"><b><bdi>${person.displayName}</bdi></b></a></td><td><bdi>${person.email}</bdi></td><td>${state(person)}</td><td data-label="${texts.columns.since}">${moment(person.createdAt, time.day(person.createdAt))}</td></tr>`,
      )}</tbody></table></div>`
    : html`<p class="card empty">${filtered ? texts.noneFound : texts.none}</p>`
}
${pager({ path: "/console/people", query: queryOf({ q: search, only: only === "all" ? "" : only }), isFirst: first, next }, chrome)}`,
  };
}

function newPage(view: View<"console_new_person">, chrome: ConsoleChrome): ConsolePage {
  const { adding: texts } = chrome.messages.consolePeople;
  const { typed, problem, password, administrator } = view;
  const ofPassword = problem !== null && OF_PASSWORD.has(problem);
  const kinds = (["none", "generated", "typed"] as const).map((value) => ({
    value,
    label: texts.kinds[value],
  }));
  return {
    title: texts.title,
    main: html`<section class="card form">${problem !== null && !ofPassword && problemBox(texts.problems[problem])}
${form("/console/people/new", chrome, {}, [
  field({
    ...{ name: "email", label: texts.email, type: "email", autocomplete: "off", value: typed.email },
    ...{ wrong: problem === "email_invalid" || problem === "taken", autofocus: !ofPassword, more: asTyped },
  }),
  field({
    ...{ name: "name", label: texts.name, type: "text", autocomplete: "off", value: typed.name, required: false },
    ...{ hint: texts.nameHint, wrong: problem === "name_invalid" },
  }),
  radio({ name: "password_kind", legend: texts.password, value: password, options: kinds }),
  field({
    ...{ name: "password", label: texts.typed, type: "password", autocomplete: "new-password", required: false },
    ...{ problem: ofPassword ? texts.problems[problem] : null, autofocus: ofPassword },
  }),
  tickBox({
    ...{ name: "administrator", label: texts.administrator, ticked: administrator },
    hint: texts.administratorHint,
  }),
  html`<div class="acts">${act(texts.save, { kind: "main" })}<a class="button alt" href="/console/people">${texts.cancel}</a></div>`,
])}</section>`,
  };
}

function addedPage(view: View<"console_person_added">, { messages }: ConsoleChrome): ConsolePage {
  const { added: texts } = messages.consolePeople;
  const { id, email, displayName, password } = view;
  return {
    title: texts.title,
    main: html`<section class="card form"><p>${texts.lede(html`<b><bdi>${displayName}</bdi></b>`, html`<bdi>${email}</bdi>`)}</p>
<output${attrs({ class: "secret" })}>${password}</output>
<p class="hint">${texts.once}</p>
<div class="acts"><a class="button" href="/console/people/${id}">${texts.open}</a><a class="button alt" href="/console/people/new">${texts.another}</a></div></section>`,
  };
}
