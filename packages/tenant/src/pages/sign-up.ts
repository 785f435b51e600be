import { type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type SignUp<P extends View["page"]> = Extract<View, { page: P }>;

const tooMany = "Too many tries. Wait a few minutes, then try again.";
const mailFailed = "We couldn’t send the email just now. Try again in a minute.";

function step(number: number): Html {
  return html`<p class="step">New account · step ${number} of 4</p>`;
}

function haveAccount(flowId: string): Html {
  return html`<p class="aside">Have an account? <a class="link" href="${flowLink(formActions.sign_in, flowId)}">Sign in</a></p>`;
}

export function signUpEmailPage(view: SignUp<"sign_up_email">, chrome: Chrome): Page {
  const problems = { invalid: "Enter an email like name@example.com.", too_many: tooMany, mail_failed: mailFailed };
  return {
    title: titleOf(view),
    main: html`${step(1)}<h1>What is your email?</h1>
<p class="lede">We send a code there, to see that it is yours.</p>
${problemNote(view.problem && problems[view.problem])}
${form(formActions.sign_up_email, chrome, { flow: view.flowId }, [
  field({
    name: "email",
    label: "Email",
    type: "email",
    autocomplete: "email",
    value: view.email,
    wrong: view.problem === "invalid",
    autofocus: true,
    more: asTyped,
  }),
  button("Send the code"),
])}
${haveAccount(view.flowId)}`,
  };
}

export function signUpCodePage(view: SignUp<"sign_up_code">, chrome: Chrome): Page {
  const problems = {
    wrong: "That code isn’t right. Check the email and enter it again.",
    dead: "That code no longer works. Send a new one below.",
    too_many: tooMany,
    mail_failed: mailFailed,
  };
  const minutes = view.minutes === 1 ? "1 minute" : `${view.minutes} minutes`;
  return {
    title: titleOf(view),
    main: html`${step(2)}<h1>Check your email</h1>
<p class="lede">We sent a code to ${address(view.email)}. It works for ${minutes}.</p>
${problemNote(view.problem && problems[view.problem])}
${view.resent && view.problem === null && html`<p class="note good" role="status">A new code is on its way. The one before no longer works.</p>`}
${form(formActions.sign_up_code, chrome, { flow: view.flowId }, [
  field({
    name: "code",
    label: "Code from the email",
    type: "text",
    autocomplete: "one-time-code",
    class: "digits",
    wrong: view.problem === "wrong" || view.problem === "dead",
    autofocus: true,
    more: { inputmode: "numeric", ...asTyped, maxlength: 32, enterkeyhint: "go" },
  }),
  button("Continue"),
])}
<div class="aside">Nothing there? ${form(formActions.sign_up_resend, chrome, { flow: view.flowId }, html`<button class="text-button" type="submit">Send a new code</button>`)}</div>
${haveAccount(view.flowId)}`,
  };
}

export function signUpPasswordPage(view: SignUp<"sign_up_password">, chrome: Chrome): Page {
  const problems = {
    short: "Use at least 8 characters.",
    long: "Use at most 128 characters.",
    common: "That password is easy to guess. Choose one that nobody else would think of.",
  };
  return {
    title: titleOf(view),
    main: html`${step(3)}<h1>Choose a password</h1>
<p class="lede">For ${address(view.email)}</p>
${problemNote(view.problem && problems[view.problem])}
${form(formActions.sign_up_password, chrome, { flow: view.flowId }, [
  // Without a name it is not sent; password managers file the new password under it.
  html`<input class="hidden" type="email" autocomplete="username" value="${view.email}" readonly tabindex="-1" aria-hidden="true">`,
  field({
    name: "password",
    label: "Password",
    type: "password",
    autocomplete: "new-password",
    wrong: view.problem !== null,
    autofocus: true,
    hint: "At least 8 characters. A few words in a row are good.",
    more: { minlength: 8 },
  }),
  button("Continue"),
])}`,
  };
}

export function signUpNamePage(view: SignUp<"sign_up_name">, chrome: Chrome): Page {
  const problems = { empty: "Enter your name.", long: "That name is too long. Enter a shorter one." };
  return {
    title: titleOf(view),
    main: html`${step(4)}<h1>What is your name?</h1>
<p class="lede">It is shown on the devices where you sign in.</p>
${problemNote(view.problem && problems[view.problem])}
${form(formActions.sign_up_name, chrome, { flow: view.flowId }, [
  field({
    name: "display_name",
    label: "Name",
    type: "text",
    autocomplete: "name",
    value: view.displayName,
    wrong: view.problem !== null,
    autofocus: true,
  }),
  button("Create the account"),
])}`,
  };
}
