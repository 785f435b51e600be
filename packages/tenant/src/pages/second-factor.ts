import { type Child, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type SecondFactor<P extends View["page"]> = Extract<View, { page: P }>;

const digits = { inputmode: "numeric", ...asTyped, maxlength: 32, enterkeyhint: "go" } as const;

export function secondFactorAppPage(view: SecondFactor<"second_factor_app">, chrome: Chrome): Page {
  const { common, titles, secondFactor } = chrome.messages;
  const { app } = secondFactor;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.second_factor_app}</h1>
<p class="lede">${app.lede}</p>
${problemNote(view.problem && app.problems[view.problem])}
${form(formActions.second_factor_app, chrome, { flow: view.flowId }, [
  field({
    name: "code",
    label: app.label,
    type: "text",
    autocomplete: "one-time-code",
    class: "digits",
    wrong: view.problem === "wrong" || view.problem === "used",
    autofocus: true,
    more: digits,
  }),
  button(common.continue),
])}
${otherWays(view.flowId, chrome, { byApp: false, byEmail: view.byEmail, byRecovery: view.byRecovery })}`,
  };
}

export function secondFactorEmailPage(view: SecondFactor<"second_factor_email">, chrome: Chrome): Page {
  const { common, titles, secondFactor, signUp } = chrome.messages;
  const { code } = signUp;
  const flow = { flow: view.flowId };
  const problems = { ...code.problems, mail_refused: secondFactor.email.refused };
  const note = problemNote(view.problem && problems[view.problem]);
  const ways = otherWays(view.flowId, chrome, { byApp: view.byApp, byEmail: false, byRecovery: view.byRecovery });
  const main = view.sent
    ? html`<p class="lede">${code.lede(address(view.email), view.minutes)}</p>
${note}
${view.resent && view.problem === null && html`<p class="note good" role="status">${code.resent}</p>`}
${view.slow && view.problem === null && html`<p class="note warn" role="status">${code.slow}</p>`}
${form(formActions.second_factor_email, chrome, flow, [
  field({
    name: "code",
    label: code.label,
    type: "text",
    autocomplete: "one-time-code",
    class: "digits",
    wrong: view.problem === "wrong" || view.problem === "dead",
    autofocus: true,
    more: digits,
  }),
  button(common.continue),
])}
<div class="aside">${code.nothingThere} ${form(formActions.second_factor_email_send, chrome, flow, html`<button class="text-button" type="submit">${code.resend}</button>`)}</div>`
    : html`<p class="lede">${secondFactor.email.before(address(view.email))}</p>
${note}
${form(formActions.second_factor_email_send, chrome, flow, button(secondFactor.email.send))}`;
  return { title: titleOf(view, chrome.messages), main: html`<h1>${titles.second_factor_email}</h1>${main}${ways}` };
}

export function secondFactorRecoveryPage(view: SecondFactor<"second_factor_recovery">, chrome: Chrome): Page {
  const { common, titles, secondFactor } = chrome.messages;
  const { recovery } = secondFactor;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.second_factor_recovery}</h1>
<p class="lede">${recovery.lede}</p>
${problemNote(view.problem && recovery.problems[view.problem])}
${form(formActions.second_factor_recovery, chrome, { flow: view.flowId }, [
  field({
    name: "code",
    label: recovery.label,
    type: "text",
    autocomplete: "off",
    class: "code-input",
    wrong: view.problem === "wrong",
    autofocus: true,
    hint: recovery.hint,
    more: { autocapitalize: "characters", autocorrect: "off", spellcheck: "false", maxlength: 64, enterkeyhint: "go" },
  }),
  button(common.continue),
])}
${otherWays(view.flowId, chrome, { byApp: true, byEmail: false, byRecovery: false })}`,
  };
}

function otherWays(
  flowId: string,
  { messages }: Chrome,
  { byApp, byEmail, byRecovery }: { byApp: boolean; byEmail: boolean; byRecovery: boolean },
): Child {
  const { secondFactor } = messages;
  const link = (path: string, text: string) => html`<a class="link" href="${flowLink(path, flowId)}">${text}</a> `;
  const ways = [
    byApp && link(formActions.second_factor_app, secondFactor.byApp),
    byRecovery && link(formActions.second_factor_recovery, secondFactor.byRecovery),
    byEmail && link(formActions.second_factor_email, secondFactor.byEmail),
  ];
  return ways.some(Boolean) && html`<p class="aside"><span>${secondFactor.otherWays}</span> ${ways}</p>`;
}
