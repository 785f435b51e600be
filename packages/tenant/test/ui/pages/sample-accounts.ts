import type { Question } from "../../../src/ui/components/questions.ts";
import type { DetailsView } from "../../../src/ui/pages/details.ts";
import type { SignUpDetailsView } from "../../../src/ui/pages/sign-up.ts";
import type { View } from "../../../src/ui/view.ts";

export interface Sample {
  /** Unique; the name of the picture. */
  name: string;
  view: View;
}

export const flowId = "Yk3vS6s1nJr0dQZ2";
export const email = "ada@contoso.example";
export const longEmail =
  "a.very.long.mailbox.name.that.goes.on.and.on.without.any.end@department.subsidiary.contoso.example";

const signIn = {
  page: "sign_in",
  flowId,
  intent: "device",
  email: "",
  methods: ["password", "email_code", "passkey"],
  signUpAllowed: true,
  keepSignedIn: false,
  keepDays: 30,
  keepIdleDays: 14,
  passwordChanged: false,
  passkeyOptions: null,
  problem: null,
} satisfies View;
const passkeyOptions = JSON.stringify({ challenge: "c2FtcGxl", rpId: "contoso.example", userVerification: "required" });
const code = { flowId, email, minutes: 10, resent: false, slow: false, problem: null } as const;
const asked = { flowId, email: "", problem: null } as const;
const chosen = { flowId, email, problem: null } as const;

const question: Question = {
  id: "city",
  name: "attribute.0",
  label: "",
  input: "TextBox",
  required: true,
  autocomplete: "address-level2",
  value: "",
  options: [],
  problem: null,
};
const news = ["Offers", "Events near you", "Everything that is new in our shops and in the towns around them"];
const questions: Question[] = [
  question,
  { ...question, id: "postalCode", name: "attribute.1", required: false, autocomplete: "postal-code" },
  {
    ...question,
    id: "extension_0f1e2d3c4b5a69788796a5b4c3d2e1f0_shirts",
    name: "attribute.2",
    label: "How many shirts do you own?",
    input: "NumericTextBox",
    autocomplete: "off",
  },
  {
    ...question,
    id: "country",
    name: "attribute.3",
    input: "RadioSingleSelect",
    options: [
      { value: "DE", label: "Germany", chosen: false },
      { value: "PL", label: "Poland", chosen: true },
    ],
  },
  {
    ...question,
    id: "extension_0f1e2d3c4b5a69788796a5b4c3d2e1f0_news",
    name: "attribute.4",
    label: "What may we write to you about?",
    input: "CheckboxMultiSelect",
    required: false,
    options: news.map((label, index) => ({ value: label, label, chosen: index === 1 })),
  },
  {
    ...question,
    id: "extension_0f1e2d3c4b5a69788796a5b4c3d2e1f0_adult",
    name: "attribute.5",
    label: "I am 18 or older.",
    input: "CheckboxSingleSelect",
  },
];
const terms = {
  label: "I accept the terms of use.",
  url: "https://contoso.example/terms",
  accepted: false,
  missing: false,
};
const details: SignUpDetailsView = {
  page: "sign_up_details",
  flowId,
  steps: 4,
  name: { label: "", value: "", problem: null },
  questions: [],
  terms: null,
  problem: null,
};
const missing: DetailsView = {
  page: "details",
  flowId,
  email,
  appName: "Contoso TV",
  questions: [],
  terms: null,
  problem: null,
};
const wrong = ["empty", "long", "number", "empty", "empty", "empty"] as const;

