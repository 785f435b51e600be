import { field, form, moment } from "../components/parts.ts";
import { html } from "../html.ts";
import { type AppForm, type AppFormProblem, appForm, appFormProblem } from "./app-form.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { doneNote } from "./list-parts.ts";
import { act, pager, pill, problemBox, tabs } from "./parts.ts";
import { queryOf, searchField, searchForm } from "./search.ts";

export type AppsView =
  | {
      page: "console_apps";
      kind: "app" | "api";
      apps: { clientId: string; name: string; createdAt: number; disabled: boolean }[];
      search: string;
      first: boolean;
      next: string | null;
      done: "removed" | null;
    }
  | { page: "console_new_app"; typed: AppForm; flows: { id: string; name: string }[]; problem: AppFormProblem | null }
  | { page: "console_new_api"; name: string; problem: "name_invalid" | null };

type View<P extends AppsView["page"]> = Extract<AppsView, { page: P }>;

export const appsPages: ConsolePages<AppsView> = {
  console_apps: listPage,
  console_new_app: newAppPage,
  console_new_api: newApiPage,
};

function listPage(view: View<"console_apps">, chrome: ConsoleChrome): ConsolePage {
  const { consoleApps: texts, time } = chrome.messages;
  const { kind, apps, search, first, next, done } = view;
  const folder = kind === "app" ? "apps" : "apis";
  const kinds = (["app", "api"] as const).map((each) => ({
    href: each === "app" ? "/console/apps" : "/console/apps?kind=api",
    text: texts.kinds[each],
    isShown: each === kind,
  }));
  return {
    title: texts.title,
    lede: texts.lede,
    aside: html`<p class="acts"><a class="button" href="/console/apps/new">${texts.addApp}</a><a class="button alt" href="/console/apps/new?kind=api">${texts.addApi}</a></p>`,
    main: html`${done && doneNote(texts.removed)}
${tabs(texts.show, kinds)}
${searchForm(
  {
    ...{ path: "/console/apps", isSearch: search !== "" },
    fields: [
      searchField({ name: "q", label: texts.search, value: search, more: { type: "search" } }),
      kind === "api" && html`<input type="hidden" name="kind" value="api">`,
    ],
  },
  chrome,
)}
${
  apps.length > 0
    ? html`<div class="card table"><table class="list"><thead><tr><th scope="col">${texts.columns.name}</th><th scope="col">${texts.columns.id}</th><th scope="col">${texts.columns.since}</th></tr></thead><tbody>${apps.map(
        (app) =>
          html`<tr><td><a href="/console/${folder}/${app.clientId}"><b><bdi>${app.name}</bdi></b></a>${app.disabled && [" ", pill("warn", texts.disabled)]}</td><td><code>${app.clientId}</code></td><td data-label="${texts.columns.since}">${moment(app.createdAt, time.day(app.createdAt))}</td></tr>`,
      )}</tbody></table></div>`
    : html`<p class="card empty">${search === "" ? texts.none[kind] : texts.noneFound}</p>`
}
${pager({ path: "/console/apps", query: queryOf({ q: search, kind: kind === "app" ? "" : kind }), isFirst: first, next }, chrome)}`,
  };
}

function newAppPage({ typed, flows, problem }: View<"console_new_app">, chrome: ConsoleChrome): ConsolePage {
  const { messages } = chrome;
  const { consoleApps: texts } = messages;
  return {
    title: texts.addApp,
    lede: texts.addAppLede,
    main: html`<section class="card form">${problem && problemBox(appFormProblem(problem, messages))}
${appForm({ action: "/console/apps/new", typed, shown: null, flows, problem, button: texts.add }, chrome)}</section>`,
  };
}

function newApiPage({ name, problem }: View<"console_new_api">, chrome: ConsoleChrome): ConsolePage {
  const { consoleApps: texts, consoleApp } = chrome.messages;
  return {
    title: texts.addApi,
    lede: texts.addApiLede,
    main: html`<section class="card form">${problem && problemBox(consoleApp.problems[problem])}
${form("/console/apps/new", chrome, { kind: "api" }, [
  field({
    ...{ name: "name", label: consoleApp.name, type: "text", autocomplete: "off", value: name, autofocus: true },
    ...{ hint: consoleApp.nameHint, wrong: problem !== null },
  }),
  act(texts.add, { kind: "main" }),
])}</section>`,
  };
}
