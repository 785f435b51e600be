import { type Html, html } from "../../html.ts";

export const inbox = {
  staysHere: "Mail of this tenant stays on this computer; nothing is sent.",
  empty: "No mail yet. When somebody creates an account, the code arrives here. Reload to look again.",
  lede: "Newest first. Reload to look again.",
  to: (email: Html) => html`To ${email}`,
  back: "Back to the inbox",
};
