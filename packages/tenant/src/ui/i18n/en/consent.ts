import { type Html, html } from "../../html.ts";

/** The question of a program that sent the person here; what it shares with a device's is in `confirm`. */
export const consent = {
  heading: (app: Html) => html`Sign in to <em>${app}</em>?`,
  otherAccount: "Use another account",
  backTo: "Back to",
  /** A web site is named by its host. */
  places: { loopback: "The program on this computer", app: "An app on this device", web: "Its web site" },
  startedByYou: "Say yes only if you started this a moment ago.",
  yes: "Yes, sign in",
  no: "No, go back",
  program_no_access: (email: Html, tenant: Html) => html`${email} may not use it. Ask the people at ${tenant}.`,
  program_needs_administrator: (email: Html, tenant: Html) =>
    html`What it asks for reaches beyond one account, and ${email} is no administrator of ${tenant}.`,
};

/** The page that sends a person back to the program, if it is seen at all. */
export const returning = {
  lede: "Your browser goes back by itself. If nothing happens, use the button.",
  button: "Go back",
};
