import { formActions } from "../components/form-actions.ts";
import { type Chrome, initialOf, type Page, type Pages } from "../components/layout.ts";
import { type MailedCodeView, mailedCodeForms } from "../components/mailed-code.ts";
import { address, asTyped, button, field, flowLink, form, problemNote, tickBox } from "../components/parts.ts";
import { usePasskey } from "../components/passkey-box.ts";
import { passwordField } from "../components/password-field.ts";
import { html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

export type SignInView =
  /** This browser is already signed in: continue with this account or with another one? */
  | { page: "continue_as"; flowId: string; email: string; displayName: string }
  | {
      page: "sign_in";
      flowId: string;
      /** The page that follows: the question of a device or a program, or the user's account. */
      intent: "device" | "account" | "authorization" | "console";
      email: string;
      /** Without "password", the form asks only for the email and mails a code. */
      methods: ("password" | "email_code" | "passkey")[];
      signUpAllowed: boolean;
      keepSignedIn: boolean;
      /** How long the browser stays signed in, and how long without use. */
      keepDays: number;
      keepIdleDays: number;
      /** The user just reset their password. */
      passwordChanged: boolean;
      /** WebAuthn request options as JSON, which the script passes to the browser. Null: no passkeys here. */
      passkeyOptions: string | null;
      problem: null | "wrong" | "empty" | "invalid" | "passkey" | "too_many" | "mail_failed" | "mail_refused";
    }
  | ({ page: "sign_in_code" } & MailedCodeView);

type View<P extends SignInView["page"]> = Extract<SignInView, { page: P }>;

export const signInPages: Pages<SignInView> = {
  continue_as: continueAsPage,
  sign_in: signInPage,
  sign_in_code: signInCodePage,
};

function problemOf(view: View<"sign_in">, { common, passkeys, signIn, mailedCode }: Messages): string | null {
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

function signInPage(view: View<"sign_in">, chrome: Chrome): Page {
  const { common, signIn } = chrome.messages;
  const [withPassword, withCode] = [view.methods.includes("password"), view.methods.includes("email_code")];
  const emailMissing = view.problem === "empty" && view.email === "";
  const emailWrong = ["wrong", "invalid", "mail_refused"].includes(view.problem ?? "") || emailMissing;
  return {
    title: chrome.messages.titles[view.page],
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
      passwordField(
        {
          name: "password",
          label: common.password,
          autocomplete: "current-password",
          wrong: view.problem === "wrong" || view.problem === "empty",
          autofocus: view.email !== "",
          more: asTyped,
        },
        chrome,
      ),
    tickBox({
      name: "keep",
      label: signIn.keep,
      ticked: view.keepSignedIn,
      hint: signIn.keepHint(view.keepIdleDays, view.keepDays),
    }),
    button(withPassword ? common.signIn : signIn.sendCode),
    withPassword && withCode && button(signIn.codeInstead, { alt: true, action: formActions.sign_in_send_code }),
  ])
}
${view.passkeyOptions !== null && usePasskey(view.flowId, view.passkeyOptions, chrome, true)}
${withPassword && html`<p class="aside"><a class="link" href="${flowLink(formActions.reset_email, view.flowId)}">${signIn.forgot}</a></p>`}
${view.signUpAllowed && html`<p class="aside">${signIn.newHere} <a class="link" href="${flowLink(formActions.sign_up_email, view.flowId)}">${signIn.createAccount}</a></p>`}`,
  };
}

function signInCodePage(view: View<"sign_in_code">, chrome: Chrome): Page {
  const { common, signIn } = chrome.messages;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${chrome.messages.titles.sign_in_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.sign_in_code,
  resend: formActions.sign_in_resend,
  mayHaveNone: true,
})}
<p class="aside">${signIn.otherEmail} <a class="link" href="${flowLink(formActions.sign_in, view.flowId)}">${common.signIn}</a></p>`,
  };
}

function continueAsPage(view: View<"continue_as">, chrome: Chrome): Page {
  const { continueAs } = chrome.messages;
  return {
    title: chrome.messages.titles[view.page],
    main: html`<h1>${chrome.messages.titles[view.page]}</h1>
<p class="lede">${continueAs.lede}</p>
<div class="card person"><span class="face" aria-hidden="true">${initialOf(view.displayName || view.email)}</span><div><strong><bdi>${view.displayName}</bdi></strong><span>${address(view.email)}</span></div></div>
${form(formActions.continue_as, chrome, { flow: view.flowId }, [
  button(continueAs.yes, { name: "answer", value: "continue" }),
  button(continueAs.no, { name: "answer", value: "other", alt: true }),
])}`,
  };
}
