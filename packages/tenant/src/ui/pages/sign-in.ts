import { formActions } from "../components/form-actions.ts";
import { initialOf, type Page } from "../components/layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote, tickBox } from "../components/parts.ts";
import { html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";
import { mailedCodeForms } from "./mailed-code.ts";
import { usePasskey } from "./passkey.ts";

type SignIn = Extract<View, { page: "sign_in" }>;
type SignInCode = Extract<View, { page: "sign_in_code" }>;
type ContinueAs = Extract<View, { page: "continue_as" }>;

function problemOf(view: SignIn, { common, passkeys, signIn, mailedCode }: Messages): string | null {
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
    default:
      return mailedCode.problems[view.problem];
  }
}

export function signInPage(view: SignIn, chrome: Chrome): Page {
  const { common, signIn } = chrome.messages;
  const [withPassword, withCode] = [view.methods.includes("password"), view.methods.includes("email_code")];
  const emailMissing = view.problem === "empty" && view.email === "";
  const emailWrong = ["wrong", "invalid", "mail_refused"].includes(view.problem ?? "") || emailMissing;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${chrome.messages.titles.sign_in}</h1>
<p class="lede">${signIn.ledes[view.intent]}</p>
${view.passwordChanged && view.problem === null && html`<p class="note good" role="status">${signIn.changed}</p>`}
${problemNote(problemOf(view, chrome.messages))}
${
  (withPassword || withCode) &&
  form(withPassword ? formActions.sign_in : formActions.sign_in_send_code, chrome, { flow: view.flowId }, [
    field({
      name: "email",
      label: common.email,
      type: "email",
      // Where there are passkeys, the browser offers them in this field.
      autocomplete: view.passkeyOptions === null ? "username" : "username webauthn",
      value: view.email,
      wrong: emailWrong,
      autofocus: view.email === "" || !withPassword,
      more: asTyped,
    }),
    withPassword &&
      field({
        name: "password",
        label: common.password,
        type: "password",
        autocomplete: "current-password",
        wrong: view.problem === "wrong" || view.problem === "empty",
        autofocus: view.email !== "",
      }),
    tickBox({ name: "keep", label: signIn.keep, ticked: view.keepSignedIn, hint: signIn.keepHint }),
    button(withPassword ? common.signIn : signIn.sendCode),
    withPassword && withCode && button(signIn.codeInstead, { alt: true, action: formActions.sign_in_send_code }),
  ])
}
${view.passkeyOptions !== null && usePasskey(view.flowId, view.passkeyOptions, chrome, true)}
${withPassword && html`<p class="aside"><a class="link" href="${flowLink(formActions.reset_email, view.flowId)}">${signIn.forgot}</a></p>`}
${view.signUpAllowed && html`<p class="aside">${signIn.newHere} <a class="link" href="${flowLink(formActions.sign_up_email, view.flowId)}">${signIn.createAccount}</a></p>`}`,
  };
}

export function signInCodePage(view: SignInCode, chrome: Chrome): Page {
  const { common, signIn } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${chrome.messages.titles.sign_in_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.sign_in_code,
  resend: formActions.sign_in_resend,
  mayHaveNone: true,
})}
<p class="aside">${signIn.otherEmail} <a class="link" href="${flowLink(formActions.sign_in, view.flowId)}">${common.signIn}</a></p>`,
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
