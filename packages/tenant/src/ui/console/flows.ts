import { BUILT_IN_ATTRIBUTES, isBuiltIn } from "../../directory/check-user-flow.ts";
import type { AccessSettings, FlowAttribute, UserFlow } from "../../directory/user-flow.ts";
import { field, form, tickBox } from "../components/parts.ts";
import { attributeName } from "../components/questions.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import { type ChangedBy, conflictNote } from "./conflict.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { confirmed, doneNote, select, yamlLink } from "./list-parts.ts";
import { act, backLink, pill, problemBox } from "./parts.ts";

/** What the form sets. Questions with choices or patterns keep them: these are changed in the tenant file. */
export type FlowForm = Pick<
  UserFlow,
  "name" | "signUpAllowed" | "methods" | "mfaRequired" | "mfaMethods" | "attributes" | "termsOfUse"
>;

export type FlowProblem =
  /** `sentences`: in the words of the tenant. */
  | { kind: "invalid"; sentences: string[] }
  | { kind: "name_taken" | "not_confirmed" | "flow_unknown" }
  | { kind: "changed"; by: ChangedBy | null }
  | { kind: "in_use"; by: string[] };

export type FlowsView =
  | {
      page: "console_flows";
      flows: UserFlow[];
      settings: AccessSettings;
      done: "removed" | "settings" | null;
      problem: { kind: "flow_unknown" } | null;
    }
  /** `flow`: null for a new one. `shown`: digest of what the form showed. */
  | {
      page: "console_flow";
      flow: { id: string; name: string } | null;
      now: FlowForm;
      typed: FlowForm;
      shown: string;
      /** Names of the apps that use it. */
      apps: string[];
      done: "added" | "edited" | null;
      problem: FlowProblem | null;
    };

type View<P extends FlowsView["page"]> = Extract<FlowsView, { page: P }>;

export const flowPages: ConsolePages<FlowsView> = { console_flows: listPage, console_flow: flowPage };

const METHODS = ["password", "email_code", "passkey"] as const;
const SECOND = ["totp", "email_code"] as const;

function listPage({ flows, settings, done, problem }: View<"console_flows">, chrome: ConsoleChrome): ConsolePage {
  const { consoleFlows: texts } = chrome.messages;
  const choices = [
    { value: "", label: texts.defaultFlow },
    ...flows.map(({ id, name }) => ({ value: id, label: name })),
  ];
  return {
    title: texts.title,
    lede: texts.lede,
    aside: html`<a class="button" href="/console/user-flows/new">${texts.add}</a>`,
    main: html`${done && doneNote(texts.done[done])}${problem && problemOf(problem, texts)}
<div class="grid"><div>${
      flows.length === 0
        ? html`<p class="card empty">${texts.none}</p>`
        : html`<div class="card table"><table class="list"><thead><tr><th scope="col">${texts.name}</th><th scope="col">${texts.methods}</th><th scope="col">${texts.second}</th><th scope="col">${texts.signUp}</th></tr></thead><tbody>${flows.map(
            (flow) =>
              html`<tr><td><a href="/console/user-flows/${flow.id}"><b><bdi>${flow.name}</bdi></b></a></td><td>${flow.methods.map((method) => texts.methodNames[method]).join(", ")}</td><td data-label="${texts.second}">${flow.mfaRequired ? pill("good", texts.required) : texts.optional}</td><td data-label="${texts.signUp}">${flow.signUpAllowed ? texts.allowed : texts.off}</td></tr>`,
          )}</tbody></table></div>`
    }</div><aside><section class="card"><h2>${texts.everywhere}</h2>${form("/console/user-flows/settings", chrome, {}, [
      tickBox({ name: "sign_up", label: texts.signUpAllowed, ticked: settings.signUpAllowed, hint: texts.signUpHint }),
      select({
        name: "account_flow",
        label: texts.accountFlow,
        value: settings.accountUserFlowId ?? "",
        options: choices,
      }),
      act(texts.save, { kind: "main" }),
    ])}</section></aside></div>`,
  };
}

function problemOf(problem: Exclude<FlowProblem, { kind: "changed" }>, texts: Messages["consoleFlows"]): Html {
  switch (problem.kind) {
    case "invalid":
      return html`<div class="note bad" role="alert" id="problem"><strong>${texts.problems.invalid}</strong><ul>${problem.sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul></div>`;
    case "in_use":
      return problemBox(texts.problems.in_use(html`<bdi>${problem.by.join(", ")}</bdi>`));
    default:
      return problemBox(texts.problems[problem.kind]);
  }
}

function flowPage(view: View<"console_flow">, chrome: ConsoleChrome): ConsolePage {
  const { consoleFlows: texts } = chrome.messages;
  const { flow, apps, done, problem } = view;
  const action = flow === null ? "/console/user-flows/new" : `/console/user-flows/${flow.id}/edit`;
  return {
    title: flow?.name ?? texts.add,
    lede: flow && (apps.length === 0 ? texts.noApps : html`${texts.apps} <bdi>${apps.join(", ")}</bdi>`),
    aside: backLink("/console/user-flows", texts.back, flow && yamlLink("userFlows", flow.id, chrome)),
    main: html`${done && doneNote(texts.done[done])}${problem && (problem.kind === "changed" ? conflictNote(problem.by, differences(view, chrome), chrome) : problemOf(problem, texts))}
<section class="card form">${form(action, chrome, { shown: flow && view.shown }, fieldsOf(view, chrome))}</section>
${flow && html`<section class="card form">${confirmed({ action: `/console/user-flows/${flow.id}/remove`, name: flow.name, title: texts.remove, hint: texts.removeHint, label: texts.confirm, wrong: problem?.kind === "not_confirmed" }, chrome)}</section>`}`,
  };
}

