import type { Messages } from "../messages/messages.ts";
import { html } from "./html.ts";
import { initialOf, type Page } from "./layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "./parts.ts";
import { usePasskey } from "./passkey.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type SignIn = Extract<View, { page: "sign_in" }>;
type ContinueAs = Extract<View, { page: "continue_as" }>;

function problemOf(view: SignIn, { common, passkeys, signIn }: Messages): string | null {
  switch (view.problem) {
    case null:
      return null;
    case "empty":
      return view.email === "" ? signIn.problems.empty : signIn.problems.password_empty;
    case "wrong":
      return signIn.problems.wrong;
    case "passkey":
      return passkeys.refused;
    case "too_many":
      return common.tooManyTries;
  }
}

export function signInPage(view: SignIn, chrome: Chrome): Page {
  const { common, signIn } = chrome.messages;
  const emailMissing = view.problem === "empty" && view.email === "";
  const wrong = view.problem === "wrong" || view.problem === "empty";
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${chrome.messages.titles.sign_in}</h1>
<p class="lede">${view.intent === "account" ? signIn.accountLede : signIn.lede}</p>
${problemNote(problemOf(view, chrome.messages))}
${form(formActions.sign_in, chrome, { flow: view.flowId }, [
  field({
    name: "email",
    label: common.email,
    type: "email",
    // Where there are passkeys, the browser offers them in this field.
    autocomplete: view.passkeyOptions === null ? "username" : "username webauthn",
    value: view.email,
    wrong: view.problem === "wrong" || emailMissing,
    autofocus: view.email === "",
    more: asTyped,
  }),
  field({
    name: "password",
    label: common.password,
    type: "password",
    autocomplete: "current-password",
    wrong,
    autofocus: view.email !== "",
  }),
  button(common.signIn),
])}
${view.passkeyOptions !== null && usePasskey(view.flowId, view.passkeyOptions, chrome)}
${view.signUpAllowed && html`<p class="aside">${signIn.newHere} <a class="link" href="${flowLink(formActions.sign_up_email, view.flowId)}">${signIn.createAccount}</a></p>`}`,
  };
}

export function continueAsPage(view: ContinueAs, chrome: Chrome): Page {
  const { continueAs } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titleOf(view, chrome.messages)}</h1>
<p class="lede">${continueAs.lede}</p>
<div class="card person"><span class="face" aria-hidden="true">${initialOf(view.displayName || view.email)}</span><div><strong><bdi>${view.displayName}</bdi></strong><span>${address(view.email)}</span></div></div>
${form(formActions.continue_as, chrome, { flow: view.flowId }, [
  button(continueAs.yes, { name: "answer", value: "continue" }),
  button(continueAs.no, { name: "answer", value: "other", alt: true }),
])}`,
  };
}
