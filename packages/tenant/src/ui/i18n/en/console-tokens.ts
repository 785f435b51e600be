import { type Html, html } from "../../html.ts";

/** The console's page for access tokens of a test. */
export const consoleTokens = {
  lede: "Only for tests, on this computer’s own tenant. The audit log records each token that is issued, without the token itself.",
  check: "Check a token",
  checkHint: "Shows what a token contains, and whether the guard of a web API takes it now. Nothing is stored.",
  token: "Token",
  api: "Web API (name, client ID or identifier URI)",
  checkNow: "Check",
  accepted: "Accepted",
  refused: "Refused",
  guardOf: (api: Html) => html`by the guard of ${api}`,
  clockMoved: "The tenant’s clock was moved, and decides here. A guard decides by the clock of its own computer.",
  contents: "Contents of the token",
  audience: "Audience",
  profile: "profile",
  issue: "Issue a token",
  issueHint:
    "A sign-in with a device code that is approved and redeemed at once, so that every rule of a sign-in applies.",
  as: "Email address of the person",
  app: "App (name or client ID)",
  scopes: "Scopes of one web API",
  scopesHint: "Full names or short ones, separated by spaces.",
  issueNow: "Issue",
  issued: (email: Html) => html`A token for ${email}`,
  validUntil: (until: Html) => html`Valid until ${until}. It is shown only now. Keep it secret.`,
  problems: {
    missing: {
      as: "Enter the email address of the person for whom the token is.",
      app: "Enter the app that gets the token.",
      scopes: "Enter at least one scope of a web API.",
      token: "Paste the token to check.",
      api: "Enter the web API whose guard would get the token.",
    },
    app_unknown: (typed: Html) => html`No app, or more than one, is called “${typed}”. Enter a client ID.`,
    api_unknown: (typed: Html) => html`No web API, or more than one, is called “${typed}”. Enter a client ID.`,
  },
};
