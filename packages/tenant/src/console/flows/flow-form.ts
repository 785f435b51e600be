import { type BUILT_IN_ATTRIBUTES, isBuiltIn } from "../../directory/check-user-flow.ts";
import type { FirstFactor, FlowAttribute, SecondFactor, UserFlow } from "../../directory/user-flow.ts";
import type { Fields } from "../../interaction/page-request.ts";
import type { FlowForm } from "../../ui/console/flows.ts";

/** What the form shows of a user flow. */
export const flowFormOf = (flow: UserFlow): FlowForm => ({
  ...{ name: flow.name, signUpAllowed: flow.signUpAllowed, methods: flow.methods, mfaRequired: flow.mfaRequired },
  ...{ mfaMethods: flow.mfaMethods, attributes: flow.attributes, termsOfUse: flow.termsOfUse },
});

/**
 * What was typed. A question that exists keeps its input, choices and pattern.
 *
 * @param before the questions as they are now
 */
export function flowFormIn(fields: Fields, before: readonly FlowAttribute[]): FlowForm {
  const text = (name: string) => (fields.get(name) ?? "").trim();
  const isTicked = (name: string) => fields.get(name) === "yes";
  const label = text("terms");
  const url = text("terms_url");
  const methods: FirstFactor[] = ["password", "email_code", "passkey"];
  const second: SecondFactor[] = ["totp", "email_code"];
  const added = text("new_question");
  return {
    name: text("name"),
    signUpAllowed: isTicked("sign_up"),
    methods: methods.filter((each) => isTicked(`method_${each}`)),
    mfaRequired: isTicked("mfa"),
    mfaMethods: second.filter((each) => isTicked(`second_${each}`)),
    attributes: [...keptQuestions(fields, before), ...(isBuiltIn(added) ? [newQuestion(added)] : [])],
    termsOfUse: label === "" && url === "" ? null : { label, url: url === "" ? null : url },
  };
}

function keptQuestions(fields: Fields, before: readonly FlowAttribute[]): FlowAttribute[] {
  const kept: FlowAttribute[] = [];
  for (let index = 0; fields.has(`question_${index}`); index++) {
    const found = before.find(({ id }) => id === fields.get(`question_${index}`));
    if (!found || fields.get(`drop_${index}`) === "yes") continue;
    const label = (fields.get(`label_${index}`) ?? "").trim();
    // Of the name, the box is fixed and sends nothing: what is stored stays, because sign-up demands the name anyway.
    const required = found.id === "displayName" ? found.required : fields.get(`required_${index}`) === "yes";
    kept.push({ ...found, label, required });
  }
  return kept;
}

/** With an empty label, the page asks in the user's language. */
function newQuestion(id: keyof typeof BUILT_IN_ATTRIBUTES): FlowAttribute {
  return {
    id,
    label: "",
    inputType: "TextBox",
    dataType: "String",
    required: id === "displayName",
    options: [],
    validationRegEx: null,
  };
}
