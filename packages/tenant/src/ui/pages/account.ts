import { formActions } from "../components/form-actions.ts";
import { initialOf, type Page } from "../components/layout.ts";
import { address, button, buttonLink, form } from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { AccountView, Chrome, View } from "../view.ts";
import { newPasswordForm } from "./mailed-code.ts";

type SignedOut = Extract<View, { page: "account_signed_out" }>;
type SignInAgain = Extract<View, { page: "sign_in_again" }>;

/** Who is signed in, and by what they sign in; each way is changed on a page of its own. */
export function accountPage(view: AccountView, chrome: Chrome): Page {
  const { account, time } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
<div class="card person"><span class="face" aria-hidden="true">${initialOf(view.displayName || view.email)}</span><div><strong><bdi>${view.displayName}</bdi></strong><span>${address(view.email)}</span></div></div>
${way(account.passkeys, passkeysOf(view, chrome))}
${way(account.password, [
  html`<p>${view.hasPassword ? account.hasPassword : account.noPassword}</p>`,
  link(formActions.my_password, view.hasPassword ? account.changePassword : account.choosePassword),
])}
${way(account.authenticator, [
  html`<p>${view.authenticator ? account.authenticatorSince(time.day(view.authenticator.since)) : account.noAuthenticator}</p>`,
  link("/me/authenticator", view.authenticator ? account.changeAuthenticator : account.setUpAuthenticator),
])}
${
  view.recoveryCodesLeft !== null &&
  way(account.recoveryCodes, [
    html`<p>${account.recoveryCodesLeft(view.recoveryCodesLeft)}</p>`,
    link("/me/recovery-codes", account.seeRecoveryCodes),
  ])
}
${form(formActions.sign_out, chrome, {}, button(account.signOut, { alt: true }))}`,
  };
}

export function myPasswordPage(view: Extract<View, { page: "my_password" }>, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${messages.titles.my_password}</h1>
<p class="lede">${messages.reset.passwordLede(address(view.email))}</p>
${newPasswordForm(view, chrome, { action: formActions.my_password, label: messages.reset.label, button: messages.reset.save })}
${buttonLink(formActions.account, messages.passkeys.add.back, true)}`,
  };
}

function passkeysOf(view: AccountView, chrome: Chrome): Child {
  const { account, time } = chrome.messages;
  const list =
    view.passkeys.length > 0 &&
    html`<ul class="passkeys">${view.passkeys.map(({ credentialId, name, createdAt, lastUsedAt }) => {
      const dates = [
        account.passkeyAdded(time.day(createdAt)),
        lastUsedAt !== null && account.passkeyUsed(time.day(lastUsedAt)),
      ];
      return html`<li><a href="${formActions.passkey}?id=${encodeURIComponent(credentialId)}"><strong><bdi>${name}</bdi></strong><span>${dates.filter(Boolean).join(", ")}</span></a></li>`;
    })}</ul>`;
  if (!view.passkeysPossible) return [html`<p>${account.passkeysImpossible}</p>`, list];
  return [
    list || html`<p>${account.noPasskeys}</p>`,
    form(
      formActions.passkey_new,
      chrome,
      {},
      html`<button class="text-button" type="submit">${account.addPasskey}</button>`,
    ),
  ];
}

function way(name: string, body: Child): Html {
  return html`<section class="card way"><h2>${name}</h2>${body}</section>`;
}

function link(href: string, label: string): Html {
  return html`<a class="link" href="${href}">${label}</a>`;
}

export function accountSignedOutPage(view: SignedOut, chrome: Chrome): Page {
  const { account, common } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
<p class="lede">${account.signedOut}</p>
${form(formActions.account_sign_in, chrome, {}, button(common.signIn))}`,
  };
}

export function signInAgainPage(view: SignInAgain, chrome: Chrome): Page {
  const { account } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
<p class="lede">${account.signInAgain(address(view.email))}</p>
${form(formActions.account_sign_in, chrome, {}, button(account.signInAgainButton))}`,
  };
}
