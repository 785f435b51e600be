import { displayUserCode } from "../../directory/user-code.ts";
import type { LiveRequest } from "../../storage/live-requests.ts";
import { address, form, moment, placeOf } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import { type ShownRecord, sentenceOf, toneOf } from "./audit-record.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { act, copyable, countdown, live, pager, pill, problemBox } from "./parts.ts";
import { mendOf, type Refused, refusalSentence } from "./refusal-mend.ts";
import { hourChart, type OutcomeBar } from "./sign-ins.ts";

/** Why a decision about a request was refused: the codes of `admin/decisions.ts`. */
export const DECISION_PROBLEMS = [
  "administration_not_allowed",
  "administrator_needed",
  "app_unavailable",
  "code_expired",
  "code_unknown",
  "code_used",
  "code_used_twice",
  "email_missing",
  "mfa_required",
  "not_assigned",
  "user_disabled",
  "user_unknown",
] as const;

export type DecisionProblem = (typeof DECISION_PROBLEMS)[number];

/** What happens at this moment: the requests of devices, and beside them mail and activity. */
export interface NowView {
  page: "now";
  /** How many requests wait for an answer. */
  waiting: number;
  /** Of this page: those that wait, and those that were decided while their code was valid. */
  requests: LiveRequest[];
  /** The requests continue after this key. */
  next: string | null;
  isFirst: boolean;
  /** Email addresses to choose from. Null: this administrator cannot decide for users. */
  people: string[] | null;
  /** The command that signs in to this tenant. Null: there is no app, or nothing knows the command. */
  login: string | null;
  /** Newest first. Null: the tenant has no inbox. `code`: what the mail contains. */
  mails: { id: string; to: string; subject: string; at: number; code: string | null }[] | null;
  /** The last hour, in bars of five minutes. */
  hour: readonly OutcomeBar[];
  /** The newest records of the audit log. */
  activity: ShownRecord[];
  /**
   * Newest first: what was refused without a record. `who`: name of the app, or else the email address of the
   * user. `unknownApp`: the client ID that no app has; anyone chooses it.
   */
  refusals: (Refused & {
    at: number;
    actor: "user" | "client";
    who: string | null;
    unknownApp: string | null;
    message: string;
    detail: string | null;
    aadsts: number | null;
  })[];
  /** A decision that was refused, and what was chosen. */
  problem: { about: string; why: DecisionProblem; email: string; mfa: boolean } | null;
}

export const nowPages: ConsolePages<NowView> = { now: nowPage };

function nowPage(view: NowView, chrome: ConsoleChrome): ConsolePage {
  const words = chrome.messages.consoleNow;
  const waiting = view.requests.filter(({ status }) => status !== "denied" && status !== "redeemed");
  const over = view.requests.filter((request) => !waiting.includes(request));
  return {
    title: words.title,
    follows: true,
    lede: live("now-lede", words.waiting(view.waiting), { tag: "span" }),
    aside: view.login === null ? null : copyable(view.login, chrome, emphasized(view.login)),
    main: html`${view.problem && problemBox(words.problems[view.problem.why], requestName(view.problem.about))}
<div class="grid">
${live(
  "now-requests",
  [
    html`<h2 class="hidden">${words.requests}</h2>`,
    view.requests.length === 0 && html`<p class="empty">${words.none}${view.login !== null && ` ${words.tryIt}`}</p>`,
    waiting.map((request) => waitingRequest(request, view, chrome)),
    over.map((request) => endedRequest(request, chrome)),
    pager({ path: "/console", isFirst: view.isFirst, next: view.next }, chrome),
    view.people &&
      html`<datalist id="people">${view.people.map((email) => html`<option${attrs({ value: email })}></option>`)}</datalist>`,
  ],
  { class: "card" },
)}
<aside aria-label="${words.beside}">${view.mails && mailCard(view.mails, chrome)}
${live("now-hour", hourChart(view.hour, chrome), { class: "card" })}
${activityCard(view, chrome)}</aside>
</div>`,
  };
}

const requestName = (userCode: string) => displayUserCode(userCode);

/** A request that waits: who asks, how far it is, and what the operator can do. */
function waitingRequest(request: LiveRequest, view: NowView, chrome: ConsoleChrome): Html {
  return html`<article class="req" id="request-${request.id}" aria-labelledby="code-${request.id}">
<header><h3 id="code-${request.id}">${headingOf(request, view, chrome)}</h3><p>${whatAsks(request, chrome)}</p><span class="end">${countdown(request.expiresAt, chrome)}</span></header>
${asksFor(request, chrome)}
${steps(request, chrome)}
${view.people !== null && request.status !== "approved" && decide(request, view, chrome)}
</article>`;
}

