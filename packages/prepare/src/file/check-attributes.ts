import { withoutDuplicates } from "./check-references.ts";
import { nearest, type ProblemList, quoted } from "./diagnostics.ts";
import { BUILT_IN_ATTRIBUTES } from "./known-values.ts";
import { OWN_ATTRIBUTE } from "./scalars.ts";
import { childAt, itemsOf, nameOffset, type SourceNode, type SourceText, textOf } from "./source-node.ts";
import { isBuiltIn } from "./to-model.ts";

/** The most fields of a sign-up page; the tenant rejects a user flow with more. */
const MAX_QUESTION_FIELDS = 80;

/** Whether each input type has options or a pattern. */
const attributeInputs = new Map([
  ["TextBox", { options: false, pattern: true }],
  ["RadioSingleSelect", { options: true, pattern: false }],
  ["CheckboxMultiSelect", { options: true, pattern: false }],
  ["CheckboxSingleSelect", { options: false, pattern: false }],
  ["NumericTextBox", { options: false, pattern: false }],
]);

/** Checks what a user flow asks at sign-up against the tenant's limits. */
export function checkAttributes(list: SourceNode | undefined, diagnostics: ProblemList): void {
  const seen = new Set<string>();
  let fields = 0;
  for (const item of itemsOf(list)) {
    const isMap = item.children.size > 0;
    const attribute = textOf(isMap ? childAt(item, "attribute") : item);
    const options = itemsOf(childAt(item, "options")).length;
    const before = fields;
    fields += Math.max(1, options);
    if (before <= MAX_QUESTION_FIELDS && fields > MAX_QUESTION_FIELDS) {
      diagnostics.add(
        item.offset,
        `Sign-up asks for more than ${MAX_QUESTION_FIELDS} fields.`,
        "Each attribute counts as one field; with options, each option does.",
      );
    }
    if (attribute) {
      if (seen.has(attribute.text.toLowerCase())) {
        diagnostics.add(attribute.offset, `The attribute ${quoted(attribute.text)} is already asked for.`);
      }
      seen.add(attribute.text.toLowerCase());
    }
    if (isMap) {
      if (attribute) checkAttributeName(attribute, item, diagnostics);
      checkInput(item, attribute?.text, diagnostics);
    }
  }
}

function checkAttributeName({ text, offset }: SourceText, item: SourceNode, diagnostics: ProblemList): void {
  if (isBuiltIn(text) || !OWN_ATTRIBUTE.test(text)) return;
  const sameButCase = BUILT_IN_ATTRIBUTES.find((known) => known.toLowerCase() === text.toLowerCase());
  if (sameButCase !== undefined) {
    diagnostics.add(
      offset,
      `${quoted(text)} cannot be a custom attribute next to the built-in one. Did you mean ${sameButCase}?`,
    );
  } else if (text.toLowerCase() === "email") {
    diagnostics.add(
      offset,
      "The email address is not an attribute: sign-up always asks for it and verifies it first.",
      "Remove it.",
    );
  } else if (/termsofuse$/i.test(text)) {
    diagnostics.add(
      offset,
      "Terms of use are not an attribute.",
      "Write termsOfUse: { label: …, url: … } in the user flow.",
    );
  } else if (!item.children.has("label")) {
    const guess = nearest(text, BUILT_IN_ATTRIBUTES);
    diagnostics.add(
      offset,
      `${quoted(text)} is not built in, and a custom attribute needs a label.${guess ? ` Did you mean ${guess}?` : ""}`,
      `Add label: the text that users read.`,
    );
  }
}

function checkInput(item: SourceNode, attribute: string | undefined, diagnostics: ProblemList): void {
  const written = childAt(item, "input");
  const input = written === undefined ? "TextBox" : written.value;
  const rules = attributeInputs.get(input as string);
  const options = childAt(item, "options");
  const pattern = childAt(item, "pattern");
  checkOptions(options, diagnostics);
  if (!rules) return;
  const name = String(input);
  if (
    rules.options &&
    itemsOf(options).length === 0 &&
    (options === undefined || options.value === null || Array.isArray(options.value))
  ) {
    const hint = "Add options: [ … ] with the choices.";
    diagnostics.add(written?.offset ?? item.offset, `${name} needs options.`, hint);
  }
  if (!rules.options && itemsOf(options).length > 0 && options) {
    const message = `${name} cannot have options: expected input RadioSingleSelect or CheckboxMultiSelect.`;
    diagnostics.add(nameOffset(options), message);
  }
  if (attribute === "displayName" && written && name !== "TextBox") {
    diagnostics.add(written.offset, "displayName must use a TextBox: any name is valid.");
  } else if (pattern && attribute === "displayName") {
    diagnostics.add(nameOffset(pattern), "displayName cannot have a pattern: any name is valid.");
  } else if (pattern && !rules.pattern) {
    diagnostics.add(nameOffset(pattern), `${name} cannot have a pattern: only a TextBox can.`);
  }
}

function checkOptions(options: SourceNode | undefined, diagnostics: ProblemList): void {
  const values = itemsOf(options).flatMap((option) => {
    const value = textOf(option) ?? textOf(childAt(option, "value"));
    return value ? [value] : [];
  });
  withoutDuplicates(values, diagnostics);
}
