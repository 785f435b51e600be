import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { type MailedCodeView, mailedCodeForms } from "../components/mailed-code.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "../components/parts.ts";
import { usePasskey } from "../components/passkey-box.ts";
import { attrs, type Child, type Html, html } from "../html.ts";

/** `byApp`, `byEmail`, `byRecovery`, `byPasskey`: the other methods that the user has. */
export type SecondFactorView =
  | {
      page: "second_factor_app";
      flowId: string;
      byRecovery: boolean;
      byPasskey: boolean;
      problem: null | "wrong" | "used" | "too_many";
    }
  /** `sent`: a code is on its way. Until then, the page has a button that sends one. */
  | ({ page: "second_factor_email"; sent: true; byPasskey: boolean } & MailedCodeView)
  | {
      page: "second_factor_email";
      sent: false;
      byPasskey: boolean;
      flowId: string;
      email: string;
      problem: null | "too_many" | "mail_failed" | "mail_refused";
    }
  | {
      page: "second_factor_passkey";
      flowId: string;
      /** WebAuthn request options as JSON, which the script passes to the browser. */
      passkeyOptions: string;
      byApp: boolean;
      byEmail: boolean;
      byRecovery: boolean;
    }
  | { page: "second_factor_recovery"; flowId: string; problem: null | "wrong" | "too_many" };

type View<P extends SecondFactorView["page"]> = Extract<SecondFactorView, { page: P }>;

export const secondFactorPages: Pages<SecondFactorView> = {
  second_factor_app: secondFactorAppPage,
  second_factor_email: secondFactorEmailPage,
  second_factor_passkey: secondFactorPasskeyPage,
  second_factor_recovery: secondFactorRecoveryPage,
};

const digits = { inputmode: "numeric", ...asTyped, maxlength: 32, enterkeyhint: "go" } as const;

function secondFactorAppPage(view: View<"second_factor_app">, chrome: Chrome): Page {
  const { common, titles, secondFactor } = chrome.messages;
  const { app } = secondFactor;
  return {
    title: chrome.messages.titles[view.page],
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

function secondFactorEmailPage(view: View<"second_factor_email">, chrome: Chrome): Page {
  const { titles } = chrome.messages;
  const ways = otherWays(view.flowId, chrome, { byPasskey: view.byPasskey });
  const main = view.sent
    ? mailedCodeForms(view, chrome, {
        enter: formActions.second_factor_email,
        resend: formActions.second_factor_email_send,
        mayHaveNone: false,
      })
    : askForCode(view, chrome);
  return { title: chrome.messages.titles[view.page], main: html`<h1>${titles.second_factor_email}</h1>${main}${ways}` };
}

function askForCode(view: Extract<View<"second_factor_email">, { sent: false }>, chrome: Chrome): Html {
  const { secondFactor, mailedCode } = chrome.messages;
  const problems = { ...mailedCode.problems, mail_refused: secondFactor.email.refused };
  return html`<p class="lede">${secondFactor.email.before(address(view.email))}</p>
${problemNote(view.problem && problems[view.problem])}
${form(formActions.second_factor_email_send, chrome, { flow: view.flowId }, button(secondFactor.email.send))}`;
}

function secondFactorRecoveryPage(view: View<"second_factor_recovery">, chrome: Chrome): Page {
  const { common, titles, secondFactor } = chrome.messages;
  const { recovery } = secondFactor;
  return {
    title: chrome.messages.titles[view.page],
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

/** A passkey instead of the password: it counts as both factors. */
function secondFactorPasskeyPage(view: View<"second_factor_passkey">, chrome: Chrome): Page {
  const { titles, secondFactor } = chrome.messages;
  return {
    title: chrome.messages.titles[view.page],
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
