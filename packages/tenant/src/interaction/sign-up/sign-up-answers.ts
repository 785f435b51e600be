import { BUILT_IN_ATTRIBUTES, isBuiltIn, MAX_ANSWER } from "../../directory/check-user-flow.ts";
import type { Attributes } from "../../directory/entities.ts";
import { cleanDisplayName, MAX_DISPLAY_NAME } from "../../directory/identity.ts";
import { matchesPattern } from "../../directory/pattern.ts";
import type { FlowAttribute, UserFlow } from "../../directory/user-flow.ts";
import type { SignUpDetailsView, SignUpQuestion } from "../../ui/pages/sign-up.ts";
import { type Fields, malformed } from "../page-request.ts";

/** The questions as they stand on the page: what was typed stays, and what was wrong is said at its field. */
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
    questions: questionsOf(userFlow).map(({ attribute, name }) => questionOf(attribute, name, NOTHING, null)),
    terms: userFlow.termsOfUse && { ...userFlow.termsOfUse, accepted: false, missing: false },
    problem: null,
  };
}

/** Reads the form; without answers something is to be mended. */
export function answersOf(userFlow: UserFlow, fields: Fields): { answers: Answers | null; details: Details } {
  const displayName = cleanDisplayName(fields.get("display_name") ?? "");
  const attributes: Attributes = {};
  const questions = questionsOf(userFlow).map(({ attribute, name }) => {
    const read = readAnswer(attribute, name, fields);
    if (read.value !== undefined) attributes[attribute.id] = read.value;
    return questionOf(attribute, name, fields, read.problem);
  });
  const accepted = fields.get("terms") === "yes";
  const details: Details = {
    name: {
      label: nameLabel(userFlow),
      value: displayName.slice(0, 2 * MAX_DISPLAY_NAME),
      problem: nameProblem(displayName),
    },
    questions,
    terms: userFlow.termsOfUse && { ...userFlow.termsOfUse, accepted, missing: !accepted },
    problem: null,
  };
  const wrong = details.name.problem !== null || questions.some(({ problem }) => problem !== null);
  if (wrong || details.terms?.missing) return { answers: null, details: { ...details, problem: "answers" } };
  return { answers: { displayName, attributes, termsAccepted: details.terms !== null }, details };
}

/** Beside the name, which everybody is asked. */
function questionsOf(userFlow: UserFlow): { attribute: FlowAttribute; name: string }[] {
  return userFlow.attributes
    .filter(({ id }) => id !== "displayName")
    .map((attribute, index) => ({ attribute, name: `attribute.${index}` }));
}

function nameLabel(userFlow: UserFlow): string {
  return userFlow.attributes.find(({ id }) => id === "displayName")?.label ?? "";
}

function nameProblem(name: string): "empty" | "long" | null {
  if (name === "") return "empty";
  return [...name].length > MAX_DISPLAY_NAME ? "long" : null;
}

interface Read {
  /** Undefined: not answered. */
  value?: Attributes[string];
  problem: SignUpQuestion["problem"];
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
  problem: SignUpQuestion["problem"],
): SignUpQuestion {
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
