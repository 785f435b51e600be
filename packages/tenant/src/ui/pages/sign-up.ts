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
import { address, button, field, flowLink, form, problemNote } from "../components/parts.ts";
import { type Questions, questionFields } from "../components/questions.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

/** `steps`: total number of steps. */
export type SignUpView =
  | ({ page: "sign_up_email"; steps: number } & EmailView)
  | ({ page: "sign_up_code"; steps: number } & MailedCodeView)
  | ({ page: "sign_up_password"; steps: number } & NewPasswordView)
  | SignUpDetailsView;

/** The name, and the other questions of the user flow. Each field has its own error. */
export interface SignUpDetailsView extends Questions {
  page: "sign_up_details";
  flowId: string;
  steps: number;
  /** If empty, the page uses its own label. */
  name: { label: string; value: string; problem: null | "empty" | "long" };
  problem: null | "answers";
}

type View<P extends SignUpView["page"]> = Extract<SignUpView, { page: P }>;

export const signUpPages: Pages<SignUpView> = {
  sign_up_email: signUpEmailPage,
  sign_up_code: signUpCodePage,
  sign_up_password: signUpPasswordPage,
  sign_up_details: signUpDetailsPage,
};

function stepOf(number: number, of: number, { signUp }: Messages): Html {
  return html`<p class="step">${signUp.step(number, of)}</p>`;
}

function haveAccount(flowId: string, { common, signUp }: Messages): Html {
  return html`<p class="aside">${signUp.haveAccount} <a class="link" href="${flowLink(formActions.sign_in, flowId)}">${common.signIn}</a></p>`;
}

function signUpEmailPage(view: View<"sign_up_email">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: messages.titles[view.page],
    main: html`${stepOf(1, view.steps, messages)}<h1>${messages.titles.sign_up_email}</h1>
<p class="lede">${messages.signUp.emailLede}</p>
${emailForm(view, chrome, formActions.sign_up_email)}
${haveAccount(view.flowId, messages)}`,
  };
}

function signUpCodePage(view: View<"sign_up_code">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: messages.titles[view.page],
    main: html`${stepOf(2, view.steps, messages)}<h1>${messages.titles.sign_up_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.sign_up_code,
  resend: formActions.sign_up_resend,
  mayHaveNone: false,
})}
${haveAccount(view.flowId, messages)}`,
  };
}

function signUpPasswordPage(view: View<"sign_up_password">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { common, newPassword } = messages;
  return {
    title: messages.titles[view.page],
    main: html`${stepOf(3, view.steps, messages)}<h1>${messages.titles.sign_up_password}</h1>
<p class="lede">${newPassword.lede(address(view.email))}</p>
${newPasswordForm(view, chrome, {
  action: formActions.sign_up_password,
  label: common.password,
  button: common.continue,
})}`,
  };
}

/** The name, and the other questions of the user flow. Input is kept, and each field shows its error. */
function signUpDetailsPage(view: SignUpDetailsView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { details } = messages.signUp;
  const { name, questions, terms } = view;
  const title = questions.length === 0 ? messages.titles.sign_up_name : messages.titles.sign_up_details;
  const alone = questions.length === 0 && terms === null;
  return {
    title,
    main: html`${stepOf(view.steps, view.steps, messages)}<h1>${title}</h1>
<p class="lede">${details.lede}</p>
${problemNote(view.problem && (alone ? name.problem && details.nameProblems[name.problem] : details.check))}
${form(formActions.sign_up_details, chrome, { flow: view.flowId }, [
  field({
    name: "display_name",
    label: name.label || details.name,
    type: "text",
    autocomplete: "name",
    value: name.value,
    // Where it is the only field the note above says it.
    ...(alone ? { wrong: name.problem !== null } : { problem: name.problem && details.nameProblems[name.problem] }),
    autofocus: view.problem === null || name.problem !== null,
  }),
  questionFields(view, messages, { problemBefore: name.problem !== null }),
  button(details.create),
])}`,
  };
}
