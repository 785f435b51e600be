import type { Policy } from "../../directory/user-flow.ts";
import { field, form, tickBox } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import { type ChangedBy, conflictNote } from "./conflict.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { confirmed, doneNote, textArea, yamlLink } from "./list-parts.ts";
import { act, backLink, pill, problemBox } from "./parts.ts";

/** An app or a group to choose. */
export interface PolicyChoice {
  id: string;
  name: string;
}

/** What an administrator chooses for a policy. One app, group or address on each line; empty: all, or none excluded. */
export interface PolicyForm {
  name: string;
  enabled: boolean;
  /** Client IDs or names. */
  apps: string;
  /** IDs or names. */
  groups: string;
  /** Email addresses. */
  except: string;
}

export type PolicyProblem =
  | { kind: "name_invalid" | "not_confirmed" }
  | { kind: "changed"; by: ChangedBy | null }
  | { kind: "app_unknown" | "group_unknown" | "user_unknown"; name: string };

export type PoliciesView =
  | { page: "console_policies"; policies: Policy[]; done: "removed" | null }
  /** `policy`: null for a new one. `shown`: digest of what the form showed. */
  | {
      page: "console_policy";
      policy: { id: string; name: string } | null;
      now: PolicyForm;
      typed: PolicyForm;
      shown: string;
      /** To choose from. Null: so many that they are typed. */
      apps: PolicyChoice[] | null;
      groups: PolicyChoice[] | null;
      done: "added" | "edited" | null;
      problem: PolicyProblem | null;
    };

type View<P extends PoliciesView["page"]> = Extract<PoliciesView, { page: P }>;

export const policyPages: ConsolePages<PoliciesView> = { console_policies: listPage, console_policy: policyPage };

function listPage({ policies, done }: View<"console_policies">, chrome: ConsoleChrome): ConsolePage {
  const { consolePolicies: texts } = chrome.messages;
  return {
    title: texts.title,
    lede: texts.lede,
    aside: html`<a class="button" href="/console/policies/new">${texts.add}</a>`,
    main: html`${done && doneNote(texts.done[done])}${
      policies.length === 0
        ? html`<p class="card empty">${texts.none}</p>`
        : html`<div class="card table"><table class="list"><thead><tr><th scope="col">${texts.name}</th><th scope="col">${texts.state}</th><th scope="col">${texts.apps}</th><th scope="col">${texts.groups}</th></tr></thead><tbody>${policies.map(
            ({ id, name, enabled, clientIds, groupIds }) =>
              html`<tr><td><a href="/console/policies/${id}"><b><bdi>${name}</bdi></b></a></td><td>${enabled ? pill("good", texts.on) : pill("warn", texts.off)}</td><td data-label="${texts.apps}">${clientIds === null ? texts.allApps : texts.count(clientIds.length)}</td><td data-label="${texts.groups}">${groupIds === null ? texts.allUsers : texts.count(groupIds.length)}</td></tr>`,
          )}</tbody></table></div>`
    }`,
  };
}

function policyPage(view: View<"console_policy">, chrome: ConsoleChrome): ConsolePage {
  const { consolePolicies: texts } = chrome.messages;
  const { policy, typed, shown, done, problem } = view;
  const action = policy === null ? "/console/policies/new" : `/console/policies/${policy.id}/edit`;
  const lines = (name: keyof PolicyForm, label: string, hint: string, kind: string) =>
    textArea({ name, label, value: String(typed[name]), rows: 3, hint, wrong: problem?.kind === kind });
  return {
    title: policy?.name ?? texts.add,
    lede: texts.lede,
    aside: backLink("/console/policies", texts.back, policy && yamlLink("policies", policy.id, chrome)),
    main: html`${done && doneNote(texts.done[done])}${problem && problemOf(view, problem, chrome)}
<section class="card form">${form(action, chrome, { shown: policy && shown }, [
      field({
        ...{ name: "name", label: texts.name, type: "text", autocomplete: "off", value: typed.name },
        wrong: problem?.kind === "name_invalid",
      }),
      tickBox({ name: "enabled", label: texts.enabled, ticked: typed.enabled }),
      view.apps === null
        ? lines("apps", texts.apps, texts.appsHint, "app_unknown")
        : choices("app", { legend: texts.apps, hint: texts.appsChoose, of: view.apps, chosen: typed.apps }),
      view.groups === null
        ? lines("groups", texts.groups, texts.groupsHint, "group_unknown")
        : choices("group", {
            legend: texts.groups,
            hint: view.groups.length === 0 ? texts.noGroups : texts.groupsChoose,
            of: view.groups,
            chosen: typed.groups,
          }),
      lines("except", texts.except, texts.exceptHint, "user_unknown"),
      act(policy === null ? texts.add : texts.save, { kind: "main" }),
    ])}</section>
${policy && html`<section class="card form">${confirmed({ action: `/console/policies/${policy.id}/remove`, name: policy.name, title: texts.remove, hint: texts.removeHint, label: texts.confirm, wrong: problem?.kind === "not_confirmed" }, chrome)}</section>`}`,
  };
}

/** A box for each app or group. Those with the same name show their ID, too. */
function choices(
  prefix: "app" | "group",
  { legend, hint, of, chosen }: { legend: string; hint: string; of: PolicyChoice[]; chosen: string },
): Html {
  const lines = new Set(chosen.split("\n"));
  const isUnique = (name: string) => of.filter((each) => each.name === name).length === 1;
  return html`<fieldset class="field"><legend>${legend}</legend><p class="hint">${hint}</p>${of.map(({ id, name }) =>
    tickBox({
      name: `${prefix}_${id}`,
      label: isUnique(name) ? name : `${name} (${id})`,
      ticked: lines.has(id) || (isUnique(name) && lines.has(name)),
    }),
  )}</fieldset>`;
}

function problemOf({ now, typed }: View<"console_policy">, problem: PolicyProblem, chrome: ConsoleChrome): Html {
  const { consolePolicies: texts, consolePerson } = chrome.messages;
  const said = (value: boolean) => (value ? consolePerson.yes : consolePerson.no);
  switch (problem.kind) {
    case "changed":
      return conflictNote(
        problem.by,
        [
          { field: texts.name, now: now.name, yours: typed.name },
          { field: texts.enabled, now: said(now.enabled), yours: said(typed.enabled) },
          { field: texts.apps, now: now.apps, yours: typed.apps },
          { field: texts.groups, now: now.groups, yours: typed.groups },
          { field: texts.except, now: now.except, yours: typed.except },
        ],
        chrome,
      );
    case "app_unknown":
    case "group_unknown":
    case "user_unknown":
      return problemBox(texts.problems[problem.kind](html`<bdi>${problem.name}</bdi>`));
    default:
      return problemBox(texts.problems[problem.kind]);
  }
}
