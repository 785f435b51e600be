import type {
  TenantFilePlan,
  TenantFileProblem,
  TenantFileRefusal,
  TenantFileStep,
} from "../../directory/tenant-file.ts";
import { form, tickBox } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { doneNote, textArea } from "./list-parts.ts";
import { act, copyable, english, problemBox } from "./parts.ts";

export type FileView =
  | {
      page: "console_file";
      /** The tenant's own, or what was sent. */
      text: string;
      notes: readonly string[];
      prune: boolean;
      /** How many people there are, if they are too many to show the tenant's own file. Then `text` is empty. */
      tooManyPeople: number | null;
      state: { kind: "planned"; plan: TenantFilePlan } | { kind: "applied"; done: TenantFileStep[] } | null;
      problem:
        | { outcome: "invalid"; problems: TenantFileProblem[] }
        | { outcome: "refused"; refusal: TenantFileRefusal }
        | { outcome: "changed" }
        | null;
    }
  /** `text`: null if a file cannot express it. `problem`: why it could not be read. */
  | { page: "console_file_part"; name: string; back: string; text: string | null; problem: TenantFileRefusal | null }
  | { page: "console_file_elsewhere"; authority: string; embedded: boolean };

type View<P extends FileView["page"]> = Extract<FileView, { page: P }>;

export const filePages: ConsolePages<FileView> = {
  console_file: filePage,
  console_file_part: partPage,
  console_file_elsewhere: elsewherePage,
};

/** Errors on the page. A longer list helps no one. */
const MOST_PROBLEMS = 50;

function filePage(view: View<"console_file">, chrome: ConsoleChrome): ConsolePage {
  const { consoleFile: texts } = chrome.messages;
  const { text, notes, prune, state, problem } = view;
  const lines = Math.min(40, Math.max(14, text.split("\n").length + 1));
  return {
    title: texts.title,
    lede: texts.lede,
    aside: html`<p class="acts"><a class="link" href="/console/tenant-file/download">${texts.download}</a></p>`,
    main: html`${problem && problemOf(problem, texts)}
${state?.kind === "applied" && appliedCard(state.done, problem === null, texts)}
${state?.kind === "planned" && planCard(state.plan, view, chrome)}
${view.tooManyPeople !== null && html`<p class="note warn">${texts.tooManyPeople(view.tooManyPeople)} <a href="/console/tenant-file/download">${texts.download}</a></p>`}
<section class="card"><h2>${state === null ? texts.file : texts.again}</h2>
${form("/console/tenant-file/plan", chrome, {}, [
  textArea({
    ...{ name: "file", label: texts.text, value: text, rows: lines, code: true },
    ...{ hint: texts.hint, wrong: problem?.outcome === "invalid" },
  }),
  html`<p class="upload" hidden data-upload="file"><label for="upload">${texts.upload}</label> <input${attrs({ id: "upload", type: "file", accept: ".yaml,.yml,text/yaml" })}></p>`,
  tickBox({ name: "prune", label: texts.prune, ticked: prune, hint: texts.pruneHint }),
  act(texts.plan, { kind: "main" }),
])}
${noteList(notes, texts)}</section>`,
  };
}

function problemOf(problem: NonNullable<View<"console_file">["problem"]>, texts: Messages["consoleFile"]): Html {
  switch (problem.outcome) {
    case "changed":
      return problemBox(texts.changed, texts.changedHint);
    case "refused":
      return refusedBox(problem.refusal);
    case "invalid": {
      const { length } = problem.problems;
      return html`<div class="note bad" role="alert" id="problem"><strong>${texts.invalid(length)}</strong><ol class="problems">${problem.problems
        .slice(0, MOST_PROBLEMS)
        .map(
          ({ line, column, message, hint }) =>
            html`<li><b>${texts.place(line, column)}</b> ${english(message)}${hint !== undefined && html` ${english(hint)}`}</li>`,
        )}</ol>${length > MOST_PROBLEMS && html`<p>${texts.more(length - MOST_PROBLEMS)}</p>`}</div>`;
    }
  }
}

const refusedBox = ({ message, hint }: TenantFileRefusal): Html => problemBox(english(message), english(hint));

