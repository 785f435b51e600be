import type { PasswordState } from "../../directory/password.ts";
import { formActions } from "../components/form-actions.ts";
import { type Chrome, initialOf, type Page, type Pages } from "../components/layout.ts";
import { type NewPasswordView, newPasswordForm } from "../components/mailed-code.ts";
import { address, button, buttonLink, form, rows } from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";

/** The pages of a user's own account. */
export type AccountPagesView =
  | AccountView
  | ({ page: "my_password" } & NewPasswordView)
  /** Not signed in. */
  | { page: "account_signed_out" }
  /**
   * `change`: the sign-in is too old, or lacks a factor, for a change of sign-in methods. `policy`: the sign-in no
   * longer meets the requirements of the account page.
   */
  | { page: "sign_in_again"; email: string; why: "change" | "policy" };

export interface AccountView {
  page: "account";
  displayName: string;
  email: string;
  password: PasswordState;
  passkeys: { credentialId: string; name: string; createdAt: number; lastUsedAt: number | null }[];
  /** False at an IP address, where browsers do not support passkeys. */
  passkeysPossible: boolean;
  authenticator: { since: number } | null;
  /** Null if the user never had any. */
  recoveryCodesLeft: number | null;
  /** How many devices are signed in, and how many apps have access. */
  devices: number;
  apps: number;
  /** The name was just changed. */
  savedName: boolean;
}

type View<P extends AccountPagesView["page"]> = Extract<AccountPagesView, { page: P }>;

export const accountPages: Pages<AccountPagesView> = {
  account: accountPage,
  my_password: myPasswordPage,
  account_signed_out: accountSignedOutPage,
  sign_in_again: signInAgainPage,
};

/** The signed-in user and their sign-in methods. Each method is changed on its own page. */
function accountPage(view: View<"account">, chrome: Chrome): Page {
  const { account, time } = chrome.messages;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
${view.savedName && html`<p class="note good" role="status">${account.savedName}</p>`}
<div class="card person"><span class="face" aria-hidden="true">${initialOf(view.displayName || view.email)}</span><div><strong><bdi>${view.displayName}</bdi></strong><span>${address(view.email)}</span></div></div>
${overview(view, chrome)}
${way(account.passkeys, passkeysOf(view, chrome))}
${way(account.password, [
  html`<p>${account.passwordStates[view.password]}</p>`,
  link(formActions.my_password, view.password === "set" ? account.changePassword : account.choosePassword),
])}
${way(account.authenticator, [
  html`<p>${view.authenticator ? account.authenticatorSince(time.day(view.authenticator.since)) : account.noAuthenticator}</p>`,
  link(formActions.authenticator, view.authenticator ? account.changeAuthenticator : account.setUpAuthenticator),
])}
${
  view.recoveryCodesLeft !== null &&
  way(account.recoveryCodes, [
    html`<p>${account.recoveryCodesLeft(view.recoveryCodesLeft)}</p>`,
    link(formActions.my_recovery_codes, account.seeRecoveryCodes),
  ])
}
${form(formActions.sign_out, chrome, {}, button(account.signOut, { alt: true }))}`,
  };
}

/** What the user can see and change besides the sign-in methods. */
function overview({ devices, apps }: View<"account">, { messages }: Chrome): Html {
  const { titles, ownAccount } = messages;
  const { overview: texts } = ownAccount;
  return html`<nav class="card" aria-label="${texts.heading}">${rows([
    { href: formActions.my_devices, name: titles.my_devices, more: texts.devices(devices) },
    { href: formActions.my_apps, name: titles.my_apps, more: texts.apps(apps) },
    { href: formActions.my_activity, name: titles.my_activity, more: texts.activity },
    { href: formActions.my_profile, name: titles.my_profile, more: texts.profile },
    { href: formActions.my_data, name: titles.my_data, more: texts.data },
  ])}</nav>`;
}

function myPasswordPage(view: View<"my_password">, chrome: Chrome): Page {
  const { messages } = chrome;
  return {
    title: messages.titles[view.page],
    main: html`<h1>${messages.titles.my_password}</h1>
<p class="lede">${messages.reset.passwordLede(address(view.email))}</p>
${newPasswordForm(view, chrome, { action: formActions.my_password, label: messages.reset.label, button: messages.reset.save })}
${buttonLink(formActions.account, messages.passkeys.add.back, true)}`,
  };
}

function passkeysOf(view: View<"account">, chrome: Chrome): Child {
  const { account, time } = chrome.messages;
  const list =
    view.passkeys.length > 0 &&
    rows(
      view.passkeys.map(({ credentialId, name, createdAt, lastUsedAt }) => {
        const dates = [
          account.passkeyAdded(time.day(createdAt)),
          lastUsedAt !== null && account.passkeyUsed(time.day(lastUsedAt)),
        ];
        const href = `${formActions.passkey}?id=${encodeURIComponent(credentialId)}`;
        return { href, name: html`<bdi>${name}</bdi>`, more: dates.filter(Boolean).join(", ") };
      }),
    );
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

function accountSignedOutPage(view: View<"account_signed_out">, chrome: Chrome): Page {
  const { account, common } = chrome.messages;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
<p class="lede">${account.signedOut}</p>
${form(formActions.account_sign_in, chrome, {}, button(common.signIn))}`,
  };
}

function signInAgainPage(view: View<"sign_in_again">, chrome: Chrome): Page {
  const { account } = chrome.messages;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
<p class="lede">${account.signInAgain[view.why](address(view.email))}</p>
${form(formActions.account_sign_in, chrome, {}, button(account.signInAgainButton))}`,
  };
}
