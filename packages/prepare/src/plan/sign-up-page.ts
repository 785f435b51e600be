import type {
  AuthenticationAttributeCollectionInputConfiguration as GraphInput,
  AuthenticationAttributeCollectionPage as GraphPage,
  IdentityUserFlowAttribute,
} from "@microsoft/microsoft-graph-types";
import type { AttributeEntry, UserFlowEntry } from "../file/model.ts";
import { attributeId, customNameOf, TERMS_OF_USE } from "./attributes.ts";

/** What sign-up asks, as in the file. */
export type SignUpPage = Pick<UserFlowEntry, "attributes" | "termsOfUse">;

/**
 * `checkboxSingleSelect` is in Graph's documentation, but not yet in its types. A number is a text whose attribute is
 * int64.
 */
const inputTypes = {
  TextBox: "text",
  NumericTextBox: "text",
  RadioSingleSelect: "radioSingleSelect",
  CheckboxMultiSelect: "checkboxMultiSelect",
  CheckboxSingleSelect: "checkboxSingleSelect",
} as const;

/** As in Graph's documentation and portal: the address is verified before, and hidden. */
const emailInput: GraphInput = {
  attribute: "email",
  label: "Email Address",
  inputType: "text",
  hidden: true,
  editable: false,
  writeToDirectory: true,
  required: true,
  validationRegEx: "^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(?:.[a-zA-Z0-9-]+)*$",
};

/** The page for Graph. The email input and the headings of the `present` page are kept. */
export function pageFor(
  wanted: SignUpPage,
  attributes: readonly IdentityUserFlowAttribute[],
  present?: GraphPage | null,
): GraphPage {
  const view = present?.views?.[0];
  const inputs: GraphInput[] = [
    view?.inputs?.find(({ attribute }) => attribute === "email") ?? emailInput,
    ...wanted.attributes.map((entry) => inputFor(entry, attributes, view?.inputs ?? [])),
  ];
  if (wanted.termsOfUse) inputs.push(termsFor(wanted.termsOfUse, attributes));
  return { views: [{ title: view?.title ?? null, description: view?.description ?? null, inputs }] };
}

/** The attributes that a new flow collects, each as Graph lists it; for an unlisted one, its ID. */
export function attributesFor(
  wanted: SignUpPage,
  attributes: readonly IdentityUserFlowAttribute[],
): IdentityUserFlowAttribute[] {
  const ids = ["email", ...wanted.attributes.map((entry) => attributeId(attributes, entry))];
  if (wanted.termsOfUse) ids.push(attributeId(attributes, { attribute: TERMS_OF_USE, builtIn: false }));
  return ids.map((id) => {
    const { displayName, description, userFlowAttributeType, dataType } = attributes.find((one) => one.id === id) ?? {};
    return { id, ...(displayName && { displayName, description, userFlowAttributeType, dataType }) };
  });
}

function inputFor(
  entry: AttributeEntry,
  attributes: readonly IdentityUserFlowAttribute[],
  present: GraphInput[],
): GraphInput {
  const id = attributeId(attributes, entry);
  const ownPattern = present.find(({ attribute }) => attribute === id)?.validationRegEx;
  const pattern = hasPattern(entry) ? entry.pattern : ownPattern;
  return {
    attribute: id,
    label: entry.label || defaultLabel(id, attributes),
    inputType: inputTypes[entry.input] as GraphInput["inputType"],
    hidden: false,
    editable: true,
    writeToDirectory: true,
    required: entry.required,
    ...(pattern && { validationRegEx: pattern }),
    ...(entry.options.length > 0 && { options: entry.options.map(({ label, value }) => ({ label, value })) }),
  };
}

function termsFor(
  terms: NonNullable<SignUpPage["termsOfUse"]>,
  attributes: readonly IdentityUserFlowAttribute[],
): GraphInput {
  return {
    attribute: attributeId(attributes, { attribute: TERMS_OF_USE, builtIn: false }),
    label: terms.url === undefined ? terms.label : `[${terms.label}](${terms.url})`,
    inputType: inputTypes.CheckboxSingleSelect as GraphInput["inputType"],
    hidden: false,
    editable: true,
    writeToDirectory: true,
    required: true,
  };
}

/** Converts a page of Graph to its form in the file. */
export function readPage(
  page: GraphPage | null | undefined,
  attributes: readonly IdentityUserFlowAttribute[],
): SignUpPage {
  const found: SignUpPage = { attributes: [], termsOfUse: undefined };
  for (const input of page?.views?.flatMap(({ inputs }) => inputs ?? []) ?? []) {
    const { attribute: id = "", label = "" } = input;
    if (id === "email") continue;
    const custom = customNameOf(id);
    if (custom === TERMS_OF_USE) {
      const link = /^\[(.+)\]\((\S+)\)$/su.exec(label);
      found.termsOfUse = link ? { label: link[1]!, url: link[2] } : { label, url: undefined };
      continue;
    }
    const dataType = attributes.find((one) => one.id === id)?.dataType;
    const kind = inputKind(input.inputType ?? "text", dataType);
    found.attributes.push({
      attribute: custom ?? id,
      builtIn: custom === undefined,
      label: label === defaultLabel(id, attributes) ? "" : label,
      input: kind,
      required: input.required ?? false,
      options: (input.options ?? []).map(({ label, value }) => ({ value: value ?? "", label: label ?? value ?? "" })),
      pattern: patternOf(input.validationRegEx),
    });
  }
  return found;
}

/** The page without what Graph does not distinguish: default labels, and patterns of inputs that support none. */
export function normalizePage(page: SignUpPage, attributes: readonly IdentityUserFlowAttribute[]): SignUpPage {
  return {
    termsOfUse: page.termsOfUse,
    attributes: page.attributes.map((entry) => ({
      ...entry,
      label:
        entry.builtIn && entry.label === defaultLabel(attributeId(attributes, entry), attributes) ? "" : entry.label,
      pattern: hasPattern(entry) ? patternOf(entry.pattern) : undefined,
    })),
  };
}

/** The file has patterns only for text, and none for names; Entra's portal sets one for names too, which is kept. */
function hasPattern({ input, attribute }: AttributeEntry): boolean {
  return input === "TextBox" && attribute !== "displayName";
}

/** A built-in attribute's label if the file gives none. */
function defaultLabel(id: string, attributes: readonly IdentityUserFlowAttribute[]): string {
  if (customNameOf(id) !== undefined) return "";
  return attributes.find((one) => one.id === id)?.displayName ?? id;
}

/** A pattern that matches everything counts as none; Graph's examples have `^.*`. */
function patternOf(pattern: string | null | undefined): string | undefined {
  return pattern && !/^\^?\.\*\$?$/.test(pattern) ? pattern : undefined;
}

function inputKind(inputType: string, dataType: string | undefined): AttributeEntry["input"] {
  switch (inputType.toLowerCase()) {
    case "radiosingleselect":
      return "RadioSingleSelect";
    case "checkboxmultiselect":
      return "CheckboxMultiSelect";
    case "checkboxsingleselect":
    case "boolean":
      return "CheckboxSingleSelect";
    default:
      return dataType === "int64" ? "NumericTextBox" : "TextBox";
  }
}
