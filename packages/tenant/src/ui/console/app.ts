import { asTyped, field, form, moment, tickBox } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import { type AppForm, type AppFormProblem, appDifferences, appForm, appFormProblem } from "./app-form.ts";
import { type ChangedBy, conflictNote } from "./conflict.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { action, confirmed, doneNote, textArea, yamlLink } from "./list-parts.ts";
import { act, backLink, copyable, english, pill, problemBox } from "./parts.ts";

export type AppAction = keyof Messages["consoleApp"]["done"];

export type AppProblem =
  | AppFormProblem
  | { kind: "changed"; by: ChangedBy | null }
  | { kind: "not_confirmed" | "secrets_full" | "certificates_full" | "resource_unknown" }
  | { kind: "assignee_unknown" | "assignee_ambiguous" }
  /** `why`: in the words of the tenant. Null: the number of days. */
  | { kind: "secret_refused" | "certificate_refused"; why: string | null }
  | { kind: "scope_unknown"; scope: string };

/** One app. Times are milliseconds since the epoch. */
export interface AppView {
  page: "console_app";
  clientId: string;
  name: string;
  uniqueName: string | null;
  createdAt: number;
  disabledAt: number | null;
  administrativeScopes: readonly string[];
  administrationByDeviceCode: boolean;
  /** As it is now, and as it was typed. */
  form: AppForm;
  typed: AppForm;
  /** Digest of `form`. */
  shown: string;
  flows: { id: string; name: string }[];
  secrets: { keyId: string; name: string | null; hint: string | null; endsAt: number }[];
  certificates: { thumbprint: string; notAfter: number }[];
  /** What the administrator may consent to, and has. */
  resources: { id: string; name: string; offered: string[]; consented: string[] }[];
  /** Who may use it, if only the assigned may. At most so many as the page shows. `kind` null: neither, or deleted. */
  assigned: { id: string; kind: "person" | "group" | null; name: string }[];
  moreAssigned: number;
  /** Names of groups that the form suggests, and what was typed. */
  groups: string[];
  assignee: string;
  /** A new secret: shown on this page alone. */
  secret: { text: string; endsAt: number } | null;
  done: AppAction | null;
  problem: AppProblem | null;
}

export const appPages: ConsolePages<AppView> = {
  console_app(view, chrome): ConsolePage {
    const { consoleApp: texts, consoleApps } = chrome.messages;
    const { done, problem } = view;
    return {
      title: view.name,
      lede: html`${view.disabledAt !== null && [pill("warn", consoleApps.disabled), " "]}<code>${view.clientId}</code>`,
      aside: backLink("/console/apps", texts.back, yamlLink("apps", view.clientId, chrome)),
      main: html`${done && doneNote(texts.done[done])}${problem && problemOf(view, problem, chrome)}
${view.secret && secretNote(view.secret, chrome)}
<div class="grid"><div>
<section class="card"><h2>${texts.settings}</h2>${appForm({ action: to(view, "edit"), typed: view.typed, shown: view.shown, flows: view.flows, problem: isOfForm(problem) ? problem : null, button: texts.save }, chrome)}</section>
${assignmentCard(view, chrome)}
${consentCard(view, chrome)}
</div><aside>
${secretsCard(view, chrome)}
${certificatesCard(view, chrome)}
${administrationCard(view, chrome)}
${actionsCard(view, chrome)}
</aside></div>`,
    };
  },
};

const to = ({ clientId }: AppView, what: string) => `/console/apps/${clientId}/${what}`;

function isOfForm(problem: AppProblem | null): problem is AppFormProblem {
  return (
    problem !== null &&
    ["name_invalid", "grants_empty", "flow_unknown", "uri_invalid", "uris_many"].includes(problem.kind)
  );
}

