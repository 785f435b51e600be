import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";
import { mailedCodeForms } from "./mailed-code.ts";
import { usePasskey } from "./passkey.ts";

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
${otherWays(view.flowId, chrome, { byRecovery: view.byRecovery, byPasskey: view.byPasskey })}`,
  };
}

export function secondFactorEmailPage(view: SecondFactor<"second_factor_email">, chrome: Chrome): Page {
  const { titles } = chrome.messages;
  const ways = otherWays(view.flowId, chrome, { byPasskey: view.byPasskey });
  const main = view.sent
    ? mailedCodeForms(view, chrome, {
        enter: formActions.second_factor_email,
        resend: formActions.second_factor_email_send,
        mayHaveNone: false,
      })
    : askForCode(view, chrome);
  return { title: titleOf(view, chrome.messages), main: html`<h1>${titles.second_factor_email}</h1>${main}${ways}` };
}

function askForCode(view: Extract<SecondFactor<"second_factor_email">, { sent: false }>, chrome: Chrome): Html {
  const { secondFactor, mailedCode } = chrome.messages;
  const problems = { ...mailedCode.problems, mail_refused: secondFactor.email.refused };
  return html`<p class="lede">${secondFactor.email.before(address(view.email))}</p>
${problemNote(view.problem && problems[view.problem])}
${form(formActions.second_factor_email_send, chrome, { flow: view.flowId }, button(secondFactor.email.send))}`;
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
${otherWays(view.flowId, chrome, { byApp: true })}`,
  };
}

/** A passkey in the password's stead: by itself it is both proofs. */
export function secondFactorPasskeyPage(view: SecondFactor<"second_factor_passkey">, chrome: Chrome): Page {
  const { titles, secondFactor } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.second_factor_passkey}</h1>
<p class="lede">${secondFactor.passkey.lede}</p>
<p${attrs({ class: "note warn", "data-without": true })}>${secondFactor.passkey.without}</p>
${usePasskey(view.flowId, view.passkeyOptions, chrome, false)}
${otherWays(view.flowId, chrome, { byApp: view.byApp, byEmail: view.byEmail, byRecovery: view.byRecovery })}`,
  };
}

interface OtherWays {
  byApp?: boolean;
  byEmail?: boolean;
  byRecovery?: boolean;
  byPasskey?: boolean;
}

function otherWays(flowId: string, { messages }: Chrome, { byApp, byEmail, byRecovery, byPasskey }: OtherWays): Child {
  const { secondFactor } = messages;
  const link = (path: string, text: string) => html`<a class="link" href="${flowLink(path, flowId)}">${text}</a> `;
  const ways = [
    byApp && link(formActions.second_factor_app, secondFactor.byApp),
    byPasskey && link(formActions.second_factor_passkey, secondFactor.byPasskey),
    byRecovery && link(formActions.second_factor_recovery, secondFactor.byRecovery),
    byEmail && link(formActions.second_factor_email, secondFactor.byEmail),
  ];
  return ways.some(Boolean) && html`<p class="aside ways"><span>${secondFactor.otherWays}</span> ${ways}</p>`;
}