function fieldsOf({ typed, problem, flow }: View<"console_flow">, chrome: ConsoleChrome): Html[] {
  const { consoleFlows: texts } = chrome.messages;
  const group = (legend: string, content: Html[]) =>
    html`<fieldset class="field"><legend>${legend}</legend>${content}</fieldset>`;
  const tick = (name: string, label: string, ticked: boolean, hint?: string) =>
    tickBox({ name, label, ticked, ...(hint !== undefined && { hint }) });
  const { methods, mfaMethods } = typed;
  return [
    field({
      ...{ name: "name", label: texts.name, type: "text", autocomplete: "off", value: typed.name },
      wrong: problem?.kind === "name_taken",
    }),
    group(
      texts.methods,
      METHODS.map((each) => tick(`method_${each}`, texts.methodNames[each], methods.includes(each))),
    ),
    tick("sign_up", texts.signUpHere, typed.signUpAllowed),
    tick("mfa", texts.mfa, typed.mfaRequired, texts.mfaHint),
    group(
      texts.second,
      SECOND.map((each) => tick(`second_${each}`, texts.secondNames[each], mfaMethods.includes(each))),
    ),
    field({
      ...{
        name: "terms",
        label: texts.terms,
        type: "text",
        autocomplete: "off",
        required: false,
        hint: texts.termsHint,
      },
      value: typed.termsOfUse?.label ?? "",
    }),
    field({
      ...{ name: "terms_url", label: texts.termsUrl, type: "text", autocomplete: "off", required: false },
      value: typed.termsOfUse?.url ?? "",
    }),
    questions(typed.attributes, chrome),
    act(flow === null ? texts.add : texts.save, { kind: "main" }),
  ];
}

/** The questions of sign-up in their order, and one more to add. */
function questions(attributes: FlowAttribute[], { messages }: ConsoleChrome): Html {
  const { consoleFlows: texts } = messages;
  const free = Object.keys(BUILT_IN_ATTRIBUTES).filter((id) => !attributes.some((each) => each.id === id));
  const choices = free.map((id) => ({ value: id, label: attributeName(id, messages) }));
  return html`<fieldset class="field"><legend>${texts.questions}</legend><p class="hint">${texts.questionsHint}</p>${attributes.map(
    (question, index) =>
      html`<div class="inner"><input type="hidden" name="question_${index}" value="${question.id}">${labelField(question, index, messages)}${mustAnswer(question, index, texts)}${tickBox({ name: `drop_${index}`, label: texts.dropQuestion, ticked: false })}</div>`,
  )}${select({ name: "new_question", label: texts.newQuestion, value: "", options: [{ value: "", label: texts.noQuestion }, ...choices] })}</fieldset>`;
}

/** The text that users read. A built-in question has one in each language, too. */
function labelField({ id, label }: FlowAttribute, index: number, messages: Messages): Html {
  const name = attributeName(id, messages);
  return field({
    ...{ name: `label_${index}`, label: html`<bdi>${name}</bdi>`, type: "text", autocomplete: "off", required: false },
    ...{ value: label, ...(isBuiltIn(id) && { hint: messages.consoleFlows.labelHint(name) }) },
  });
}

/** Every account has a name: sign-up demands it, whatever is stored. */
function mustAnswer({ id, required }: FlowAttribute, index: number, texts: Messages["consoleFlows"]): Html {
  const box = { name: `required_${index}`, label: texts.mustAnswer };
  if (id === "displayName") return tickBox({ ...box, ticked: true, fixed: true, hint: texts.nameHint });
  return tickBox({ ...box, ticked: required });
}

function differences({ now, typed }: View<"console_flow">, { messages }: ConsoleChrome) {
  const { consoleFlows: texts } = messages;
  const asked = ({ id, label }: FlowAttribute) => `${attributeName(id, messages)}${label && ` (${label})`}`;
  const rows: [string, (form: FlowForm) => string][] = [
    [texts.name, ({ name }) => name],
    [texts.methods, ({ methods }) => methods.map((each) => texts.methodNames[each]).join(", ")],
    [texts.signUpHere, ({ signUpAllowed }) => (signUpAllowed ? texts.allowed : texts.off)],
    [texts.mfa, ({ mfaRequired }) => (mfaRequired ? texts.required : texts.optional)],
    [texts.second, ({ mfaMethods }) => mfaMethods.map((each) => texts.secondNames[each]).join(", ")],
    [texts.terms, ({ termsOfUse }) => [termsOfUse?.label, termsOfUse?.url].filter(Boolean).join(" ")],
    [texts.questions, ({ attributes }) => attributes.map(asked).join(", ")],
  ];
  return rows.map(([name, text]) => ({ field: name, now: text(now), yours: text(typed) }));
}
