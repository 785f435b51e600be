/** What mends a refusal, as an instruction. By the names of `MENDS` in ui/console/refusal-mend.ts. */
export const consoleMends = {
  fault: "An added fault gave this answer. See how many requests are left, or end it.",
  app_unknown: "Compare the client ID with the apps of this tenant.",
  secret_missing: "Make it a public client, or give the program a secret.",
  secret_wrong: "Add a secret, and give it to the program.",
  secret_expired: "Add a new secret, and give it to the program.",
  grant_not_allowed: "Let the app get tokens in this way.",
  admin_consent: "Consent to it for everyone on the app’s page.",
  consent_required: "Consent to it for everyone on the app’s page.",
  scope_invalid: "Compare the name with the scopes of the APIs, or add it.",
  scope_unavailable: "Enable the API and its scope, or request another one.",
  resource_unknown: "Compare the name with the APIs of this tenant, or add it.",
  not_assigned: "Assign the person or one of their groups to the app.",
  user_disabled: "Enable the account.",
  administrator_needed: "Sign in as an administrator, or make this person one.",
  administrator_required: "Sign in as an administrator, or make this person one.",
  administration_not_allowed: "Run the command on the app’s page, which allows it administration.",
  administration_by_device_code: "Run the command on the app’s page with --by-device-code.",
  redirect_unregistered: "Add the redirect URI to the app.",
  sign_in_method: "Allow this way to sign in in the user flow of the app.",
  sign_in_method_required: "Allow this way to sign in in the user flow of the app.",
  mfa_required: "Sign in again in a browser, with a second factor.",
  second_factor_required: "Sign in again in a browser, with a second factor.",
  details_required: "Sign in again in a browser, which asks for what the user flow requires.",
  code_expired: "Start the sign-in on the device again: a code lasts 15 minutes.",
  password_limit: "It ends by itself. On the person’s page you can let them try again now.",
  user_code_unknown: "Compare it with the code that the device shows.",
};

/** A refusal as a sentence, by its stable name. Undefined: the refusal's own sentence, which is English, is shown. */
export const consoleRefusal = (_why: string): string | undefined => undefined;
