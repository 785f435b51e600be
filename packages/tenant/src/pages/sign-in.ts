import { passkeys } from "../messages/en/passkeys.ts";
import { html } from "./html.ts";
import { initialOf, type Page } from "./layout.ts";
import { address, asTyped, button, field, flowLink, form, problemNote } from "./parts.ts";
import { usePasskey } from "./passkey.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type SignIn = Extract<View, { page: "sign_in" }>;
type ContinueAs = Extract<View, { page: "continue_as" }>;

function problemOf(view: SignIn): string | null {
  switch (view.problem) {
    case null:
      return null;
    case "empty":
      return view.email === "" ? "Enter your email and your password." : "Enter your password.";
    case "wrong":
      return "The email or the password isn’t right. Check both and try again.";
    case "passkey":
      return passkeys.refused;
    case "too_many":
      return "Too many tries. Wait a few minutes, then try again.";
  }
}

const ledes = {
  device: "Next, you see what your device asks for, and decide.",
  account: "Next, you see your account.",
};

export function signInPage(view: SignIn, chrome: Chrome): Page {
  const emailMissing = view.problem === "empty" && view.email === "";
  const wrong = view.problem === "wrong" || view.problem === "empty";
  return {
    title: titleOf(view),
    main: html`<h1>Sign in</h1>
<p class="lede">${ledes[view.intent]}</p>
${problemNote(problemOf(view))}
${form(formActions.sign_in, chrome, { flow: view.flowId }, [
  field({
    name: "email",
    label: "Email",
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
    label: "Password",
    type: "password",
    autocomplete: "current-password",
    wrong,
    autofocus: view.email !== "",
  }),
  button("Sign in"),
])}
${view.passkeyOptions !== null && usePasskey(view.flowId, view.passkeyOptions, chrome)}
${view.signUpAllowed && html`<p class="aside">New here? <a class="link" href="${flowLink(formActions.sign_up_email, view.flowId)}">Create an account</a></p>`}`,
  };
}

export function continueAsPage(view: ContinueAs, chrome: Chrome): Page {
  return {
    title: titleOf(view),
    main: html`<h1>${titleOf(view)}</h1>
<p class="lede">This person is signed in here already.</p>
<div class="card person"><span class="face" aria-hidden="true">${initialOf(view.displayName || view.email)}</span><div><strong><bdi>${view.displayName}</bdi></strong><span>${address(view.email)}</span></div></div>
${form(formActions.continue_as, chrome, { flow: view.flowId }, [
  button("Yes, continue", { name: "answer", value: "continue" }),
  button("No, use another account", { name: "answer", value: "other", alt: true }),
])}`,
  };
}
