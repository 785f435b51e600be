import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { checkUserFlow } from "../../src/directory/check-user-flow.ts";
import { DEFAULT_USER_FLOW, type FlowAttribute, type UserFlow } from "../../src/directory/user-flow.ts";
import { EXTENSION, textBox } from "../interaction/user-flow-under-test.ts";
import { sampleUserFlow } from "../storage/samples.ts";

const radio: FlowAttribute = {
  ...textBox("country"),
  inputType: "RadioSingleSelect",
  options: [
    { value: "DE", label: "Germany" },
    { value: "PL", label: "Poland" },
  ],
};

describe("a user flow written by an administrator", () => {
  test("is valid by default and with every kind of question", () => {
    assert.deepEqual(checkUserFlow(DEFAULT_USER_FLOW), []);
    const attributes: FlowAttribute[] = [
      textBox("displayName", { label: "" }),
      textBox("givenName", { label: "", validationRegEx: "\\p{Lu}.*" }),
      radio,
      { ...radio, id: `${EXTENSION}_news`, inputType: "CheckboxMultiSelect", dataType: "StringCollection" },
      textBox(`${EXTENSION}_adult`, { inputType: "CheckboxSingleSelect", dataType: "Boolean" }),
      textBox(`${EXTENSION}_shirts`, { inputType: "NumericTextBox", dataType: "Int64", required: false }),
    ];
    assert.deepEqual(checkUserFlow(sampleUserFlow({ attributes })), []);
    assert.deepEqual(checkUserFlow(sampleUserFlow({ methods: ["passkey"], signUpAllowed: false })), []);
  });

  const attribute = (changes: Partial<FlowAttribute>) => ({ attributes: [textBox("city", changes)] });
  const option = (value: string, label = value) => ({ attributes: [{ ...radio, options: [{ value, label }] }] });
  const wrong: [what: string, changes: Partial<UserFlow>, says: RegExp][] = [
    ["no name", { name: " " }, /name is empty/],
    ["no sign-in method", { methods: [] }, /no sign-in method/],
    ["an unknown method", { methods: ["sms" as "password"] }, /sms is not a sign-in method/],
    ["a method twice", { methods: ["password", "password"] }, /listed twice/],
    ["sign-up by passkey alone", { methods: ["passkey"] }, /passkey alone cannot be used to sign up/],
    ["an unknown second method", { mfaMethods: ["sms" as "totp"] }, /sms is not a second method/],
    ["a second method that is required and missing", { mfaRequired: true, mfaMethods: [] }, /lists none/],
    ["one attribute twice", { attributes: [textBox("city"), textBox("city")] }, /attribute city is listed twice/],
    ["an unknown attribute", { attributes: [textBox("shoeSize")] }, /neither built in/],
    ["the email, which is verified before", { attributes: [textBox("email")] }, /neither built in/],
    ["a name of the prototype", { attributes: [textBox("constructor")] }, /neither built in/],
    ["an extension without a label", { attributes: [textBox(`${EXTENSION}_a`, { label: "" })] }, /no label/],
    ["a label of 251 characters", attribute({ label: "x".repeat(251) }), /a label that is too long/],
    ["an unknown input", attribute({ inputType: "Slider" as "TextBox" }), /unknown input, Slider/],
    ["an input of the prototype", attribute({ inputType: "toString" as "TextBox" }), /unknown input/],
    ["a number as text", attribute({ dataType: "Int64" }), /is a TextBox, whose values must be String/],
    ["options of a text", attribute({ options: [{ value: "a", label: "a" }] }), /cannot have options/],
    ["no options to choose from", { attributes: [{ ...radio, options: [] }] }, /has no options/],
    ["an option twice", { attributes: [{ ...radio, options: [...radio.options, ...radio.options] }] }, /option twice/],
    ["an option without a value", option("", "x"), /option whose value or label is missing/],
    ["an option without a label", option("x", ""), /option whose value or label is missing/],
    ["an option of 251 characters", option("x".repeat(251)), /option .* too long/],
    [
      "a pattern for names",
      { attributes: [textBox("displayName", { validationRegEx: "A.*" })] },
      /every name is valid/,
    ],
    ["an invalid pattern", attribute({ validationRegEx: "[a-" }), /not a regular expression/],
    ["a pattern that breaks out of its group", attribute({ validationRegEx: "a)|(b" }), /not a regular expression/],
    ["a pattern with look-around", attribute({ validationRegEx: "(?=.*\\d).+" }), /uses \(\?=, which is not supported/],
    ["a pattern of choices", { attributes: [{ ...radio, validationRegEx: "DE" }] }, /only a TextBox can have/],
    ["terms without a label", { termsOfUse: { label: "", url: null } }, /label of the terms of use is missing/],
    ["terms that are a script", { termsOfUse: { label: "x", url: "javascript:alert(1)" } }, /must start with https/],
    [
      "terms at an http address",
      { termsOfUse: { label: "x", url: "http://contoso.example" } },
      /must start with https/,
    ],
    [
      "more fields than a form has",
      { attributes: Array.from({ length: 81 }, (_, index) => textBox(`${EXTENSION}_a${index}`)) },
      /more than 80 fields/,
    ],
  ];
  for (const [what, changes, says] of wrong) {
    test(`${what} is refused`, () => {
      assert.match(checkUserFlow(sampleUserFlow(changes)).join("\n"), says);
    });
  }
});
