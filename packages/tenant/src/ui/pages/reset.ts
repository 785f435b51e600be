import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import {
  type EmailView,
  emailForm,
  type MailedCodeView,
  mailedCodeForms,
  type NewPasswordView,
  newPasswordForm,
} from "../components/mailed-code.ts";
import { address, flowLink } from "../components/parts.ts";
import { type Html, html } from "../html.ts";

export type ResetView =
  | ({ page: "reset_email" } & EmailView)
  | ({ page: "reset_code" } & MailedCodeView)
  | ({ page: "reset_password" } & NewPasswordView);

type View<P extends ResetView["page"]> = Extract<ResetView, { page: P }>;

export const resetPages: Pages<ResetView> = {
  reset_email: resetEmailPage,
  reset_code: resetCodePage,
  reset_password: resetPasswordPage,
};

function remembered(flowId: string, chrome: Chrome): Html {
  const { common, reset } = chrome.messages;
  return html`<p class="aside">${reset.remembered} <a class="link" href="${flowLink(formActions.sign_in, flowId)}">${common.signIn}</a></p>`;
}

function resetEmailPage(view: View<"reset_email">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: messages.titles[view.page],
    main: html`<h1>${messages.titles.reset_email}</h1>
<p class="lede">${messages.reset.lede}</p>
${emailForm(view, chrome, formActions.reset_email)}
${view.flowId !== "" && remembered(view.flowId, chrome)}`,
  };
}

function resetCodePage(view: View<"reset_code">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: messages.titles[view.page],
    main: html`<h1>${messages.titles.reset_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.reset_code,
  resend: formActions.reset_resend,
  mayHaveNone: true,
})}
${remembered(view.flowId, chrome)}`,
  };
}

function resetPasswordPage(view: View<"reset_password">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { label, save, passwordLede } = messages.reset;
  return {
    title: messages.titles[view.page],
    main: html`<h1>${messages.titles.reset_password}</h1>
<p class="lede">${passwordLede(address(view.email))}</p>
${newPasswordForm(view, chrome, { action: formActions.reset_password, label, button: save })}`,
  };
}
