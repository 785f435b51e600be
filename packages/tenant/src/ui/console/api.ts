import type { Api, ApiRole, ApiScope } from "../../directory/entities.ts";
import { field, form, moment, tickBox } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import { type ChangedBy, conflictNote, type Difference } from "./conflict.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { action, confirmed, doneNote, select, yamlLink } from "./list-parts.ts";
import { act, backLink, pill, problemBox } from "./parts.ts";

/** What an administrator types about an API itself. */
export type ApiForm = Pick<Api, "name" | "identifierUri" | "tokenProfile" | "accessTokenSigningAlg" | "groupClaims">;

/** What an administrator types about one of its scopes or roles. Of a role, `consent` counts for nothing. */
export interface PermissionForm {
  kind: "scope" | "role";
  /** The value of an existing one. Empty: it is new. */
  was: string;
  value: string;
  displayName: string;
  description: string;
  consent: "Admin" | "User";
  /** Who can have the role. */
  forUsers: boolean;
  forApps: boolean;
  enabled: boolean;
}

export type ApiAction = keyof Messages["consoleApi"]["done"];
/** `of`: the form that it is about. */
export type ApiProblem = { of: "api" | "permission" | "remove" } & (
  | { kind: keyof Messages["consoleApi"]["problems"] }
  | { kind: "changed"; by: ChangedBy | null }
);

/** One API. Times are milliseconds since the epoch. */
export interface ApiView {
  page: "console_api";
  api: Api;
  /** Digest of what the form showed. */
  shown: string;
  typed: ApiForm;
  /** A scope or role that is being added or changed, with the digest of what it was. */
  permission: { typed: PermissionForm; now: PermissionForm | null; shown: string } | null;
  done: ApiAction | null;
  problem: ApiProblem | null;
}

export const apiPages: ConsolePages<ApiView> = {
  console_api(view, chrome): ConsolePage {
    const { consoleApi: texts, consoleApps, consoleApp } = chrome.messages;
    const { api, done, problem } = view;
    return {
      title: api.name,
      lede: html`${api.disabledAt !== null && [pill("warn", consoleApps.disabled), " "]}<code>${api.identifierUri}</code>`,
      aside: backLink("/console/apps?kind=api", texts.back, yamlLink("apis", api.clientId, chrome)),
      main: html`${done && doneNote(texts.done[done])}${problem && problemOf(view, problem, chrome)}
<div class="grid"><div>
${permissionsCard("scope", view, chrome)}
${permissionsCard("role", view, chrome)}
</div><aside>
<section class="card"><h2>${consoleApp.settings}</h2>${apiForm(view, chrome)}</section>
${actionsCard(view, chrome)}
</aside></div>`,
    };
  },
};

const to = ({ api }: ApiView, what: string) => `/console/apis/${api.clientId}/${what}`;

function problemOf(view: ApiView, problem: ApiProblem, chrome: ConsoleChrome): Html {
  const { consoleApi: texts } = chrome.messages;
  if (problem.kind !== "changed") return problemBox(texts.problems[problem.kind]);
  return conflictNote(
    problem.by,
    problem.of === "api" ? apiDifferences(view, chrome) : permissionDifferences(view, chrome),
    chrome,
  );
}

function apiDifferences({ api, typed }: ApiView, { messages }: ConsoleChrome): Difference[] {
  const { consoleApi: texts, consoleApp, consolePerson } = messages;
  const said = (value: boolean) => (value ? consolePerson.yes : consolePerson.no);
  return [
    { field: consoleApp.name, now: api.name, yours: typed.name },
    { field: texts.identifierUri, now: api.identifierUri, yours: typed.identifierUri },
    { field: texts.tokenProfile, now: texts.profiles[api.tokenProfile], yours: texts.profiles[typed.tokenProfile] },
    { field: texts.alg, now: api.accessTokenSigningAlg, yours: typed.accessTokenSigningAlg },
    { field: consoleApp.groupClaims, now: said(api.groupClaims), yours: said(typed.groupClaims) },
  ];
}

function permissionDifferences({ permission }: ApiView, { messages }: ConsoleChrome): Difference[] {
  const { consoleApi: texts, consolePerson } = messages;
  if (!permission) return [];
  const { now, typed } = permission;
  const said = (value: boolean | undefined) =>
    value === undefined ? "" : value ? consolePerson.yes : consolePerson.no;
  return [
    { field: texts.value, now: now?.value ?? texts.gone, yours: typed.value },
    { field: texts.displayName, now: now?.displayName ?? "", yours: typed.displayName },
    { field: texts.description, now: now?.description ?? "", yours: typed.description },
    { field: texts.enabled, now: said(now?.enabled), yours: said(typed.enabled) },
    ...(typed.kind === "scope"
      ? [{ field: texts.consent, now: now ? texts.consents[now.consent] : "", yours: texts.consents[typed.consent] }]
      : []),
  ];
}

