import { html } from "./html.ts";
import type { Page } from "./layout.ts";
import { button, form, tick } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type SignOut = Extract<View, { page: "sign_out" }>;
type SignedOut = Extract<View, { page: "signed_out" }>;

/** OpenID Connect RP-Initiated Logout §2: the person is asked, so that no other site can sign them out. */
export function signOutPage(view: SignOut, chrome: Chrome): Page {
  const hidden = { post_logout_redirect_uri: view.returnTo, state: view.state, client_id: view.clientId };
  return {
    title: titleOf(view),
    main: html`<h1>Sign out of <bdi>${chrome.tenantName}</bdi>?</h1>
<p class="lede">${view.displayName === null ? "This ends any sign-in in this browser." : html`You are signed in as <bdi>${view.displayName}</bdi>. To stay signed in, close this page.`}</p>
${form(formActions.sign_out, chrome, hidden, button("Sign out"))}`,
  };
}

export function signedOutPage(view: SignedOut): Page {
  return {
    title: titleOf(view),
    main: html`<div class="well"><div class="sign">${tick(true)}</div><h1>${titleOf(view)}</h1><p class="lede">Nobody is signed in here any more. You can close this page.</p></div>`,
  };
}
