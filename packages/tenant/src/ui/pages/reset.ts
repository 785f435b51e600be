import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { address, flowLink } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";
import { emailForm, mailedCodeForms, newPasswordForm } from "./mailed-code.ts";

type Reset<P extends View["page"]> = Extract<View, { page: P }>;

function remembered(flowId: string, chrome: Chrome): Html {
  const { common, reset } = chrome.messages;
  return html`<p class="aside">${reset.remembered} <a class="link" href="${flowLink(formActions.sign_in, flowId)}">${common.signIn}</a></p>`;
}

export function resetEmailPage(view: Reset<"reset_email">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${messages.titles.reset_email}</h1>
<p class="lede">${messages.reset.lede}</p>
${emailForm(view, chrome, formActions.reset_email)}
${view.flowId !== "" && remembered(view.flowId, chrome)}`,
  };
}

export function resetCodePage(view: Reset<"reset_code">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${messages.titles.reset_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.reset_code,
  resend: formActions.reset_resend,
  mayHaveNone: true,
})}
${remembered(view.flowId, chrome)}`,
  };
}

export function resetPasswordPage(view: Reset<"reset_password">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { label, save, passwordLede } = messages.reset;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${messages.titles.reset_password}</h1>
<p class="lede">${passwordLede(address(view.email))}</p>
${newPasswordForm(view, chrome, { action: formActions.reset_password, label, button: save })}`,
  };
}
