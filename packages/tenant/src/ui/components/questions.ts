import { attrs, type Child, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import { field, fieldProblem, tickBox } from "./parts.ts";

/** What a user flow asks for: its attributes and its terms of use. Each field has its own error. */
export interface Questions {
  questions: Question[];
  terms: { label: string; url: string | null; accepted: boolean; missing: boolean } | null;
}

export interface Question {
  /** Label of the attribute. A built-in attribute with an empty label gets its name in the language of the page. */
  id: string;
  /** Name of the field. Option n of a `CheckboxMultiSelect` is `<name>.<n>`. */
  name: string;
  label: string;
  input: "TextBox" | "RadioSingleSelect" | "CheckboxMultiSelect" | "CheckboxSingleSelect" | "NumericTextBox";
  required: boolean;
  autocomplete: string;
  value: string;
  options: { value: string; label: string; chosen: boolean }[];
  problem: null | "empty" | "long" | "number" | "invalid";
}

/**
 * The fields, and the checkbox for the terms. The first field with an error gets the focus, unless an earlier field has
 * one. Without an error, the first field of the page (`first`) gets it.
 */
export function questionFields(
  view: Questions & { problem: string | null },
  messages: Messages,
  { problemBefore = false, first = false } = {},
): Child {
  const { questions, terms, problem } = view;
  const { details } = messages.signUp;
  return [
    questions.map((question, index) => {
      const earlier = problemBefore || questions.slice(0, index).some(({ problem }) => problem !== null);
      const atFirst = first && problem === null && index === 0;
      return questionField(question, messages, atFirst || (question.problem !== null && !earlier));
    }),
    terms && [
      tickBox({
        name: "terms",
        label: terms.label,
        ticked: terms.accepted,
        required: true,
        problem: terms.missing && problem !== null ? details.problems.unchecked : null,
        autofocus:
          first &&
          questions.every((question) => question.problem === null) &&
          (problem !== null || questions.length === 0),
      }),
      terms.url !== null &&
        html`<p class="aside"><a class="link" href="${terms.url}" target="_blank" rel="noopener noreferrer">${details.terms}</a></p>`,
    ],
  ];
}

function questionField(question: Question, messages: Messages, autofocus: boolean): Html {
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

function labelOf({ id, label, required }: Question, messages: Messages): string {
  const own = label || attributeName(id, messages);
  return required ? own : messages.signUp.details.optional(own);
}

/** A built-in attribute in the language of the page. A custom one has no name but its ID. */
export function attributeName(id: string, { attributes, signUp }: Messages): string {
  const names: Record<string, string> = { ...attributes, displayName: signUp.details.name };
  return Object.hasOwn(names, id) ? (names[id] as string) : id;
}

function problemOf({ input, problem }: Question, { signUp }: Messages): string | null {
  const { problems } = signUp.details;
  if (problem !== "empty") return problem && problems[problem];
  if (input === "CheckboxSingleSelect") return problems.unchecked;
  return input === "RadioSingleSelect" || input === "CheckboxMultiSelect" ? problems.unchosen : problems.empty;
}
