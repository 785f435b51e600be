import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { asTyped, button, buttonLink, field, form, problemNote } from "../components/parts.ts";
import { qrCode } from "../components/qr-code.ts";
import { html } from "../html.ts";

export type AuthenticatorView =
  /** A second factor is required and the user has none yet. */
  | { page: "authenticator_needed"; flowId: string }
  /** `secret` in base32. `uri` contains it, for the QR code and for an app on the same phone. */
  | { page: "authenticator_set_up"; flowId: string; secret: string; uri: string; problem: null | "wrong" }
  | { page: "authenticator"; enrolled: boolean }
  /** Shown once. Without a `flowId`, the codes were created on the account page. */
  | { page: "recovery_codes"; flowId: string | null; codes: string[] }
  | { page: "recovery_codes_hidden"; flowId: string }
  | { page: "my_recovery_codes"; left: number };

type View<P extends AuthenticatorView["page"]> = Extract<AuthenticatorView, { page: P }>;

export const authenticatorPages: Pages<AuthenticatorView> = {
  authenticator_needed: authenticatorNeededPage,
  authenticator_set_up: authenticatorSetUpPage,
  authenticator: authenticatorPage,
  recovery_codes: recoveryCodesPage,
  recovery_codes_hidden: recoveryCodesHiddenPage,
  my_recovery_codes: myRecoveryCodesPage,
};

function authenticatorNeededPage(view: View<"authenticator_needed">, chrome: Chrome): Page {
  const { titles, authenticator } = chrome.messages;
  const { lede, choose, start } = authenticator.needed;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${titles.authenticator_needed}</h1>
<p class="lede">${lede}</p>
<p>${choose}</p>
${form(formActions.authenticator_needed, chrome, { flow: view.flowId }, button(start))}`,
  };
}

function authenticatorSetUpPage(view: View<"authenticator_set_up">, chrome: Chrome): Page {
  const { common, titles, authenticator } = chrome.messages;
  const { lede, picture, byHand, onThisPhone, label, problems } = authenticator.setUp;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${titles.authenticator_set_up}</h1>
<p class="lede">${lede}</p>
${problemNote(view.problem && problems[view.problem])}
${qrCode(view.uri, picture)}
<p class="aside"><a class="link" href="${view.uri}">${onThisPhone}</a></p>
<p class="key">${byHand} <span class="mono">${inGroups(view.secret)}</span></p>
${form(formActions.authenticator_set_up, chrome, { flow: view.flowId }, [
  field({
    name: "code",
    label,
    type: "text",
    autocomplete: "one-time-code",
    class: "digits",
    wrong: view.problem !== null,
    // First there is something to look at.
    autofocus: view.problem !== null,
    more: { inputmode: "numeric", ...asTyped, maxlength: 32, enterkeyhint: "go" },
  }),
  button(common.continue),
])}`,
  };
}

function authenticatorPage(view: View<"authenticator">, chrome: Chrome): Page {
  const { titles, authenticator } = chrome.messages;
  const { has, hasNone, add, replace, remove, whenRemoved } = authenticator.own;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${titles.authenticator}</h1>
<p class="lede">${view.enrolled ? has : hasNone}</p>
${form(formActions.authenticator, chrome, {}, [
  button(view.enrolled ? replace : add, { name: "answer", value: "add" }),
  view.enrolled && button(remove, { name: "answer", value: "remove", alt: true }),
])}
${view.enrolled && html`<p class="hint">${whenRemoved}</p>`}`,
  };
}

function inGroups(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, "$1 ");
}

function recoveryCodesPage(view: View<"recovery_codes">, chrome: Chrome): Page {
  const { titles, recoveryCodes } = chrome.messages;
  const { lede, where, saved } = recoveryCodes;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${titles.recovery_codes}</h1>
<p class="lede">${lede}</p>
<ul class="card codes">${view.codes.map((code) => html`<li><bdi>${code}</bdi></li>`)}</ul>
<p>${where}</p>
${
  view.flowId === null
    ? buttonLink(formActions.account, saved)
    : form(formActions.recovery_codes, chrome, { flow: view.flowId }, button(saved, { name: "answer", value: "saved" }))
}`,
  };
}

function recoveryCodesHiddenPage(view: View<"recovery_codes_hidden">, chrome: Chrome): Page {
  const { titles, recoveryCodes } = chrome.messages;
  const { hidden, makeNew, goOn } = recoveryCodes;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${titles.recovery_codes_hidden}</h1>
<p class="lede">${hidden}</p>
${form(formActions.recovery_codes, chrome, { flow: view.flowId }, [
  button(goOn, { name: "answer", value: "saved" }),
  button(makeNew, { name: "answer", value: "new", alt: true }),
])}`,
  };
}

function myRecoveryCodesPage(view: View<"my_recovery_codes">, chrome: Chrome): Page {
  const { titles, recoveryCodes } = chrome.messages;
  const { left, makeNew, whenNew } = recoveryCodes;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${titles.my_recovery_codes}</h1>
<p class="lede">${left(view.left)}</p>
${form(formActions.my_recovery_codes, chrome, {}, button(makeNew))}
<p class="hint">${whenNew}</p>`,
  };
}
