import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { address, flowLink } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";
import { emailForm, mailedCodeForms, newPasswordForm } from "./mailed-code.ts";

type SignUp<P extends View["page"]> = Extract<View, { page: P }>;

export function stepOf(number: number, of: number, { signUp }: Messages): Html {
  return html`<p class="step">${signUp.step(number, of)}</p>`;
}

function haveAccount(flowId: string, { common, signUp }: Messages): Html {
  return html`<p class="aside">${signUp.haveAccount} <a class="link" href="${flowLink(formActions.sign_in, flowId)}">${common.signIn}</a></p>`;
}

export function signUpEmailPage(view: SignUp<"sign_up_email">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: titleOf(view, messages),
    main: html`${stepOf(1, view.steps, messages)}<h1>${messages.titles.sign_up_email}</h1>
<p class="lede">${messages.signUp.emailLede}</p>
${emailForm(view, chrome, formActions.sign_up_email)}
${haveAccount(view.flowId, messages)}`,
  };
}

export function signUpCodePage(view: SignUp<"sign_up_code">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: titleOf(view, messages),
    main: html`${stepOf(2, view.steps, messages)}<h1>${messages.titles.sign_up_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.sign_up_code,
  resend: formActions.sign_up_resend,
  mayHaveNone: false,
})}
${haveAccount(view.flowId, messages)}`,
  };
}

export function signUpPasswordPage(view: SignUp<"sign_up_password">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { common, newPassword } = messages;
  return {
    title: titleOf(view, messages),
    main: html`${stepOf(3, view.steps, messages)}<h1>${messages.titles.sign_up_password}</h1>
<p class="lede">${newPassword.lede(address(view.email))}</p>
${newPasswordForm(view, chrome, {
  action: formActions.sign_up_password,
  label: common.password,
  button: common.continue,
})}`,
  };
}
