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
      ['4:15 The app "a" is in the user flow "f" already: an app has one.'],
    ],
    [
      "an app twice in a user flow",
      "apps: { a: }\nuserFlows: { f: { apps: [a, a] } }",
      ['2:29 "a" is in this list already.'],
    ],
    [
      "an account page whose user flow there is not",
      "tenant: { accountUserFlow: Staf }\nuserFlows: { Staff: {} }",
      ['1:28 The file has no user flow "Staf": expected a key of user flows. Did you mean Staff?'],
    ],
    [
      "a user flow nobody can sign in by",
      flow("signIn: []"),
      ["1:19 signIn is empty: nobody could sign in. Expected password, email_code or passkey."],
    ],
    ["sign-up with a passkey alone", flow("signIn: [passkey]"), ["1:27 Nobody can sign up with a passkey alone."]],
    ["a method twice", flow("signIn: [password, password]"), ['1:38 "password" is in this list already.']],
    [
      "terms at no https address",
      flow("termsOfUse: { label: T, url: http://a.example }"),
      ["1:48 url is no https address."],
    ],
    ["terms without words", flow("termsOfUse: { url: https://a.example }"), ["1:19 termsOfUse has no label."]],

    [
      "an attribute's name in short that is not built in",
      flow("attributes: [jobtitel]"),
      [
        '1:32 "jobtitel", in attributes, is unknown: expected city, country, displayName, givenName, jobTitle, postalCode, state, streetAddress or surname. Did you mean jobTitle?',
      ],
    ],
    [
      "an attribute of its own without a label",
      attribute("attribute: loyaltyNumber"),
      ['1:45 "loyaltyNumber" is not built in, and an attribute of its own needs a label.'],
    ],
    [
      "a built-in attribute in another case",
      attribute("attribute: givenname, label: G"),
      ['1:45 "givenname" is no attribute of its own beside the built-in one. Did you mean givenName?'],
    ],
    [
      "the email address as a question",
      attribute("attribute: email, label: E"),
      ["1:45 The email address is no question: it is always asked for and proven first."],
    ],
    [
      "terms of use as an attribute",
      attribute("attribute: My_TermsOfUse, label: T"),
      ["1:45 Terms of use are no attribute."],
    ],
    [
      "an attribute twice",
      flow("attributes: [city, { attribute: city, label: C }]"),
      ['1:51 The attribute "city" is asked for already.'],
    ],
    ["an attribute without a name", attribute("label: A"), ["1:32 An item of attributes has no attribute."]],
    [
      "an attribute's name with a blank",
      attribute('attribute: "a b", label: A'),
      ["1:45 attribute cannot be the name of an attribute: a letter, then letters, digits and _ make one, 64 at most."],
    ],
    [
      "a choice without options",
      attribute("attribute: a, label: A, input: CheckboxMultiSelect"),
      ["1:65 CheckboxMultiSelect needs options, and there are none."],
    ],
    [
      "options of a text box",
      attribute("attribute: a, label: A, options: [x]"),
      ["1:58 TextBox has no options: expected input RadioSingleSelect or CheckboxMultiSelect."],
    ],
    [
      "an option twice",
      attribute("attribute: a, label: A, input: RadioSingleSelect, options: [x, { value: x }]"),
      ['1:106 "x" is in this list already.'],
    ],
    [
      "an option that is a number",
      attribute("attribute: a, label: A, input: RadioSingleSelect, options: [36]"),
      ["1:94 An item of options has to be text or a map; this is a number."],
    ],
    [
      "a pattern of a number box",
      attribute('attribute: a, label: A, input: NumericTextBox, pattern: "1"'),
      ["1:81 NumericTextBox has no pattern: only a TextBox has one."],
    ],
    [
      "a pattern for a name",
      attribute('attribute: displayName, pattern: "[a-z]+"'),
      ["1:58 displayName has no pattern: any name is a name."],
    ],
    [
      "a name in a list of choices",
      attribute("attribute: displayName, input: RadioSingleSelect, options: [x]"),
      ["1:65 displayName is asked for in a TextBox: any name is a name."],
    ],
    [
      "a pattern that is none",
      attribute('attribute: a, label: A, pattern: "("'),
      ["1:67 pattern is not a regular expression."],
    ],
    [
      "a pattern that closes what it did not open",
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
      ["1:67 pattern is too large: its counts, such as {2,50}, repeat more than 1000 characters in all."],
    ],
    [
      "an unknown input",
      attribute("attribute: a, label: A, input: Textbox"),
      [
        '1:65 input "Textbox" is unknown: expected TextBox, RadioSingleSelect, CheckboxMultiSelect, CheckboxSingleSelect or NumericTextBox. Did you mean TextBox?',
      ],
    ],
    [
      "more than 80 fields",
      flow(
        `attributes: [city, { attribute: a, label: A, input: RadioSingleSelect, options: [${Array.from({ length: 80 }, (_, at) => `o${at}`).join(", ")}] }]`,
      ),
      ["1:38 Sign-up asks for more than 80 fields from here on."],
    ],
  ];
  for (const [what, text, problems] of refused) {
    test(`refuses ${what}`, () => assert.deepEqual(problemsOf(text), problems));
  }
});