/** A code that waits is for the user at the device. Only the operator of an embedded tenant, who decides with it, sees it. */
function headingOf({ userCode, appName, clientId, status }: LiveRequest, view: NowView, chrome: ConsoleChrome): Html {
  const isOver = status === "denied" || status === "redeemed";
  if (view.people !== null || isOver) return html`${displayUserCode(userCode)}`;
  return html`<bdi>${appName ?? chrome.messages.consoleNow.unknownApp(clientId)}</bdi>`;
}

/** Its app, what it says about itself, and where it is. */
function whatAsks(
  { appName, clientId, deviceName, devicePlatform, initiatedIp }: LiveRequest,
  chrome: ConsoleChrome,
): Html {
  const words = chrome.messages.consoleNow;
  const says = [deviceName, devicePlatform].filter((part) => part !== null).join(", ");
  return html`<bdi>${appName ?? words.unknownApp(clientId)}</bdi>${says !== "" && html` · ${words.says(html`<bdi>${says}</bdi>`)}`} · ${placeOf(initiatedIp, chrome)}`;
}

/** What it wants, in the names of scopes. */
function asksFor({ asksFor }: LiveRequest, { messages }: ConsoleChrome): Html | null {
  if (asksFor.length === 0) return null;
  const scopes = asksFor.map((scope) => html`<code>${scope}</code> `);
  return html`<p class="hint">${messages.consoleNow.asksFor} ${scopes}</p>`;
}

type StepState = "done" | "present" | "ahead" | "stopped";

/** The five steps of a sign-in, as far as this one is. */
function steps(request: LiveRequest, chrome: ConsoleChrome): Html {
  const { step } = chrome.messages.consoleNow;
  const { status, createdAt, openedAt, email, decidedAt, decidedBy } = request;
  const opened = openedAt !== null || email !== null;
  const signedIn = status !== "pending";
  const decided = status === "approved";
  const at = (time: number | null) =>
    time !== null && html`<span>${moment(time, chrome.messages.time.clock(time))}</span>`;
  const by = email !== null && html`<span>${address(email, 18)}</span>`;
  const reached = decided ? 3 : signedIn || email !== null ? 2 : opened ? 1 : 0;
  // The operator's approval has neither an opened page nor a sign-in.
  if (decided && decidedBy === "operator") {
    const byOperator: [string, Html | false][] = [
      [step.asked, at(createdAt)],
      [
        step.approved,
        html`${at(decidedAt)}${email !== null && html`<span>${step.byOperator(address(email, 18))}</span>`}`,
      ],
      [step.tokens, false],
    ];
    return stepList(byOperator, 1, "steps few");
  }
  const rows: [label: string, detail: Html | false][] = [
    [step.asked, at(createdAt)],
    [step.opened, at(openedAt)],
    [reached < 2 ? step.signedIn : signedIn ? step.signedIn : step.signingIn, by],
    [decided ? step.approved : step.decided, at(decidedAt)],
    [step.tokens, false],
  ];
  return stepList(rows, reached);
}

function stepList(rows: readonly [label: string, detail: Html | false][], reached: number, name = "steps"): Html {
  const stateOf = (index: number): StepState => (index < reached ? "done" : index === reached ? "present" : "ahead");
  return html`<ol class="${name}">${rows.map(([label, detail], index) => {
    const state = stateOf(index);
    return html`<li${attrs({ class: state, "aria-current": state === "present" ? "step" : null })}>${label}${detail}</li>`;
  })}</ol>`;
}

/** Only the operator of an embedded tenant decides for users. */
function decide(request: LiveRequest, view: NowView, chrome: ConsoleChrome): Html {
  const words = chrome.messages.consoleNow;
  const { userCode, id } = request;
  const problem = view.problem?.about === userCode ? view.problem : null;
  const [first = ""] = view.people ?? [];
  const chosen = problem ? problem.email : (request.email ?? (view.people?.length === 1 ? first : ""));
  const choose = html`<div class="field"><label for="as-${id}">${words.person}</label><input${attrs({
    ...{ class: "input", id: `as-${id}`, name: "as", type: "email", list: "people", value: chosen || null },
    ...{ autocomplete: "off", autocapitalize: "none", spellcheck: "false", required: true },
    "aria-invalid": problem ? "true" : null,
  })}></div>
<label class="choice"><input${attrs({ type: "checkbox", name: "mfa", value: "yes", checked: problem?.mfa === true })}><span>${words.mfa}</span></label>
<p class="hint">${words.approveHint}</p>
<p class="acts">${act(words.approve, { kind: "main" })}</p>`;
  return html`<div class="acts"><details${attrs({ open: problem !== null })}><summary class="button">${words.approveAs}</summary><div class="choose">${form("/console/approve", chrome, { code: userCode }, choose, `approve-${id}`)}</div></details>
${form("/console/decline", chrome, { code: userCode }, act(words.decline))}
${form("/console/expire", chrome, { code: userCode }, act(words.expire))}</div>`;
}

