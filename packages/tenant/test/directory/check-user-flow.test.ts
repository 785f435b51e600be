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

describe("a user flow as somebody wrote it", () => {
  test("the default and every kind of question are in order", () => {
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
    ["no way to sign in", { methods: [] }, /no way to sign in/],
    ["an unknown method", { methods: ["sms" as "password"] }, /sms is no sign-in method/],
    ["a method twice", { methods: ["password", "password"] }, /there twice/],
    ["sign-up by passkey alone", { methods: ["passkey"] }, /sign up with a passkey alone/],
    ["an unknown second method", { mfaMethods: ["sms" as "totp"] }, /sms is no second method/],
    ["a second method that is required and missing", { mfaRequired: true, mfaMethods: [] }, /has none/],
    ["one attribute twice", { attributes: [textBox("city"), textBox("city")] }, /attribute city is there twice/],
    ["an unknown attribute", { attributes: [textBox("shoeSize")] }, /neither built in/],
    ["the email, which is proven before", { attributes: [textBox("email")] }, /neither built in/],
    ["a name of the prototype", { attributes: [textBox("constructor")] }, /neither built in/],
    ["an extension without a label", { attributes: [textBox(`${EXTENSION}_a`, { label: "" })] }, /no label/],
    ["a label of 251 characters", attribute({ label: "x".repeat(251) }), /too long a one/],
    ["an unknown input", attribute({ inputType: "Slider" as "TextBox" }), /unknown input, Slider/],
    ["an input of the prototype", attribute({ inputType: "toString" as "TextBox" }), /unknown input/],
    ["a number as text", attribute({ dataType: "Int64" }), /is a TextBox, whose values are String/],
    ["options of a text", attribute({ options: [{ value: "a", label: "a" }] }), /has no options/],
    ["no options to choose from", { attributes: [{ ...radio, options: [] }] }, /has no options/],
    ["an option twice", { attributes: [{ ...radio, options: [...radio.options, ...radio.options] }] }, /option twice/],
    ["an option without a value", option("", "x"), /option without value/],
    ["an option without a label", option("x", ""), /option without value or label/],
    ["an option of 251 characters", option("x".repeat(251)), /too long a one/],
    ["a pattern for names", { attributes: [textBox("displayName", { validationRegEx: "A.*" })] }, /any name is a name/],
    ["a pattern that is none", attribute({ validationRegEx: "[a-" }), /not a regular expression/],
    ["a pattern that breaks out of its group", attribute({ validationRegEx: "a)|(b" }), /not a regular expression/],
    ["a pattern with look-around", attribute({ validationRegEx: "(?=.*\\d).+" }), /uses \(\?=, which is not supported/],
    ["a pattern of choices", { attributes: [{ ...radio, validationRegEx: "DE" }] }, /for a TextBox only/],
    ["terms without words", { termsOfUse: { label: "", url: null } }, /terms of use have no label/],
    ["terms that are a script", { termsOfUse: { label: "x", url: "javascript:alert(1)" } }, /none of https/],
    ["terms in the clear", { termsOfUse: { label: "x", url: "http://contoso.example" } }, /none of https/],
    [
      "more than a form carries",
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