/** Sign-in, sign-up and password reset, in every state. */
export const accountSamples: Sample[] = [
  { name: "sign-in", view: signIn },
  { name: "sign-in-closed", view: { ...signIn, signUpAllowed: false } },
  { name: "sign-in-wrong", view: { ...signIn, email, keepSignedIn: true, problem: "wrong" } },
  { name: "sign-in-empty", view: { ...signIn, problem: "empty" } },
  { name: "sign-in-empty-password", view: { ...signIn, email, problem: "empty" } },
  { name: "sign-in-too-many", view: { ...signIn, email: longEmail, problem: "too_many" } },
  { name: "sign-in-invalid", view: { ...signIn, email: "ada@", problem: "invalid" } },
  { name: "sign-in-mail-failed", view: { ...signIn, email, problem: "mail_failed" } },
  { name: "sign-in-passkey", view: { ...signIn, passkeyOptions } },
  { name: "sign-in-passkey-refused", view: { ...signIn, passkeyOptions, problem: "passkey" } },
  { name: "sign-in-account", view: { ...signIn, intent: "account", passkeyOptions, email: longEmail } },
  { name: "sign-in-mail-refused", view: { ...signIn, email, problem: "mail_refused" } },
  { name: "sign-in-password-changed", view: { ...signIn, email, passwordChanged: true } },
  { name: "sign-in-password-only", view: { ...signIn, methods: ["password"] } },
  { name: "sign-in-email-only", view: { ...signIn, methods: ["email_code"] } },
  { name: "sign-in-email-only-invalid", view: { ...signIn, methods: ["email_code"], problem: "invalid" } },
  { name: "sign-in-code", view: { page: "sign_in_code", ...code } },
  { name: "sign-in-code-mail-slow", view: { page: "sign_in_code", ...code, slow: true } },
  { name: "sign-in-code-resent", view: { page: "sign_in_code", ...code, email: longEmail, resent: true } },
  { name: "sign-in-code-wrong", view: { page: "sign_in_code", ...code, minutes: 1, problem: "wrong" } },
  { name: "sign-in-code-dead", view: { page: "sign_in_code", ...code, problem: "dead" } },
  { name: "sign-in-code-too-many", view: { page: "sign_in_code", ...code, problem: "too_many" } },
  { name: "sign-in-code-mail-failed", view: { page: "sign_in_code", ...code, problem: "mail_failed" } },
  { name: "reset-email", view: { page: "reset_email", ...asked } },
  { name: "reset-email-from-outside", view: { page: "reset_email", ...asked, flowId: "" } },
  { name: "reset-email-invalid", view: { page: "reset_email", ...asked, email: "ada@", problem: "invalid" } },
  { name: "reset-email-too-many", view: { page: "reset_email", ...asked, email, problem: "too_many" } },
  { name: "reset-email-mail-failed", view: { page: "reset_email", ...asked, email, problem: "mail_failed" } },
  { name: "reset-email-mail-refused", view: { page: "reset_email", ...asked, email, problem: "mail_refused" } },
  { name: "reset-code", view: { page: "reset_code", ...code } },
  { name: "reset-code-mail-slow", view: { page: "reset_code", ...code, slow: true } },
  { name: "reset-code-resent", view: { page: "reset_code", ...code, resent: true } },
  { name: "reset-code-wrong", view: { page: "reset_code", ...code, problem: "wrong" } },
  { name: "reset-code-dead", view: { page: "reset_code", ...code, problem: "dead" } },
  { name: "reset-code-too-many", view: { page: "reset_code", ...code, problem: "too_many" } },
  { name: "reset-code-mail-failed", view: { page: "reset_code", ...code, problem: "mail_failed" } },
  { name: "reset-password", view: { page: "reset_password", ...chosen } },
  { name: "reset-password-short", view: { page: "reset_password", ...chosen, problem: "short" } },
  { name: "reset-password-long", view: { page: "reset_password", ...chosen, email: longEmail, problem: "long" } },
  { name: "reset-password-common", view: { page: "reset_password", ...chosen, problem: "common" } },
  { name: "details", view: { ...missing, questions, terms } },
  { name: "details-terms", view: { ...missing, terms: { ...terms, url: null } } },
  {
    name: "details-wrong",
    view: {
      ...missing,
      appName: null,
      email: longEmail,
      questions: questions.slice(0, 1),
      terms: { ...terms, missing: true },
      problem: "answers",
    },
  },
  { name: "sign-up-email", view: { page: "sign_up_email", steps: 4, ...asked } },
  {
    name: "sign-up-email-invalid",
    view: { page: "sign_up_email", steps: 4, ...asked, email: "ada@", problem: "invalid" },
  },
  { name: "sign-up-email-too-many", view: { page: "sign_up_email", steps: 4, ...asked, email, problem: "too_many" } },
  {
    name: "sign-up-email-mail-failed",
    view: { page: "sign_up_email", steps: 3, ...asked, email, problem: "mail_failed" },
  },
  {
    name: "sign-up-email-mail-refused",
    view: { page: "sign_up_email", steps: 4, ...asked, email, problem: "mail_refused" },
  },
  { name: "sign-up-code-mail-slow", view: { page: "sign_up_code", steps: 4, ...code, slow: true } },
  { name: "sign-up-code", view: { page: "sign_up_code", steps: 4, ...code } },
  { name: "sign-up-code-resent", view: { page: "sign_up_code", steps: 4, ...code, email: longEmail, resent: true } },
  { name: "sign-up-code-wrong", view: { page: "sign_up_code", steps: 4, ...code, minutes: 1, problem: "wrong" } },
  { name: "sign-up-code-dead", view: { page: "sign_up_code", steps: 4, ...code, problem: "dead" } },
  { name: "sign-up-code-too-many", view: { page: "sign_up_code", steps: 4, ...code, problem: "too_many" } },
  { name: "sign-up-code-mail-failed", view: { page: "sign_up_code", steps: 3, ...code, problem: "mail_failed" } },
  { name: "sign-up-password", view: { page: "sign_up_password", steps: 4, ...chosen } },
  { name: "sign-up-password-short", view: { page: "sign_up_password", steps: 4, ...chosen, problem: "short" } },
  {
    name: "sign-up-password-long",
    view: { page: "sign_up_password", steps: 4, ...chosen, email: longEmail, problem: "long" },
  },
  { name: "sign-up-password-common", view: { page: "sign_up_password", steps: 4, ...chosen, problem: "common" } },
  { name: "sign-up-details", view: details },
  {
    name: "sign-up-details-empty",
    view: { ...details, name: { label: "", value: "", problem: "empty" }, problem: "answers" },
  },
  {
    name: "sign-up-details-long",
    view: { ...details, steps: 3, name: { label: "", value: "A".repeat(300), problem: "long" }, problem: "answers" },
  },
  { name: "sign-up-questions", view: { ...details, questions, terms: { ...terms, missing: false } } },
  {
    name: "sign-up-questions-wrong",
    view: {
      ...details,
      name: { label: "What shall we call you?", value: "Ada", problem: null },
      questions: questions.map((each, index) => ({ ...each, problem: wrong[index] ?? null })),
      terms: { ...terms, missing: true },
      problem: "answers",
    },
  },
  {
    name: "sign-up-questions-invalid",
    view: {
      ...details,
      name: { label: "", value: "", problem: "empty" },
      questions: [{ ...question, value: "12345", problem: "invalid" }],
      terms: { ...terms, label: "I accept whatever is written there. ".repeat(6).trim(), url: null, missing: false },
      problem: "answers",
    },
  },
];