function problemOf(view: AppView, problem: AppProblem, chrome: ConsoleChrome): Html {
  const { messages } = chrome;
  const { problems } = messages.consoleApp;
  switch (problem.kind) {
    case "changed": {
      const names = new Map(view.flows.map(({ id, name }) => [id, name]));
      return conflictNote(problem.by, appDifferences(view.form, view.typed, chrome, names), chrome);
    }
    case "secret_refused":
    case "certificate_refused":
      return problemBox(problem.why === null ? problems.days : html`${problems[problem.kind]} ${english(problem.why)}`);
    case "scope_unknown":
      return problemBox(problems.scope_unknown(html`<bdi>${problem.scope}</bdi>`));
    case "not_confirmed":
    case "secrets_full":
    case "certificates_full":
    case "resource_unknown":
    case "assignee_unknown":
    case "assignee_ambiguous":
      return problemBox(problems[problem.kind]);
    default:
      return problemBox(appFormProblem(problem, messages));
  }
}

function secretNote({ text, endsAt }: NonNullable<AppView["secret"]>, chrome: ConsoleChrome): Html {
  const { consoleApp: texts, time } = chrome.messages;
  return html`<section class="card" role="status"><h2>${texts.newSecret}</h2>${copyable(text, chrome, html`<b class="secret">${text}</b>`)}<p class="hint">${texts.secretOnce(time.day(endsAt))}</p></section>`;
}

function secretsCard(view: AppView, chrome: ConsoleChrome): Html {
  const { consoleApp: texts, time } = chrome.messages;
  const rows = view.secrets.map(({ keyId, name, hint, endsAt }) => {
    const over = endsAt <= chrome.now && [" ", pill("warn", texts.expired)];
    const remove = form(to(view, "secrets/remove"), chrome, { key_id: keyId }, act(texts.removeSecret));
    return html`<li><b><bdi>${name ?? texts.unnamed}</bdi></b> <span>${hint !== null && html`<code>${hint}…</code> · `}${texts.until(moment(endsAt, time.day(endsAt)))}${over}</span>${remove}</li>`;
  });
  const add = form(to(view, "secrets"), chrome, {}, [
    field({ name: "secret_name", label: texts.secretName, type: "text", autocomplete: "off", required: false }),
    field({
      ...{ name: "days", label: texts.days, type: "text", autocomplete: "off", value: "180", hint: texts.daysHint },
      ...{ wrong: view.problem?.kind === "secret_refused", more: { inputmode: "numeric" } },
    }),
    act(texts.addSecret),
  ]);
  return html`<section class="card"><h2>${texts.secrets}</h2>${
    rows.length === 0 ? html`<p class="hint">${texts.noSecrets}</p>` : html`<ul class="plain-list">${rows}</ul>`
  }${action({ title: texts.addSecret, hint: texts.secretHint, form: add, danger: true, open: view.problem?.kind === "secret_refused" })}</section>`;
}

function certificatesCard(view: AppView, chrome: ConsoleChrome): Html {
  const { consoleApp: texts, time } = chrome.messages;
  const { certificates, problem } = view;
  const rows = certificates.map(
    ({ thumbprint, notAfter }) =>
      html`<li><code>${thumbprint.slice(0, 16)}…</code> <span>${texts.until(moment(notAfter, time.day(notAfter)))}</span></li>`,
  );
  const refused = problem?.kind === "certificate_refused";
  const add = form(to(view, "certificates"), chrome, {}, [
    textArea({ ...{ name: "certificate", label: texts.pem, value: "", rows: 5, code: true }, wrong: refused }),
    tickBox({ name: "as_administrator", label: texts.asAdministrator, ticked: false, hint: texts.asAdministratorHint }),
    act(texts.addCertificate),
  ]);
  const remove = form(to(view, "certificates/remove"), chrome, {}, act(texts.removeCertificates, { kind: "danger" }));
  return html`<section class="card"><h2>${texts.certificates}</h2>${
    rows.length === 0 ? html`<p class="hint">${texts.noCertificates}</p>` : html`<ul class="plain-list">${rows}</ul>`
  }${action({ title: texts.addCertificate, hint: texts.certificateHint, form: add, danger: true, open: refused })}${
    certificates.length > 0 &&
    action({ title: texts.removeCertificates, hint: texts.removeCertificatesHint, form: remove, danger: true })
  }</section>`;
}

