import type { Messages } from "../messages/messages.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type SignUp<P extends View["page"]> = Extract<View, { page: P }>;

function step(number: number, { signUp }: Messages): Html {
  return html`<p class="step">${signUp.step(number, 4)}</p>`;
}

function haveAccount(flowId: string, { common, signUp }: Messages): Html {
  return html`<p class="aside">${signUp.haveAccount} <a class="link" href="${flowLink(formActions.sign_in, flowId)}">${common.signIn}</a></p>`;
}

export function signUpEmailPage(view: SignUp<"sign_up_email">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { email } = messages.signUp;
  return {
    title: titleOf(view, messages),
    main: html`${step(1, messages)}<h1>${messages.titles.sign_up_email}</h1>
<p class="lede">${email.lede}</p>
${problemNote(view.problem && email.problems[view.problem])}
${form(formActions.sign_up_email, chrome, { flow: view.flowId }, [
  field({
    name: "email",
    label: messages.common.email,
    type: "email",
    autocomplete: "email",
    value: view.email,
    wrong: view.problem === "invalid" || view.problem === "mail_refused",
    autofocus: true,
    more: asTyped,
  }),
  button(email.send),
])}
${haveAccount(view.flowId, messages)}`,
  };
}

export function signUpCodePage(view: SignUp<"sign_up_code">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { code } = messages.signUp;
  return {
    title: titleOf(view, messages),
    main: html`${step(2, messages)}<h1>${messages.titles.sign_up_code}</h1>
<p class="lede">${code.lede(address(view.email), view.minutes)}</p>
${problemNote(view.problem && code.problems[view.problem])}
${view.resent && view.problem === null && html`<p class="note good" role="status">${code.resent}</p>`}
${view.slow && view.problem === null && html`<p class="note warn" role="status">${code.slow}</p>`}
${form(formActions.sign_up_code, chrome, { flow: view.flowId }, [
  field({
    name: "code",
    label: code.label,
    type: "text",
    autocomplete: "one-time-code",
    class: "digits",
    wrong: view.problem === "wrong" || view.problem === "dead",
    autofocus: true,
    more: { inputmode: "numeric", ...asTyped, maxlength: 32, enterkeyhint: "go" },
  }),
  button(messages.common.continue),
])}
<div class="aside">${code.nothingThere} ${form(formActions.sign_up_resend, chrome, { flow: view.flowId }, html`<button class="text-button" type="submit">${code.resend}</button>`)}</div>
${haveAccount(view.flowId, messages)}`,
  };
}

export function signUpPasswordPage(view: SignUp<"sign_up_password">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { password } = messages.signUp;
  return {
    title: titleOf(view, messages),
    main: html`${step(3, messages)}<h1>${messages.titles.sign_up_password}</h1>
<p class="lede">${password.lede(address(view.email))}</p>
${problemNote(view.problem && password.problems[view.problem])}
${form(formActions.sign_up_password, chrome, { flow: view.flowId }, [
  // Without a name it is not sent; password managers file the new password under it.
  html`<input class="hidden" type="email" autocomplete="username" value="${view.email}" readonly tabindex="-1" aria-hidden="true">`,
  field({
    name: "password",
    label: messages.common.password,
    type: "password",
    autocomplete: "new-password",
    wrong: view.problem !== null,
    autofocus: true,
    hint: password.hint,
    more: { minlength: 8 },
  }),
  button(messages.common.continue),
])}`,
  };
}

export function signUpNamePage(view: SignUp<"sign_up_name">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { name } = messages.signUp;
  return {
    title: titleOf(view, messages),
    main: html`${step(4, messages)}<h1>${messages.titles.sign_up_name}</h1>
<p class="lede">${name.lede}</p>
${problemNote(view.problem && name.problems[view.problem])}
${form(formActions.sign_up_name, chrome, { flow: view.flowId }, [
  field({
    name: "display_name",
    label: name.label,
    type: "text",
    autocomplete: "name",
    value: view.displayName,
    wrong: view.problem !== null,
    autofocus: true,
  }),
  button(name.create),
])}`,
  };
}
