import { BUILT_IN_ATTRIBUTES, isBuiltIn, MAX_ANSWER } from "../../directory/check-user-flow.ts";
import type { Attributes } from "../../directory/entities.ts";
import { cleanDisplayName, MAX_DISPLAY_NAME } from "../../directory/identity.ts";
import { matchesPattern } from "../../directory/pattern.ts";
import type { FlowAttribute, UserFlow } from "../../directory/user-flow.ts";
import type { Question, Questions } from "../../ui/components/questions.ts";
import type { SignUpDetailsView } from "../../ui/pages/sign-up.ts";
import { type Fields, malformed } from "../page-request.ts";

/** The questions as the page shows them: with the input, and the error of each field. */
export type Details = Pick<SignUpDetailsView, "name" | "questions" | "terms" | "problem">;

export interface Answers {
  displayName: string;
  attributes: Attributes;
  termsAccepted: boolean;
}

const NOTHING: Fields = new Map();

export function emptyDetails(userFlow: UserFlow): Details {
  return {
    name: { label: nameLabel(userFlow), value: "", problem: null },
    ...emptyQuestions(userFlow),
    problem: null,
  };
}

/** Reads the form. Without `answers`, something must be corrected. */
export function answersOf(userFlow: UserFlow, fields: Fields): { answers: Answers | null; details: Details } {
  const displayName = cleanDisplayName(fields.get("display_name") ?? "");
  const { attributes, complete, ...asked } = readQuestions(userFlow, fields);
  const details: Details = {
    name: {
      label: nameLabel(userFlow),
      value: displayName.slice(0, 2 * MAX_DISPLAY_NAME),
      problem: nameProblem(displayName),
    },
    ...asked,
    problem: null,
  };
  if (details.name.problem !== null || !complete) return { answers: null, details: { ...details, problem: "answers" } };
  return { answers: { displayName, attributes, termsAccepted: details.terms !== null }, details };
}

/** The questions besides the name. `only`: restricts them; default: all of the user flow. */
export interface Only {
  attributes: readonly FlowAttribute[];
  terms: boolean;
}

export function emptyQuestions(userFlow: UserFlow, only?: Only): Questions {
  return {
    questions: questionsOf(userFlow, only).map(({ attribute, name }) => questionOf(attribute, name, NOTHING, null)),
    terms: termsOf(userFlow, only, { accepted: false, missing: false }),
  };
}

/** `complete`: every answer is valid, and the terms are accepted if required. */
export function readQuestions(
  userFlow: UserFlow,
  fields: Fields,
  only?: Only,
): Questions & { attributes: Attributes; complete: boolean } {
  const attributes: Attributes = {};
  const questions = questionsOf(userFlow, only).map(({ attribute, name }) => {
    const read = readAnswer(attribute, name, fields);
    if (read.value !== undefined) attributes[attribute.id] = read.value;
    return questionOf(attribute, name, fields, read.problem);
  });
  const accepted = fields.get("terms") === "yes";
  const terms = termsOf(userFlow, only, { accepted, missing: !accepted });
  return {
    questions,
    terms,
    attributes,
    complete: !terms?.missing && questions.every(({ problem }) => problem === null),
  };
}

function termsOf<T>({ termsOfUse }: UserFlow, only: Only | undefined, state: T) {
  return termsOfUse && only?.terms !== false ? { ...termsOfUse, ...state } : null;
}

/** Questions besides the name. The name of a question does not depend on which others are asked. */
function questionsOf(userFlow: UserFlow, only?: Only): { attribute: FlowAttribute; name: string }[] {
  return userFlow.attributes
    .filter(({ id }) => id !== "displayName")
    .map((attribute, index) => ({ attribute, name: `attribute.${index}` }))
    .filter(({ attribute }) => only === undefined || only.attributes.includes(attribute));
}

function nameLabel(userFlow: UserFlow): string {
  return userFlow.attributes.find(({ id }) => id === "displayName")?.label ?? "";
}

function nameProblem(name: string): "empty" | "long" | null {
  if (name === "") return "empty";
  return [...name].length > MAX_DISPLAY_NAME ? "long" : null;
}

interface Read {
  /** Undefined if not answered. */
  value?: Attributes[string];
  problem: Question["problem"];
}

function readAnswer(attribute: FlowAttribute, name: string, fields: Fields): Read {
  const { inputType, options, required } = attribute;
  if (inputType === "CheckboxSingleSelect") {
    const value = fields.get(name) === "yes";
    return { value, problem: required && !value ? "empty" : null };
  }
  if (inputType === "CheckboxMultiSelect") {
    const value = options.filter((_, index) => fields.has(`${name}.${index}`)).map((option) => option.value);
    if (value.length === 0) return { problem: required ? "empty" : null };
    return { value, problem: null };
  }
  const text = cleanDisplayName(fields.get(name) ?? "");
  if (text === "") return { problem: required ? "empty" : null };
  if (inputType === "RadioSingleSelect") {
    if (!options.some(({ value }) => value === fields.get(name))) throw malformed();
    return { value: fields.get(name) ?? "", problem: null };
  }
  if ([...text].length > MAX_ANSWER) return { problem: "long" };
  if (inputType === "NumericTextBox") {
    const value = Number(text);
    return /^-?\d+$/.test(text) && Number.isSafeInteger(value) ? { value, problem: null } : { problem: "number" };
  }
  const { validationRegEx } = attribute;
  const fits = validationRegEx === null || matchesPattern(validationRegEx, text);
  return fits ? { value: text, problem: null } : { problem: "invalid" };
}

function questionOf(
  { id, label, inputType, required, options }: FlowAttribute,
  name: string,
  fields: Fields,
  problem: Question["problem"],
): Question {
  const chosen = (value: string, index: number) =>
    inputType === "CheckboxMultiSelect" ? fields.has(`${name}.${index}`) : fields.get(name) === value;
  return {
    id,
    name,
    label,
    input: inputType,
    required,
    autocomplete: isBuiltIn(id) ? BUILT_IN_ATTRIBUTES[id] : "off",
    value: (fields.get(name) ?? "").slice(0, 2 * MAX_ANSWER),
    options: options.map((option, index) => ({
      label: option.label,
      value: option.value,
      chosen: chosen(option.value, index),
    })),
    problem,
  };
}
