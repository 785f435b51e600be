import { attributeInputs, isSlow } from "./attribute-rules.ts";
import type { Findings } from "./findings.ts";
import { OWN_ATTRIBUTE } from "./leaves.ts";
import { checkCase, checkedForTwice, checkReferences, type Names } from "./names.ts";
import { at, entriesOf, itemsOf, nameAt, type PlacedText, textOf, textsOf } from "./places.ts";
import { BUILT_IN_ATTRIBUTES } from "./tenant-schema.ts";
import { isBuiltIn } from "./to-model.ts";
import { nearest, quoted } from "./words.ts";
import type { Place } from "./yaml-tree.ts";

/** Fields of the page that asks; the tenant refuses a user flow with more. */
const MAX_QUESTION_FIELDS = 80;

/** What the tenant would refuse of a user flow, and apps that have two. */
export function checkUserFlows(names: Names, findings: Findings): void {
  checkCase(names.userFlows, "user flow", findings);
  const flowOf = new Map<string, string>();
  for (const [name, flow] of names.userFlows) {
    checkSignIn(flow, findings);
    checkAttributes(at(flow, "attributes"), findings);
    checkReferences(at(flow, "apps"), "app", names.apps, findings);
    for (const { text, at: offset } of textsOf(at(flow, "apps"))) {
      const other = flowOf.get(text);
      if (other === undefined) flowOf.set(text, name);
      else if (other !== name) {
        const message = `The app ${quoted(text)} is in the user flow ${quoted(other)} already: an app has one.`;
        findings.add(offset, message, "Leave it out of one of the two.");
      }
    }
  }
}

function checkSignIn(flow: Place, findings: Findings): void {
  const signIn = at(flow, "signIn");
  const methods = textsOf(signIn);
  checkedForTwice(methods, findings);
  if (!signIn || (signIn.value !== null && !Array.isArray(signIn.value))) return;
  if (itemsOf(signIn).length === 0) {
    findings.add(nameAt(signIn), "signIn is empty: nobody could sign in. Expected password, email_code or passkey.");
  }
  const onlyPasskey = methods.length > 0 && itemsOf(signIn).every(({ value }) => value === "passkey");
  const signUp = at(flow, "signUp");
  if (onlyPasskey && (signUp === undefined || signUp.value === true)) {
    findings.add(
      signIn.at,
      "Nobody can sign up with a passkey alone.",
      "Add password or email_code, or switch sign-up off by signUp: false.",
    );
  }
}

function checkAttributes(list: Place | undefined, findings: Findings): void {
  const seen = new Set<string>();
  let fields = 0;
  for (const item of itemsOf(list)) {
    const isMap = item.children.size > 0;
    const attribute = textOf(isMap ? at(item, "attribute") : item);
    const options = itemsOf(at(item, "options")).length;
    const before = fields;
    fields += Math.max(1, options);
    if (before <= MAX_QUESTION_FIELDS && fields > MAX_QUESTION_FIELDS) {
      findings.add(
        item.at,
        `Sign-up asks for more than ${MAX_QUESTION_FIELDS} fields from here on.`,
        "Each attribute is one, and of those with options each option.",
      );
    }
    if (attribute) {
      if (seen.has(attribute.text.toLowerCase())) {
        findings.add(attribute.at, `The attribute ${quoted(attribute.text)} is asked for already.`);
      }
      seen.add(attribute.text.toLowerCase());
    }
    if (isMap) {
      if (attribute) checkName(attribute, item, findings);
      checkInput(item, attribute?.text, findings);
    }
  }
}

function checkName({ text, at: offset }: PlacedText, item: Place, findings: Findings): void {
  if (isBuiltIn(text) || !OWN_ATTRIBUTE.test(text)) return;
  const sameButCase = BUILT_IN_ATTRIBUTES.find((known) => known.toLowerCase() === text.toLowerCase());
  if (sameButCase !== undefined) {
    findings.add(
      offset,
      `${quoted(text)} is no attribute of its own beside the built-in one. Did you mean ${sameButCase}?`,
    );
  } else if (text.toLowerCase() === "email") {
    findings.add(offset, "The email address is no question: it is always asked for and proven first.", "Leave it out.");
  } else if (/termsofuse$/i.test(text)) {
    findings.add(offset, "Terms of use are no attribute.", "Write termsOfUse: { label: …, url: … } in the user flow.");
  } else if (!item.children.has("label")) {
    const guess = nearest(text, BUILT_IN_ATTRIBUTES);
    findings.add(
      offset,
      `${quoted(text)} is not built in, and an attribute of its own needs a label.${guess ? ` Did you mean ${guess}?` : ""}`,
      `Add label: what people read.`,
    );
  }
}

function checkInput(item: Place, attribute: string | undefined, findings: Findings): void {
  const written = at(item, "input");
  const input = written === undefined ? "TextBox" : written.value;
  const rules = attributeInputs.get(input as string);
  const options = at(item, "options");
  const pattern = at(item, "pattern");
  const patternText = textOf(pattern);
  checkOptions(options, findings);
  if (patternText && isSlow(patternText.text, findings)) {
    const hint = "It repeats what itself repeats, such as (a+)+: write it so that each text matches in one way.";
    findings.add(patternText.at, "pattern takes too long for some texts.", hint);
  }
  if (!rules) return;
  const name = String(input);
  if (
    rules.options &&
    itemsOf(options).length === 0 &&
    (options === undefined || options.value === null || Array.isArray(options.value))
  ) {
    const hint = "Add options: [ … ] with what can be chosen.";
    findings.add(written?.at ?? item.at, `${name} needs options, and there are none.`, hint);
  }
  if (!rules.options && itemsOf(options).length > 0 && options) {
    const message = `${name} has no options: expected input RadioSingleSelect or CheckboxMultiSelect.`;
    findings.add(nameAt(options), message);
  }
  if (attribute === "displayName" && written && name !== "TextBox") {
    findings.add(written.at, "displayName is asked for in a TextBox: any name is a name.");
  } else if (pattern && attribute === "displayName") {
    findings.add(nameAt(pattern), "displayName has no pattern: any name is a name.");
  } else if (pattern && !rules.pattern) {
    findings.add(nameAt(pattern), `${name} has no pattern: only a TextBox has one.`);
  }
}

function checkOptions(options: Place | undefined, findings: Findings): void {
  const values = itemsOf(options).flatMap((option) => {
    const value = textOf(option) ?? textOf(at(option, "value"));
    return value ? [value] : [];
  });
  checkedForTwice(values, findings);
}

/** What follows a user flow's name in the name of the policy that its `mfa: required` is. */
const SECOND_FACTOR = ": second factor";

/** A user flow that requires a second factor is a policy called after it; no other has that name. */
export function checkPolicyNames(policies: Place | undefined, names: Names, findings: Findings): void {
  for (const [name, policy] of entriesOf(policies)) {
    if (!name.endsWith(SECOND_FACTOR)) continue;
    const flow = name.slice(0, -SECOND_FACTOR.length);
    if (at(names.userFlows.get(flow), "mfa")?.value !== "required") continue;
    const message = `The user flow ${quoted(flow)} has this policy already by mfa: required.`;
    findings.add(nameAt(policy), message, "Give the policy another name, or leave one of the two out.");
  }
}
