import { html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address, button, form } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type AccountSignIn<P extends View["page"]> = Extract<View, { page: P }>;

export function accountSignedOutPage(view: AccountSignIn<"account_signed_out">, chrome: Chrome): Page {
  return page(view, chrome, chrome.messages.accountSignIn.nobody);
}

export function signInAgainPage(view: AccountSignIn<"sign_in_again">, chrome: Chrome): Page {
  return page(view, chrome, chrome.messages.accountSignIn.again(address(view.email)));
}

function page(view: View, chrome: Chrome, why: Parameters<typeof html>[1]): Page {
  const title = titleOf(view, chrome.messages);
  return {
    title,
    main: html`<h1>${title}</h1>
<p class="lede">${why}</p>
${form(formActions.account_sign_in, chrome, {}, button(chrome.messages.common.signIn))}`,
  };
}
