import { asTyped, field, form, moment, tickBox } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import type { ConsoleChrome, ConsolePage, ConsolePages } from "./layout.ts";
import { textArea } from "./list-parts.ts";
import { act, copyable, english, pill, problemBox } from "./parts.ts";

/** What the page does. */
export const TOKEN_ACTIONS = ["issue", "check"] as const;

/** Why this person gets no token: codes of `admin/decisions.ts`, in the words of the page Now. */
export const PERSON_PROBLEMS = [
  "administration_not_allowed",
  "administrator_needed",
  "mfa_required",
  "user_disabled",
  "user_unknown",
] as const;

export type TokenProblem =
  | { why: "missing"; field: "as" | "app" | "scopes" | "token" | "api" }
  | { why: "app_unknown" | "api_unknown"; typed: string }
  | { why: "person"; person: (typeof PERSON_PROBLEMS)[number] }
  /** In English, as on the command line. */
  | { why: "other"; message: string; hint: string };

export interface TokensView {
  page: "console_tokens";
  /** What the fields suggest. */
  suggested: Record<"people" | "apps" | "apis" | "scopes", readonly string[]>;
  typed: { as: string; app: string; scopes: string; mfa: boolean; token: string; api: string };
  /** The only page that ever shows this token. `expiresAt` in milliseconds. */
  issued: { as: string; token: string; expiresAt: number; scopes: readonly string[] } | null;
  /** What a token contains, and whether the guard of the API takes it: `CheckedToken` of `testing/`. */
  checked: {
    header: Record<string, unknown> | null;
    claims: Record<string, unknown> | null;
    api: { clientId: string; name: string; profile: string };
    accepted: boolean;
    reasons: readonly { code: string; message: string }[];
    clockAheadMs: number;
  } | null;
  problem: TokenProblem | null;
}

export const tokensPages: ConsolePages<TokensView> = { console_tokens: tokensPage };

const PATH = "/console/tokens";

function tokensPage(view: TokensView, chrome: ConsoleChrome): ConsolePage {
  const { consoleTokens: words, console: frame } = chrome.messages;
  const { problem, issued, checked, suggested } = view;
  return {
    title: frame.rail[PATH],
    lede: words.lede,
    main: html`${problem !== null && problemNote(problem, chrome)}
${issued !== null && issuedCard(issued, chrome)}
${checked !== null && checkedCard(checked, chrome)}
${issueCard(view, chrome)}
${checkCard(view, chrome)}
${Object.entries(suggested).map(
  ([of, values]) =>
    html`<datalist id="suggested-${of}">${values.map((value) => html`<option${attrs({ value })}></option>`)}</datalist>`,
)}`,
  };
}

function problemNote(problem: TokenProblem, { messages }: ConsoleChrome): Html {
  const { problems } = messages.consoleTokens;
  switch (problem.why) {
    case "missing":
      return problemBox(problems.missing[problem.field]);
    case "person":
      return problemBox(messages.consoleNow.problems[problem.person]);
    case "other":
      return problemBox(english(problem.message), english(problem.hint));
    default:
      return problemBox(problems[problem.why](html`<bdi>${problem.typed}</bdi>`));
  }
}

/** Which field is wrong. */
function wrongField(problem: TokenProblem | null): string | null {
  switch (problem?.why) {
    case "missing":
      return problem.field;
    case "app_unknown":
      return "app";
    case "api_unknown":
      return "api";
    case "person":
      return problem.person === "administration_not_allowed" ? "app" : "as";
    default:
      return null;
  }
}

/** One line, with suggestions. */
function suggesting(
  name: "as" | "app" | "scopes" | "api",
  label: string,
  list: keyof TokensView["suggested"],
  { typed, problem }: TokensView,
  hint?: string,
): Html {
  return field({
    ...{ name, label, type: name === "as" ? "email" : "text", autocomplete: "off", value: typed[name] },
    ...{ wrong: wrongField(problem) === name, ...(hint !== undefined && { hint }) },
    more: { ...asTyped, list: `suggested-${list}` },
  });
}

function issueCard(view: TokensView, chrome: ConsoleChrome): Html {
  const { consoleTokens: words, consoleNow } = chrome.messages;
  return html`<section class="card form"><h2>${words.issue}</h2><p class="hint">${words.issueHint}</p>
${form(PATH, chrome, {}, [
  suggesting("as", words.as, "people", view),
  suggesting("app", words.app, "apps", view),
  suggesting("scopes", words.scopes, "scopes", view, words.scopesHint),
  tickBox({ name: "mfa", label: consoleNow.mfa, ticked: view.typed.mfa }),
  html`<div class="acts">${act(words.issueNow, { kind: "main", name: "action", value: "issue" })}</div>`,
])}</section>`;
}

/** First and last characters: enough to tell it from another. */
const shortened = (token: string) => `${token.slice(0, 24)}…${token.slice(-8)}`;

function issuedCard({ as, token, expiresAt, scopes }: NonNullable<TokensView["issued"]>, chrome: ConsoleChrome): Html {
  const { consoleTokens: words, time } = chrome.messages;
  return html`<section class="card" aria-labelledby="issued"><h2 id="issued"><span role="status">${words.issued(html`<bdi>${as}</bdi>`)}</span></h2>
${copyable(token, chrome, shortened(token))}
<p>${words.validUntil(moment(expiresAt, time.at(expiresAt)))}</p><p class="hint">${scopes.map((scope) => html`<code>${scope}</code> `)}</p></section>`;
}

function checkCard(view: TokensView, chrome: ConsoleChrome): Html {
  const { consoleTokens: words } = chrome.messages;
  const { typed, problem } = view;
  return html`<section class="card form"><h2>${words.check}</h2><p class="hint">${words.checkHint}</p>
${form(PATH, chrome, {}, [
  textArea({
    ...{ name: "token", label: words.token, value: typed.token, rows: 5 },
    wrong: wrongField(problem) === "token",
  }),
  suggesting("api", words.api, "apis", view),
  // What was typed in the other form stays.
  html`<input type="hidden" name="as" value="${typed.as}"><input type="hidden" name="app" value="${typed.app}"><input type="hidden" name="scopes" value="${typed.scopes}">${typed.mfa && html`<input type="hidden" name="mfa" value="yes">`}`,
  html`<div class="acts">${act(words.checkNow, { kind: "main", name: "action", value: "check" })}</div>`,
])}</section>`;
}

function checkedCard(checked: NonNullable<TokensView["checked"]>, chrome: ConsoleChrome): Html {
  const { consoleTokens: words } = chrome.messages;
  const { header, claims, api, accepted, reasons, clockAheadMs } = checked;
  const decoded = header === null ? null : JSON.stringify({ header, claims }, null, 2);
  return html`<section class="card" aria-labelledby="checked"><h2 id="checked"><span role="status">${pill(accepted ? "good" : "bad", accepted ? words.accepted : words.refused)} ${words.guardOf(html`<bdi>${api.name}</bdi>`)}</span></h2>
${reasons.length > 0 && html`<ul class="plain-list" lang="en">${reasons.map(({ code, message }) => html`<li><code>${code}</code> ${message}</li>`)}</ul>`}
${clockAheadMs !== 0 && html`<p class="note warn">${words.clockMoved}</p>`}
${decoded !== null && html`<div class="table" tabindex="0" role="region" aria-label="${words.contents}"><pre class="code">${decoded}</pre></div>`}
<p class="hint">${words.audience} <code>${api.clientId}</code> · ${words.profile} <code>${api.profile}</code></p></section>`;
}
