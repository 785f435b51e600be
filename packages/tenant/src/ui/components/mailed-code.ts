import { type Html, html } from "../html.ts";
import type { Chrome } from "./layout.ts";
import { address, asTyped, button, field, form, problemNote } from "./parts.ts";
import { passwordField } from "./password-field.ts";

/** A form that asks for the email address to send a code to. */
export interface EmailView {
  /** Empty if this form starts the interaction. */
  flowId: string;
  email: string;
  problem: null | "invalid" | "too_many" | "mail_failed" | "mail_refused";
}

/** A form that asks for the code. */
export interface MailedCodeView {
  flowId: string;
  email: string;
  minutes: number;
  resent: boolean;
  /** The mail server did not accept the mail right away. */
  slow: boolean;
  problem: null | "wrong" | "dead" | "too_many" | "mail_failed";
}

/** A form that asks for a new password. */
export interface NewPasswordView {
  /** Empty if the password is changed on the account page. */
  flowId: string;
  email: string;
  problem: null | "short" | "long" | "common";
}

/** Asks for an email address and sends a code to it. `wrong`: an error above is about the address. */
export function emailForm(view: EmailView, chrome: Chrome, action: string, wrong = false): Html {
  const { common, mailedCode } = chrome.messages;
  return html`${problemNote(view.problem && mailedCode.problems[view.problem])}
${form(action, chrome, { flow: view.flowId || null }, [
  field({
    name: "email",
    label: common.email,
    type: "email",
    autocomplete: "email",
    value: view.email,
    wrong: wrong || view.problem === "invalid" || view.problem === "mail_refused",
    autofocus: true,
    more: asTyped,
  }),
  button(mailedCode.send),
])}`;
}

/** Asks for the mailed code, and offers a new one. `mayHaveNone`: the mail may say that there is no account instead. */
export function mailedCodeForms(
  view: MailedCodeView,
  chrome: Chrome,
  where: { enter: string; resend: string; mayHaveNone: boolean },
): Html {
  const { common, mailedCode } = chrome.messages;
  const lede = where.mayHaveNone ? mailedCode.ledeIfAny : mailedCode.lede;
  return html`<p class="lede">${lede(address(view.email), view.minutes)}</p>
${problemNote(view.problem && mailedCode.problems[view.problem])}
${view.problem === null && onItsWay(view, chrome)}
${form(where.enter, chrome, { flow: view.flowId }, [
  field({
    name: "code",
    label: mailedCode.label,
    type: "text",
    autocomplete: "one-time-code",
    class: "digits",
    wrong: view.problem === "wrong" || view.problem === "dead",
    autofocus: true,
    more: { inputmode: "numeric", ...asTyped, maxlength: 32, enterkeyhint: "go" },
  }),
  button(common.continue),
])}
<div class="aside">${mailedCode.nothingThere} ${form(where.resend, chrome, { flow: view.flowId }, html`<button class="text-button" type="submit">${mailedCode.resend}</button>`)}</div>`;
}

function onItsWay({ slow, resent }: MailedCodeView, { messages }: Chrome): Html | false {
  const { mailedCode } = messages;
  if (slow) return html`<p class="note warn" role="status">${mailedCode.slow}</p>`;
  return resent && html`<p class="note good" role="status">${mailedCode.resent}</p>`;
}

export function newPasswordForm(
  view: NewPasswordView,
  chrome: Chrome,
  about: { action: string; label: string; button: string },
): Html {
  const { newPassword } = chrome.messages;
  return html`${problemNote(view.problem && newPassword.problems[view.problem])}
${form(about.action, chrome, { flow: view.flowId || null }, [
  // Without a name it is not sent; password managers file the new password under it.
  html`<input class="hidden" type="email" autocomplete="username" value="${view.email}" readonly tabindex="-1" aria-hidden="true">`,
  passwordField(
    {
      name: "password",
      label: about.label,
      autocomplete: "new-password",
      wrong: view.problem !== null,
      autofocus: true,
      hint: newPassword.hint,
      more: { minlength: 8, ...asTyped },
    },
    chrome,
  ),
  button(about.button),
])}`;
}
