import { checkUserFlow, isBuiltIn } from "../../directory/check-user-flow.ts";
import type { AttributeInput, FlowAttribute, UserFlow } from "../../directory/user-flow.ts";
import { badRequest, invalidProperty } from "../odata/graph-error.ts";
import { BUILT_IN_NAMES, isTermsOfUse, type KnownAttribute } from "./known-attributes.ts";
import { type InputBody, PROVIDERS, type UserFlowInput } from "./user-flow-body.ts";

export const FLOW = "authenticationEventsFlow";
const INPUTS = "onAttributeCollection.attributeCollectionPage.views.0.inputs";

/**
 * The current user flow merged with the request. Does not store anything.
 *
 * @throws GraphError 400 for properties that a user flow cannot have here
 */
export function flowChangedBy(before: UserFlow, input: UserFlowInput, known: Map<string, KnownAttribute>): UserFlow {
  const { onAuthenticationMethodLoadStart: methods, onInteractiveAuthFlowStart: start } = input;
  const views = input.onAttributeCollection?.attributeCollectionPage?.views;
  const flow: UserFlow = {
    ...before,
    name: input.displayName ?? before.name,
    signUpAllowed: start?.isSignUpAllowed ?? before.signUpAllowed,
    methods: methods?.identityProviders?.map(({ id }) => PROVIDERS[id]!.method) ?? before.methods,
    mfaRequired: input.doorcodeMfaRequired ?? before.mfaRequired,
    ...(input.description === undefined ? {} : { description: input.description }),
    ...(input.priority === undefined ? {} : { priority: input.priority }),
    ...(views === undefined
      ? {}
      : asked(
          views.flatMap(({ inputs }) => inputs),
          known,
        )),
  };
  checkListed(input);
  return checked(flow);
}

/** @throws GraphError 400 with one sentence for each error */
export function checked(flow: UserFlow): UserFlow {
  const problems = checkUserFlow(flow);
  if (problems.length > 0) throw badRequest(`The user flow is invalid: ${problems.join(" ")}`);
  return flow;
}

/** If `attributes` is sent, it must list only attributes that an input asks for. Others would be lost. */
function checkListed({ onAttributeCollection: collection }: UserFlowInput): void {
  if (!collection?.attributes) return;
  const inputs = collection.attributeCollectionPage?.views.flatMap((view) => view.inputs) ?? [];
  const ids = new Set(["email", ...inputs.map(({ attribute }) => attribute)]);
  const lost = collection.attributes.find(({ id }) => !ids.has(id));
  if (lost === undefined) return;
  throw invalidProperty("onAttributeCollection.attributes", FLOW, `no input asks for ${lost.id}.`);
}

function asked(inputs: InputBody[], known: Map<string, KnownAttribute>): Pick<UserFlow, "attributes" | "termsOfUse"> {
  const attributes: FlowAttribute[] = [];
  let termsOfUse: UserFlow["termsOfUse"] = null;
  for (const [index, input] of inputs.entries()) {
    const property = `${INPUTS}.${index}`;
    if (input.attribute === "email") continue;
    if (input.hidden === true) throw invalidProperty(`${property}.hidden`, FLOW, "only email can be hidden.");
    if (input.editable === false) throw invalidProperty(`${property}.editable`, FLOW, "every answer must be editable.");
    const attribute = known.get(input.attribute);
    if (!attribute) {
      throw invalidProperty(
        `${property}.attribute`,
        FLOW,
        `the user flow attribute ${input.attribute} does not exist.`,
      );
    }
    if (isTermsOfUse(attribute.id)) termsOfUse = termsOf(input, property, termsOfUse !== null);
    else attributes.push(questionOf(input, attribute, property));
  }
  return { attributes, termsOfUse };
}

function questionOf(input: InputBody, { id, dataType }: KnownAttribute, property: string): FlowAttribute {
  const isText = input.inputType === "text";
  const kind: AttributeInput = {
    text: dataType === "int64" ? ("NumericTextBox" as const) : ("TextBox" as const),
    radioSingleSelect: "RadioSingleSelect" as const,
    checkboxMultiSelect: "CheckboxMultiSelect" as const,
    checkboxSingleSelect: "CheckboxSingleSelect" as const,
    boolean: "CheckboxSingleSelect" as const,
  }[input.inputType];
  const fits = {
    string: ["TextBox", "RadioSingleSelect", "CheckboxMultiSelect"],
    stringCollection: ["CheckboxMultiSelect"],
    boolean: ["CheckboxSingleSelect"],
    int64: ["NumericTextBox"],
  }[dataType];
  if (!fits.includes(kind)) {
    throw invalidProperty(`${property}.inputType`, FLOW, `values of ${id} have the type ${dataType}.`);
  }
  // Every name is valid, and Graph's defaults for numbers and booleans repeat what the types say.
  const pattern = isText && kind === "TextBox" && id !== "displayName" ? (input.validationRegEx ?? null) : null;
  return {
    id,
    // Without custom texts, the pages show it in the user's language.
    label: isBuiltIn(id) && input.label === BUILT_IN_NAMES[id] ? "" : input.label,
    inputType: kind,
    dataType: DATA_TYPE_OF[kind],
    required: input.required ?? false,
    options: (input.options ?? []).map(({ label, value }) => ({ label, value })),
    validationRegEx: pattern,
  };
}

const DATA_TYPE_OF: Record<AttributeInput, FlowAttribute["dataType"]> = {
  TextBox: "String",
  RadioSingleSelect: "String",
  CheckboxMultiSelect: "StringCollection",
  CheckboxSingleSelect: "Boolean",
  NumericTextBox: "Int64",
};

const LINK = /\[([^\]]*)\]\(([^)\s]*)\)/;

/** A label with a link in it, as Entra writes terms of use: the text and the address. */
function termsOf(input: InputBody, property: string, twice: boolean): NonNullable<UserFlow["termsOfUse"]> {
  if (twice) throw invalidProperty(property, FLOW, "the terms of use are listed twice.");
  if (input.required !== true) throw invalidProperty(`${property}.required`, FLOW, "it must be true for terms of use.");
  if (input.inputType !== "checkboxSingleSelect" && input.inputType !== "boolean") {
    throw invalidProperty(`${property}.inputType`, FLOW, "terms of use must be a checkbox.");
  }
  const link = LINK.exec(input.label);
  if (!link) return { label: input.label, url: null };
  const [whole, text = "", url = ""] = link;
  return { label: input.label.replace(whole, () => text), url };
}
