import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { button, form, tick } from "../components/parts.ts";
import { html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type SignOut = Extract<View, { page: "sign_out" }>;
type SignedOut = Extract<View, { page: "signed_out" }>;

/** OpenID Connect RP-Initiated Logout §2: the person is asked, so that no other site can sign them out. */
export function signOutPage(view: SignOut, chrome: Chrome): Page {
  const { signOut } = chrome.messages;
  const hidden = { post_logout_redirect_uri: view.returnTo, state: view.state, client_id: view.clientId };
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${signOut.heading(html`<bdi>${chrome.tenantName}</bdi>`)}</h1>
<p class="lede">${view.displayName === null ? signOut.nobody : signOut.somebody(html`<bdi>${view.displayName}</bdi>`)}</p>
<p class="lede">${signOut.devicesStay}</p>
${form(formActions.sign_out, chrome, hidden, button(signOut.button))}`,
  };
}

export function signedOutPage(view: SignedOut, { messages }: Chrome): Page {
  return {
    title: titleOf(view, messages),
    main: html`<div class="well"><div class="sign">${tick(true)}</div><h1>${titleOf(view, messages)}</h1><p class="lede">${messages.signOut.done}</p><p class="hint">${messages.signOut.devicesStay}</p></div>`,
  };
}
