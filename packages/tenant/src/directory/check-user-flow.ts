import { patternProblem } from "./pattern.ts";
import type { AttributeInput, FlowAttribute, UserFlow } from "./user-flow.ts";

/** The longest answer, in characters, as in Entra. */
export const MAX_ANSWER = 250;
/** Fields of the sign-up page. A form with more is refused before it is read. */
export const MAX_QUESTION_FIELDS = 80;

const FIRST_FACTORS = ["password", "email_code", "passkey"];
const SECOND_FACTORS = ["totp", "email_code"];
const DATA_TYPE_OF: Record<AttributeInput, FlowAttribute["dataType"]> = {
  TextBox: "String",
  RadioSingleSelect: "String",
  CheckboxMultiSelect: "StringCollection",
  CheckboxSingleSelect: "Boolean",
  NumericTextBox: "Int64",
};
const EXTENSION = /^extension_[0-9a-f]{32}_[A-Za-z]\w{0,63}$/;

/** Errors in a user flow that an administrator wrote, one sentence each. Empty if it is valid. */
export function checkUserFlow(flow: UserFlow): string[] {
  const problems: string[] = [];
  const { methods, mfaMethods, attributes, termsOfUse } = flow;
  if (flow.name.trim() === "" || flow.name.length > MAX_ANSWER) problems.push("The name is empty or too long.");
  if (methods.length === 0) problems.push("It has no sign-in method.");
  problems.push(...listProblems("sign-in method", methods, FIRST_FACTORS));
  problems.push(...listProblems("second method", mfaMethods, SECOND_FACTORS));
  if (flow.signUpAllowed && methods.length > 0 && !methods.some((method) => method !== "passkey")) {
    problems.push("A passkey alone cannot be used to sign up: add password or email_code, or turn sign-up off.");
  }
  if (flow.mfaRequired && mfaMethods.length === 0) problems.push("It requires a second method but lists none.");
  problems.push(...listProblems("attribute", ids(attributes), ids(attributes)));
  for (const attribute of attributes) {
    problems.push(...attributeProblems(attribute).map((problem) => `Attribute ${attribute.id} ${problem}.`));
  }
  const fields = attributes.reduce((sum, { options }) => sum + Math.max(1, options.length), 0);
  if (fields > MAX_QUESTION_FIELDS) problems.push(`It asks for more than ${MAX_QUESTION_FIELDS} fields.`);
  if (termsOfUse && !isText(termsOfUse.label)) problems.push("The label of the terms of use is missing or too long.");
  if (termsOfUse && termsOfUse.url !== null && !isWebAddress(termsOfUse.url)) {
    problems.push("The address of the terms of use must start with https.");
  }
  return problems;
}

function attributeProblems({ id, label, inputType, dataType, options, validationRegEx }: FlowAttribute): string[] {
  const problems: string[] = [];
  if (!isBuiltIn(id) && !EXTENSION.test(id)) {
    problems.push("is neither built in nor extension_<app ID without hyphens>_<name>");
  }
  if (!isText(label) && !(label === "" && isBuiltIn(id))) problems.push("has no label, or a label that is too long");
  if (!Object.hasOwn(DATA_TYPE_OF, inputType)) return [...problems, `has an unknown input, ${String(inputType)}`];
  if (dataType !== DATA_TYPE_OF[inputType])
    problems.push(`is a ${inputType}, whose values must be ${DATA_TYPE_OF[inputType]}`);
  if (id === "displayName" && (inputType !== "TextBox" || validationRegEx !== null)) {
    problems.push("must be a TextBox without a pattern, because every name is valid");
  }
  const selects = inputType === "RadioSingleSelect" || inputType === "CheckboxMultiSelect";
  if (selects && options.length === 0) problems.push("has no options");
  if (!selects && options.length > 0) problems.push(`is a ${inputType}, which cannot have options`);
  if (options.some((option) => !isText(option.value) || !isText(option.label))) {
    problems.push("has an option whose value or label is missing or too long");
  }
  if (new Set(options.map(({ value }) => value)).size < options.length) problems.push("has the same option twice");
  if (validationRegEx !== null) {
    const problem = inputType === "TextBox" ? patternProblem(validationRegEx) : "only a TextBox can have";
    if (problem) problems.push(`has a pattern that ${problem}`);
  }
  return problems;
}

function listProblems(what: string, values: readonly string[], known: readonly string[]): string[] {
  const unknown = values.filter((value) => !known.includes(value)).map((value) => `${value} is not a ${what}.`);
  const twice = values.filter((value, index) => values.indexOf(value) < index);
  return [...unknown, ...new Set(twice.map((value) => `The ${what} ${value} is listed twice.`))];
}

function ids(attributes: FlowAttribute[]): string[] {
  return attributes.map(({ id }) => id);
}

function isText(text: string): boolean {
  return text.trim() !== "" && [...text].length <= MAX_ANSWER;
}

function isWebAddress(text: string): boolean {
  return URL.canParse(text) && new URL(text).protocol === "https:";
}

/**
 * Entra's built-in user attributes that sign-up can ask for, each with its autofill name (HTML, "Autofill"). `email` is
 * not among them: it is verified before, not asked.
 */
export const BUILT_IN_ATTRIBUTES = {
  city: "address-level2",
  country: "country-name",
  displayName: "name",
  givenName: "given-name",
  jobTitle: "organization-title",
  postalCode: "postal-code",
  state: "address-level1",
  streetAddress: "address-line1",
  surname: "family-name",
} as const;

export type BuiltInAttribute = keyof typeof BUILT_IN_ATTRIBUTES;

export function isBuiltIn(id: string): id is BuiltInAttribute {
  return Object.hasOwn(BUILT_IN_ATTRIBUTES, id);
}