function apiForm(view: ApiView, chrome: ConsoleChrome): Html {
  const { consoleApi: texts, consoleApp } = chrome.messages;
  const { typed, shown, problem } = view;
  const profiles = (["entra", "rfc9068"] as const).map((value) => ({ value, label: texts.profiles[value] }));
  const algorithms = ["RS256", "ES256", "EdDSA"].map((value) => ({ value, label: value }));
  return form(to(view, "edit"), chrome, { shown }, [
    field({
      ...{ name: "name", label: consoleApp.name, type: "text", autocomplete: "off", value: typed.name },
      wrong: problem?.kind === "name_invalid",
    }),
    field({
      ...{ name: "identifier_uri", label: texts.identifierUri, type: "text", autocomplete: "off" },
      ...{ value: typed.identifierUri, hint: texts.identifierUriHint },
      wrong: problem?.kind === "uri_invalid" || problem?.kind === "uri_taken",
    }),
    select({ name: "token_profile", label: texts.tokenProfile, value: typed.tokenProfile, options: profiles }),
    select({
      ...{ name: "alg", label: texts.alg, value: typed.accessTokenSigningAlg, options: algorithms },
      hint: texts.algHint,
    }),
    tickBox({ name: "group_claims", label: consoleApp.groupClaims, ticked: typed.groupClaims }),
    act(consoleApp.save, { kind: "main" }),
  ]);
}

function permissionsCard(kind: PermissionForm["kind"], view: ApiView, chrome: ConsoleChrome): Html {
  const { consoleApi: texts } = chrome.messages;
  const { api, permission } = view;
  const list: (ApiScope | ApiRole)[] = kind === "scope" ? api.scopes : api.roles;
  const open = permission?.typed.kind === kind ? permission : null;
  const words = texts[kind];
  const rows = list.map((each) => {
    const href = `/console/apis/${api.clientId}?${kind}=${encodeURIComponent(each.value)}#permission`;
    const isOff = each.enabled === false && [" ", pill("warn", texts.off)];
    return html`<tr><td><a href="${href}"><code>${each.value}</code></a>${isOff}</td><td><bdi>${each.displayName}</bdi></td><td>${"consent" in each ? texts.consents[each.consent] : members(each as ApiRole, texts)}</td></tr>`;
  });
  return html`<section class="card"><h2>${words.title}</h2>
${
  rows.length === 0
    ? html`<p class="hint">${words.none}</p>`
    : html`<div class="table"><table><thead><tr><th scope="col">${texts.value}</th><th scope="col">${texts.displayName}</th><th scope="col">${words.who}</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
${open ? permissionForm(view, open, chrome) : html`<p><a class="button alt" href="/console/apis/${api.clientId}?${kind}=#permission">${words.add}</a></p>`}</section>`;
}

function members({ allowedMemberTypes = ["User", "Application"] }: ApiRole, texts: Messages["consoleApi"]): string {
  return allowedMemberTypes.map((type) => texts.members[type]).join(", ");
}

function permissionForm(
  view: ApiView,
  { typed, shown }: NonNullable<ApiView["permission"]>,
  chrome: ConsoleChrome,
): Html {
  const { consoleApi: texts, consoleApp } = chrome.messages;
  const { kind, was } = typed;
  const kindOfProblem = view.problem?.of === "permission" ? view.problem.kind : null;
  const consents = (["Admin", "User"] as const).map((value) => ({ value, label: texts.consents[value] }));
  return html`<div class="inner" id="permission"><h3>${was === "" ? texts[kind].add : was}</h3>
${form(to(view, "permission"), chrome, { kind, was, shown }, [
  field({
    ...{ name: "value", label: texts.value, type: "text", autocomplete: "off", value: typed.value },
    ...{ hint: texts.valueHint, wrong: kindOfProblem === "value_invalid" || kindOfProblem === "value_taken" },
  }),
  field({
    ...{ name: "display_name", label: texts.displayName, type: "text", autocomplete: "off", value: typed.displayName },
    ...{ hint: texts[kind].nameHint, wrong: kindOfProblem === "display_name_invalid" },
  }),
  field({
    ...{ name: "description", label: texts.description, type: "text", autocomplete: "off", value: typed.description },
    required: false,
  }),
  kind === "scope"
    ? select({ name: "consent", label: texts.consent, value: typed.consent, options: consents })
    : [
        tickBox({ name: "for_users", label: texts.members.User, ticked: typed.forUsers }),
        tickBox({ name: "for_apps", label: texts.members.Application, ticked: typed.forApps }),
      ],
  tickBox({ name: "enabled", label: texts.enabled, ticked: typed.enabled, hint: texts.enabledHint }),
  html`<div class="acts">${act(consoleApp.save, { kind: "main" })}${was !== "" && act(texts[kind].remove, { kind: "danger", name: "remove", value: "yes" })}<a class="button alt" href="/console/apis/${view.api.clientId}">${texts.cancel}</a></div>`,
])}</div>`;
}

function actionsCard(view: ApiView, chrome: ConsoleChrome): Html {
  const { consoleApi: texts, consoleApp, time } = chrome.messages;
  const { api, problem } = view;
  return html`<section class="card"><h2>${consoleApp.actions}</h2>
<p class="hint">${consoleApp.created(moment(api.createdAt, time.day(api.createdAt)))}</p>
${
  api.disabledAt !== null
    ? action({
        title: consoleApp.enable,
        hint: texts.enableHint,
        form: form(to(view, "enable"), chrome, {}, act(consoleApp.enable)),
      })
    : action({
        ...{ title: consoleApp.disable, hint: texts.disableHint, danger: true },
        form: form(to(view, "disable"), chrome, {}, act(consoleApp.disable, { kind: "danger" })),
      })
}
${confirmed({ action: to(view, "remove"), name: api.name, title: consoleApp.remove, hint: texts.removeHint, label: consoleApp.confirm, wrong: problem?.of === "remove" }, chrome)}</section>`;
}
