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
import { address, button, field, fieldProblem, flowLink, form, problemNote, tickBox } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

/** `steps`: how many there are. */
export type SignUpView =
  | ({ page: "sign_up_email"; steps: number } & EmailView)
  | ({ page: "sign_up_code"; steps: number } & MailedCodeView)
  | ({ page: "sign_up_password"; steps: number } & NewPasswordView)
  | SignUpDetailsView;

/** The name, and what else the user flow asks for. Each field has its own problem. */
export interface SignUpDetailsView {
  page: "sign_up_details";
  flowId: string;
  steps: number;
  /** An empty label is the page's own. */
  name: { label: string; value: string; problem: null | "empty" | "long" };
  questions: SignUpQuestion[];
  terms: { label: string; url: string | null; accepted: boolean; missing: boolean } | null;
  problem: null | "answers";
}

export interface SignUpQuestion {
  /** Of the attribute: a built-in one with an empty label is called in the page's language. */
  id: string;
  /** Of the field; option n of a `CheckboxMultiSelect` is `<name>.<n>`. */
  name: string;
  label: string;
  input: "TextBox" | "RadioSingleSelect" | "CheckboxMultiSelect" | "CheckboxSingleSelect" | "NumericTextBox";
  required: boolean;
  autocomplete: string;
  value: string;
  options: { value: string; label: string; chosen: boolean }[];
  problem: null | "empty" | "long" | "number" | "invalid";
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

/** The name, and what else the user flow asks for. What was typed stays, and each field says what is wrong with it. */
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
  questions.map((question, index) => {
    const earlier = name.problem !== null || questions.slice(0, index).some(({ problem }) => problem !== null);
    return questionField(question, messages, question.problem !== null && !earlier);
  }),
  terms && [
    tickBox({
      name: "terms",
      label: terms.label,
      ticked: terms.accepted,
      required: true,
      problem: terms.missing && view.problem !== null ? details.problems.unchecked : null,
    }),
    terms.url !== null &&
      html`<p class="aside"><a class="link" href="${terms.url}" target="_blank" rel="noopener noreferrer">${details.terms}</a></p>`,
  ],
  button(details.create),
])}`,
  };
}

function questionField(question: SignUpQuestion, messages: Messages, autofocus: boolean): Html {
  const { name, input, required, options } = question;
  const problem = problemOf(question, messages);
  const label = labelOf(question, messages);
  switch (input) {
    case "TextBox":
    case "NumericTextBox":
      return field({
        name,
        label,
        type: "text",
        autocomplete: question.autocomplete,
        value: question.value,
        problem,
        autofocus,
        required,
        more: input === "NumericTextBox" ? { inputmode: "numeric" } : {},
      });
    case "CheckboxSingleSelect":
      return tickBox({ name, label, ticked: question.value === "yes", required, problem, autofocus });
    case "RadioSingleSelect":
    case "CheckboxMultiSelect": {
      const one = input === "RadioSingleSelect";
      const described = problem ? `${name}-problem` : null;
      return html`<fieldset${attrs({ class: "field", "aria-describedby": described })}><legend class="label">${label}</legend>${options.map(
        (option, index) =>
          html`<label class="choice"><input${attrs({
            type: one ? "radio" : "checkbox",
            name: one ? name : `${name}.${index}`,
            value: one ? option.value : "yes",
            checked: option.chosen,
            required: one && required,
            autofocus: autofocus && index === 0,
            "aria-invalid": problem ? "true" : null,
          })}><span>${option.label}</span></label>`,
      )}${fieldProblem(name, problem)}</fieldset>`;
    }
  }
}

function labelOf({ id, label, required }: SignUpQuestion, { attributes, signUp }: Messages): string {
  const known: Record<string, string> = attributes;
  const own = label || (known[id] ?? id);
  return required ? own : signUp.details.optional(own);
}

function problemOf({ input, problem }: SignUpQuestion, { signUp }: Messages): string | null {
  const { problems } = signUp.details;
  if (problem !== "empty") return problem && problems[problem];
  if (input === "CheckboxSingleSelect") return problems.unchecked;
  return input === "RadioSingleSelect" || input === "CheckboxMultiSelect" ? problems.unchosen : problems.empty;
}
