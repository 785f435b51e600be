import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { button, form, tick } from "../components/parts.ts";
import { html } from "../html.ts";

export type SignOutView =
  | {
      page: "sign_out";
      displayName: string | null;
      returnTo: string | null;
      state: string | null;
      clientId: string | null;
    }
  | { page: "signed_out" };

type View<P extends SignOutView["page"]> = Extract<SignOutView, { page: P }>;

export const signOutPages: Pages<SignOutView> = { sign_out: signOutPage, signed_out: signedOutPage };

/** OpenID Connect RP-Initiated Logout §2: asks the user, so that no other site can sign them out. */
function signOutPage(view: View<"sign_out">, chrome: Chrome): Page {
  const { signOut } = chrome.messages;
  const hidden = { post_logout_redirect_uri: view.returnTo, state: view.state, client_id: view.clientId };
  return {
    title: chrome.messages.titles.sign_out,
    main: html`<h1>${signOut.heading(html`<bdi>${chrome.tenantName}</bdi>`)}</h1>
<p class="lede">${view.displayName === null ? signOut.signedOut : signOut.signedIn(html`<bdi>${view.displayName}</bdi>`)}</p>
<p class="lede">${signOut.devicesStay}</p>
${form(formActions.sign_out, chrome, hidden, button(signOut.button))}`,
  };
}

function signedOutPage(_view: View<"signed_out">, { messages }: Chrome): Page {
  return {
    title: messages.titles.signed_out,
    main: html`<div class="well"><div class="sign">${tick(true)}</div><h1>${messages.titles.signed_out}</h1><p class="lede">${messages.signOut.done}</p><p class="hint">${messages.signOut.devicesStay}</p></div>`,
  };
}