function assignmentCard(view: AppView, chrome: ConsoleChrome): Html {
  const { consoleApp: texts } = chrome.messages;
  const { assigned, moreAssigned, groups, assignee, problem, form: now } = view;
  const wrong = problem?.kind === "assignee_unknown" || problem?.kind === "assignee_ambiguous";
  const rows = assigned.map(({ id, kind, name }) => {
    const shown =
      kind === "person" ? html`<a href="/console/people/${id}"><bdi>${name}</bdi></a>` : html`<bdi>${name}</bdi>`;
    return html`<li><span>${shown}${kind === "group" && [" ", pill("plain", texts.aGroup)]}</span>${form(to(view, "assignments"), chrome, { remove: id }, act(html`${texts.unassign}<span class="hidden"> <bdi>${name}</bdi></span>`))}</li>`;
  });
  const add = form(to(view, "assignments"), chrome, {}, [
    field({
      ...{ name: "assignee", label: texts.assignee, type: "text", autocomplete: "off", value: assignee, wrong },
      more: { ...asTyped, list: "assignees" },
    }),
    html`<datalist id="assignees">${groups.map((name) => html`<option value="${name}"></option>`)}</datalist>`,
    act(texts.assign),
  ]);
  return html`<section class="card" id="assignments"><h2>${texts.assignments}</h2><p class="hint">${now.assignmentRequired ? texts.assignmentsOn : texts.assignmentsOff}</p>${
    rows.length > 0 && html`<ul class="plain-list members">${rows}</ul>`
  }${moreAssigned > 0 && html`<p class="hint">${texts.moreAssigned(moreAssigned)}</p>`}${add}</section>`;
}

function consentCard(view: AppView, chrome: ConsoleChrome): Html {
  const { consoleApp: texts } = chrome.messages;
  const one = ({ id, name, offered, consented }: AppView["resources"][number]) => {
    const inputId = `scopes-${id}`;
    return html`<details${attrs({ class: "action", open: consented.length > 0 })}><summary><bdi>${name}</bdi></summary>${form(
      to(view, "consent"),
      chrome,
      { resource: id },
      [
        html`<div class="field"><label for="${inputId}">${texts.consented}</label><input${attrs({ class: "input mono", id: inputId, name: "scopes", type: "text", value: consented.join(" ") || null, autocomplete: "off", spellcheck: "false", autocapitalize: "none", "aria-describedby": `${inputId}-hint` })}><p class="hint" id="${inputId}-hint">${texts.offers} <span class="mono">${offered.join(" ")}</span></p></div>`,
        act(texts.saveConsent),
      ],
    )}</details>`;
  };
  return html`<section class="card"><h2>${texts.consent}</h2><p class="hint">${texts.consentHint}</p>${view.resources.map(one)}</section>`;
}

function administrationCard(view: AppView, chrome: ConsoleChrome): Html | null {
  const { consoleApp: texts } = chrome.messages;
  const { administrativeScopes, administrationByDeviceCode, clientId } = view;
  if (administrativeScopes.length === 0) return null;
  return html`<section class="card"><h2>${texts.administration}</h2><p class="hint">${administrationByDeviceCode ? texts.byDeviceCode : texts.notByDeviceCode}</p><p class="mono">${administrativeScopes.join(" ")}</p>${copyable(`doorcode tenant apps allow-administration ${clientId}`, chrome)}</section>`;
}

function actionsCard(view: AppView, chrome: ConsoleChrome): Html {
  const { consoleApp: texts, time } = chrome.messages;
  const { name, disabledAt, createdAt, problem } = view;
  const isDisabled = disabledAt !== null;
  return html`<section class="card"><h2>${texts.actions}</h2>
<p class="hint">${texts.created(moment(createdAt, time.day(createdAt)))}</p>
${
  isDisabled
    ? action({
        title: texts.enable,
        hint: texts.enableHint,
        form: form(to(view, "enable"), chrome, {}, act(texts.enable)),
      })
    : action({
        ...{ title: texts.disable, hint: texts.disableHint, danger: true },
        form: form(to(view, "disable"), chrome, {}, act(texts.disable, { kind: "danger" })),
      })
}
${confirmed({ action: to(view, "remove"), name, title: texts.remove, hint: texts.removeHint, label: texts.confirm, wrong: problem?.kind === "not_confirmed" }, chrome)}</section>`;
}
