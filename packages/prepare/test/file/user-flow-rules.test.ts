import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { problemsOf } from "./fixtures/reading.ts";

const flow = (members: string) => `userFlows: { f: { ${members} } }`;
const attribute = (members: string) => `userFlows: { f: { attributes: [{ ${members} }] } }`;

describe("a rule for user flows", () => {
  const refused: [what: string, text: string, problems: string[]][] = [
    [
      "an app in two user flows",
      "apps: { a: }\nuserFlows:\n  f: { apps: [a] }\n  g: { apps: [a] }",
      ['4:15 The app "a" is already in the user flow "f". An app can have only one.'],
    ],
    [
      "a duplicate app in a user flow",
      "apps: { a: }\nuserFlows: { f: { apps: [a, a] } }",
      ['2:29 "a" is already in this list.'],
    ],
    [
      "an account page with an unknown user flow",
      "tenant: { accountUserFlow: Staf }\nuserFlows: { Staff: {} }",
      ['1:28 Unknown user flow "Staf": expected a key of user flows. Did you mean Staff?'],
    ],
    [
      "a user flow without a sign-in method",
      flow("signIn: []"),
      ["1:19 signIn is empty, so users could not sign in. Expected password, email_code or passkey."],
    ],
    ["sign-up with only a passkey", flow("signIn: [passkey]"), ["1:27 Users cannot sign up with only a passkey."]],
    ["a duplicate method", flow("signIn: [password, password]"), ['1:38 "password" is already in this list.']],
    [
      "terms without an https URL",
      flow("termsOfUse: { label: T, url: http://a.example }"),
      ["1:48 url is not an https address."],
    ],
    ["terms without a label", flow("termsOfUse: { url: https://a.example }"), ["1:19 termsOfUse has no label."]],

    [
      "a short attribute that is not built in",
      flow("attributes: [jobtitel]"),
      [
        '1:32 "jobtitel", in attributes, is not valid: expected city, country, displayName, givenName, jobTitle, postalCode, state, streetAddress or surname. Did you mean jobTitle?',
      ],
    ],
    [
      "a custom attribute without a label",
      attribute("attribute: loyaltyNumber"),
      ['1:45 "loyaltyNumber" is not built in, and a custom attribute needs a label.'],
    ],
    [
      "a built-in attribute in another case",
      attribute("attribute: givenname, label: G"),
      ['1:45 "givenname" cannot be a custom attribute next to the built-in one. Did you mean givenName?'],
    ],
    [
      "the email address as a question",
      attribute("attribute: email, label: E"),
      ["1:45 The email address is not an attribute: sign-up always asks for it and verifies it first."],
    ],
    [
      "terms of use as an attribute",
      attribute("attribute: My_TermsOfUse, label: T"),
      ["1:45 Terms of use are not an attribute."],
    ],
    [
      "a duplicate attribute",
      flow("attributes: [city, { attribute: city, label: C }]"),
      ['1:51 The attribute "city" is already asked for.'],
    ],
    ["an attribute without a name", attribute("label: A"), ["1:32 An item of attributes has no attribute."]],
    [
      "an attribute name with a space",
      attribute('attribute: "a b", label: A'),
      ["1:45 attribute is not a valid attribute name: use a letter, then letters, digits and _, at most 64."],
    ],
    [
      "a choice without options",
      attribute("attribute: a, label: A, input: CheckboxMultiSelect"),
      ["1:65 CheckboxMultiSelect needs options."],
    ],
    [
      "options of a text box",
      attribute("attribute: a, label: A, options: [x]"),
      ["1:58 TextBox cannot have options: expected input RadioSingleSelect or CheckboxMultiSelect."],
    ],
    [
      "a duplicate option",
      attribute("attribute: a, label: A, input: RadioSingleSelect, options: [x, { value: x }]"),
      ['1:106 "x" is already in this list.'],
    ],
    [
      "an option that is a number",
      attribute("attribute: a, label: A, input: RadioSingleSelect, options: [36]"),
      ["1:94 An item of options must be text or a map; this is a number."],
    ],
    [
      "a pattern of a number box",
      attribute('attribute: a, label: A, input: NumericTextBox, pattern: "1"'),
      ["1:81 NumericTextBox cannot have a pattern: only a TextBox can."],
    ],
    [
      "a pattern for a name",
      attribute('attribute: displayName, pattern: "[a-z]+"'),
      ["1:58 displayName cannot have a pattern: any name is valid."],
    ],
    [
      "a name in a list of choices",
      attribute("attribute: displayName, input: RadioSingleSelect, options: [x]"),
      ["1:65 displayName must use a TextBox: any name is valid."],
    ],
    [
      "an invalid pattern",
      attribute('attribute: a, label: A, pattern: "("'),
      ["1:67 pattern is not a regular expression."],
    ],
    [
      "a pattern with an unmatched closing bracket",
      attribute('attribute: a, label: A, pattern: "a)(b"'),
      ["1:67 pattern is not a regular expression."],
    ],
    [
      "a pattern with look-around",
      attribute("attribute: a, label: A, pattern: '(?=.*[0-9]).+'"),
      ["1:67 pattern uses (?=, which is not supported: no look-around and no back-references, as in RE2."],
    ],
    [
      "a pattern that is too large",
      attribute("attribute: a, label: A, pattern: '([a-z]{1,40}){1,40}'"),
      ["1:67 pattern is too large: its counts, such as {2,50}, repeat more than 1000 characters in total."],
    ],
    [
      "an unknown input",
      attribute("attribute: a, label: A, input: Textbox"),
      [
        '1:65 input "Textbox" is not valid: expected TextBox, RadioSingleSelect, CheckboxMultiSelect, CheckboxSingleSelect or NumericTextBox. Did you mean TextBox?',
      ],
    ],
    [
      "more than 80 fields",
      flow(
        `attributes: [city, { attribute: a, label: A, input: RadioSingleSelect, options: [${Array.from({ length: 80 }, (_, at) => `o${at}`).join(", ")}] }]`,
      ),
      ["1:38 Sign-up asks for more than 80 fields."],
    ],
  ];
  for (const [what, text, problems] of refused) {
    test(`refuses ${what}`, () => assert.deepEqual(problemsOf(text), problems));
  }
});
