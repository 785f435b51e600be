import { field, form, tickBox } from "../components/parts.ts";
import type { Html } from "../html.ts";
import { html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import type { Difference } from "./conflict.ts";
import type { ConsoleChrome } from "./layout.ts";
import { radio, select, textArea } from "./list-parts.ts";
import { act } from "./parts.ts";

/** What an administrator types about an app. URIs: one on each line. */
export interface AppForm {
  name: string;
  redirectUris: string;
  postLogoutRedirectUris: string;
  publicClient: boolean;
  /** The app has a list of its own, below. Otherwise the default ones apply. */
  ownGrants: boolean;
  device_code: boolean;
  authorization_code: boolean;
  refresh_token: boolean;
  client_credentials: boolean;
  /** Empty: the default user flow. */
  userFlowId: string;
  requireMfa: boolean;
  assignmentRequired: boolean;
  groupClaims: boolean;
}

/** The fields that take redirect URIs. */
export const URI_FIELDS = ["redirect_uris", "post_logout_redirect_uris"] as const;

type UriField = (typeof URI_FIELDS)[number];

/** `fields`: those whose text is wrong. */
export type AppFormProblem =
  | { kind: "name_invalid" | "grants_empty" | "flow_unknown" }
  | { kind: "uri_invalid"; uri: string; why: keyof Messages["consoleApp"]["redirectFaults"]; fields: UriField[] }
  | { kind: "uris_many"; most: number; fields: UriField[] };

export const GRANTS = ["device_code", "authorization_code", "refresh_token", "client_credentials"] as const;

/** The sentence for a problem of the form. */
export function appFormProblem(problem: AppFormProblem, { consoleApp: { problems, redirectFaults } }: Messages): Html {
  switch (problem.kind) {
    case "uri_invalid":
      return html`${problems.uri_invalid(html`<bdi>${problem.uri}</bdi>`, redirectFaults[problem.why])}`;
    case "uris_many":
      return html`${problems.uris_many(problem.most)}`;
    default:
      return html`${problems[problem.kind]}`;
  }
}

/** @param of.shown digest of what the app was when the form was made; null: the app is new */
export function appForm(
  of: {
    action: string;
    typed: AppForm;
    shown: string | null;
    flows: { id: string; name: string }[];
    problem: AppFormProblem | null;
    button: string;
  },
  chrome: ConsoleChrome,
): Html {
  const { consoleApp: texts } = chrome.messages;
  const { typed, problem } = of;
  const isWrong = (name: UriField) => problem !== null && "fields" in problem && problem.fields.includes(name);
  const flows = [
    { value: "", label: texts.defaultFlow },
    ...of.flows.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return form(of.action, chrome, { shown: of.shown }, [
    field({
      ...{
        name: "name",
        label: texts.name,
        type: "text",
        autocomplete: "off",
        value: typed.name,
        hint: texts.nameHint,
      },
      wrong: problem?.kind === "name_invalid",
    }),
    tickBox({
      ...{ name: "public_client", label: texts.publicClient, ticked: typed.publicClient },
      hint: texts.publicClientHint,
    }),
    radio({
      ...{ name: "grants", legend: texts.grants, value: typed.ownGrants ? "own" : "default" },
      options: [
        { value: "default", label: texts.grantsDefault },
        { value: "own", label: texts.grantsOwn },
      ],
    }),
    html`<div class="inner own-grants">${GRANTS.map((name) => tickBox({ name, label: texts.grantTypes[name], ticked: typed[name] }))}</div>`,
    textArea({
      ...{ name: "redirect_uris", label: texts.redirectUris, value: typed.redirectUris, rows: 3 },
      ...{ hint: texts.redirectUrisHint, wrong: isWrong("redirect_uris") },
    }),
    textArea({
      ...{ name: "post_logout_redirect_uris", label: texts.postLogout, value: typed.postLogoutRedirectUris, rows: 2 },
      wrong: isWrong("post_logout_redirect_uris"),
    }),
    select({ name: "user_flow", label: texts.userFlow, value: typed.userFlowId, options: flows }),
    tickBox({ name: "require_mfa", label: texts.requireMfa, ticked: typed.requireMfa }),
    tickBox({ name: "assignment_required", label: texts.assignmentRequired, ticked: typed.assignmentRequired }),
    tickBox({ name: "group_claims", label: texts.groupClaims, ticked: typed.groupClaims }),
    act(of.button, { kind: "main" }),
  ]);
}

/** For two administrators who changed the same app: each field as text. */
export function appDifferences(
  now: AppForm,
  yours: AppForm,
  chrome: ConsoleChrome,
  flowNames: Map<string, string>,
): Difference[] {
  const { consoleApp: texts, consolePerson } = chrome.messages;
  const said = (value: boolean) => (value ? consolePerson.yes : consolePerson.no);
  const grants = (of: AppForm) =>
    of.ownGrants
      ? GRANTS.filter((name) => of[name])
          .map((name) => texts.grantTypes[name])
          .join(", ")
      : texts.grantsDefault;
  const flow = ({ userFlowId }: AppForm) =>
    userFlowId === "" ? texts.defaultFlow : (flowNames.get(userFlowId) ?? userFlowId);
  const rows: [string, (of: AppForm) => string][] = [
    [texts.name, ({ name }) => name],
    [texts.publicClient, ({ publicClient }) => said(publicClient)],
    [texts.grants, grants],
    [texts.redirectUris, ({ redirectUris }) => redirectUris],
    [texts.postLogout, ({ postLogoutRedirectUris }) => postLogoutRedirectUris],
    [texts.userFlow, flow],
    [texts.requireMfa, ({ requireMfa }) => said(requireMfa)],
    [texts.assignmentRequired, ({ assignmentRequired }) => said(assignmentRequired)],
    [texts.groupClaims, ({ groupClaims }) => said(groupClaims)],
  ];
  return rows.map(([name, text]) => ({ field: name, now: text(now), yours: text(yours) }));
}