/** A request that is over, in one line. */
function endedRequest(request: LiveRequest, chrome: ConsoleChrome): Html {
  const words = chrome.messages.consoleNow;
  const { status, denialReason, email, familyId, endedAt } = request;
  const end =
    status !== "redeemed"
      ? pill("bad", words.denied[denialReason ?? "user"])
      : endedAt === null
        ? pill("good", words.redeemed)
        : pill("plain", words.ended);
  const timeline =
    familyId !== null &&
    html` <a href="/console/sign-ins/${familyId}" aria-label="${words.timelineOf(displayUserCode(request.userCode))}">${words.timeline}</a>`;
  return html`<article class="req over" id="request-${request.id}" aria-labelledby="code-${request.id}">
<header><h3 id="code-${request.id}">${displayUserCode(request.userCode)}</h3><p>${whatAsks(request, chrome)}${email !== null && html` · ${address(email)}`}</p><span class="end">${timeline} ${end}</span></header>
</article>`;
}

/** The newest mails of the inbox, with what has to be typed from them. */
function mailCard(mails: NonNullable<NowView["mails"]>, chrome: ConsoleChrome): Html {
  const words = chrome.messages.consoleNow;
  const ago = (at: number) => words.ago(Math.max(0, chrome.now - at));
  const list = mails.map(
    ({ id, to, subject, at, code }) =>
      html`<li><strong>${address(to)}</strong><p><a href="/console/inbox/${id}"><bdi>${subject}</bdi></a> · ${ago(at)}</p>${code !== null && html`<output>${spaced(code)}</output>`}</li>`,
  );
  return live(
    "now-mails",
    [
      html`<h2>${words.latestMail}</h2>`,
      mails.length === 0 ? html`<p class="empty">${words.noMail}</p>` : html`<ul class="letters">${list}</ul>`,
    ],
    { class: "card" },
  );
}

/** Lines of the activity. */
const LINES = 12;

function whoOf({ who, unknownApp, actor }: NowView["refusals"][number], chrome: ConsoleChrome): Html {
  const { consoleNow: words } = chrome.messages;
  if (unknownApp !== null) return html`<bdi>${words.unknownApp(unknownApp)}</bdi>`;
  return html`<bdi><b>${who ?? (actor === "user" ? words.aPerson : words.aProgram)}</b></bdi>`;
}

/** What happened, newest first, each as a sentence. */
function activityCard({ activity, refusals }: NowView, chrome: ConsoleChrome): Html {
  const { consoleNow: words, time } = chrome.messages;
  const lines = [
    ...activity.map((each) => ({
      ...{ at: each.at, tone: toneOf(each.event) },
      text: html`${sentenceOf(each, chrome.messages)}${toneOf(each.event) === "bad" && mendOf(refusedIn(each), chrome)}`,
    })),
    ...refusals.map((refusal) => ({
      ...{ at: refusal.at, tone: "bad" },
      text: html`${whoOf(refusal, chrome)}: ${refusalSentence(refusal, chrome)}${refusal.aadsts !== null && html` ${pill("bad", refusal.aadsts)}`}${mendOf(refusal, chrome)}`,
    })),
  ];
  const rows = lines
    .sort((one, other) => other.at - one.at)
    .slice(0, LINES)
    .map(({ at, tone, text }) => html`<li class="tone-${tone}">${moment(at, time.clock(at))}<span>${text}</span></li>`);
  return live(
    "now-activity",
    [
      html`<h2>${words.activity}</h2>`,
      rows.length === 0 ? html`<p class="empty">${words.noActivity}</p>` : html`<ol class="feed">${rows}</ol>`,
      html`<p class="hint"><a href="/console/audit">${words.wholeLog}</a></p>`,
    ],
    { class: "card" },
  );
}

/** What is deleted has no page that could be mended. */
const refusedIn = ({ detail, app, user }: ShownRecord): Refused => ({
  why: String(detail.why ?? ""),
  clientId: app?.name == null ? null : app.id,
  userId: user?.email == null ? null : user.id,
});

/** Two halves are easier to type. */
const spaced = (code: string) => (code.length === 8 ? `${code.slice(0, 4)} ${code.slice(4)}` : code);

/** The values of a command stand out from its options. */
function emphasized(command: string): Html {
  const parts = command.split(/( --[a-z-]+)/);
  return html`${parts.map((part, i) => (i === 0 || i % 2 === 1 ? part : html`<em>${part}</em>`))}`;
}
