import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { button, field, fieldProblem, form, problemNote, tickBox } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, SignUpDetailsView, SignUpQuestion } from "../view.ts";
import { stepOf } from "./sign-up.ts";

/** The name, and what else the user flow asks for. What was typed stays, and each field says what is wrong with it. */
export function signUpDetailsPage(view: SignUpDetailsView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { details } = messages.signUp;
  const { name, questions, terms } = view;
  const alone = questions.length === 0 && terms === null;
  return {
    title: titleOf(view, messages),
    main: html`${stepOf(view.steps, view.steps, messages)}<h1>${questions.length === 0 ? messages.titles.sign_up_name : messages.titles.sign_up_details}</h1>
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