/** What a file cannot express, in the words of the library that writes it. */
function noteList(notes: readonly string[], texts: Messages["consoleFile"]): Html | null {
  if (notes.length === 0) return null;
  return html`<h3>${texts.notes}</h3><ul class="plain-list">${notes.map((note) => html`<li>${english(note)}</li>`)}</ul>`;
}

function planCard(plan: TenantFilePlan, { text, prune }: View<"console_file">, chrome: ConsoleChrome): Html {
  const { consoleFile: texts } = chrome.messages;
  const changes = plan.steps.filter(({ action }) => action !== "leave");
  const same = plan.steps.length - changes.length;
  const apply = form(
    "/console/tenant-file/apply",
    chrome,
    { file: text, prune: prune ? "yes" : null, digest: plan.digest },
    act(texts.apply(changes.length), { kind: "main" }),
  );
  return html`<section class="card plan" id="plan"><h2>${texts.planned}</h2>
${changes.length === 0 ? html`<p>${texts.nothing}</p>` : stepList(changes, texts)}
${changes.length > 0 && same > 0 && html`<p class="hint">${texts.same(same)}</p>`}
${noteList(plan.notes, texts)}
${changes.length > 0 && apply}</section>`;
}

function appliedCard(done: TenantFileStep[], all: boolean, texts: Messages["consoleFile"]): Html {
  return html`<section class="card plan"><h2>${texts.appliedTitle}</h2>${all && doneNote(texts.applied(done.length))}${
    done.length === 0 ? html`<p>${texts.nothingDone}</p>` : stepList(done, texts)
  }</section>`;
}

const SIGNS = { create: "+", change: "~", delete: "−", leave: "=" } as const;

/** A diff that does not rely on color: each line begins with a sign, and a word for screen readers. */
function stepList(steps: TenantFileStep[], texts: Messages["consoleFile"]): Html {
  return html`<ul class="steps-list">${steps.map(
    ({ action, kind, name, changes }) =>
      html`<li class="${action}"><b><span aria-hidden="true">${SIGNS[action]}</span><span class="hidden">${texts.actions[action]}</span> ${texts.kinds[kind] ?? kind} <bdi>${name}</bdi></b>${
        action !== "leave" &&
        changes.length > 0 &&
        html`<dl>${changes.map(({ what, from, to }) => changeOf(what, from, to, texts))}</dl>`
      }</li>`,
  )}</ul>`;
}

function changeOf(
  what: string,
  from: string | undefined,
  to: string | undefined,
  texts: Messages["consoleFile"],
): Html {
  return html`<div><dt>${what}</dt><dd>${from !== undefined && html`<del><span class="hidden">${texts.before} </span><bdi>${from}</bdi></del> `}${to !== undefined && html`<ins><span class="hidden">${texts.after} </span><bdi>${to}</bdi></ins>`}</dd></div>`;
}

function partPage({ name, back, text, problem }: View<"console_file_part">, chrome: ConsoleChrome): ConsolePage {
  const { consoleFile: texts } = chrome.messages;
  return {
    title: texts.asYaml,
    lede: html`<bdi>${name}</bdi>`,
    aside: html`<p class="acts"><a class="link" href="${back}">${texts.back}</a><a class="link" href="/console/tenant-file">${texts.title}</a></p>`,
    main: html`${problem && refusedBox(problem)}<section class="card">${
      text === null
        ? problem === null && html`<p>${texts.noPart}</p>`
        : html`<div class="table" tabindex="0" role="region" aria-label="${texts.asYaml}"><pre class="code">${text}</pre></div>`
    }</section>`,
  };
}

function elsewherePage({ authority, embedded }: View<"console_file_elsewhere">, chrome: ConsoleChrome): ConsolePage {
  const { consoleFile: texts } = chrome.messages;
  const [read, apply] = [
    `doorcode prepare --from ${authority}`,
    `doorcode prepare --to ${authority} --file FILE --plan`,
  ];
  return {
    title: texts.title,
    lede: embedded ? texts.elsewhere.program : texts.elsewhere.served,
    main: html`<section class="card"><h2>${texts.elsewhere.read}</h2>${copyable(read, chrome)}<h2>${texts.elsewhere.apply}</h2>${copyable(apply, chrome)}<p class="hint">${texts.elsewhere.hint}</p></section>`,
  };
}
