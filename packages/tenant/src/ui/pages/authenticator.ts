import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { asTyped, button, field, form, problemNote } from "../components/parts.ts";
import { qrCode } from "../components/qr-code.ts";
import { html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type Authenticator<P extends View["page"]> = Extract<View, { page: P }>;

export function authenticatorNeededPage(view: Authenticator<"authenticator_needed">, chrome: Chrome): Page {
  const { titles, authenticator } = chrome.messages;
  const { lede, choose, start } = authenticator.needed;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.authenticator_needed}</h1>
<p class="lede">${lede}</p>
<p>${choose}</p>
${form(formActions.authenticator_needed, chrome, { flow: view.flowId }, button(start))}`,
  };
}

export function authenticatorSetUpPage(view: Authenticator<"authenticator_set_up">, chrome: Chrome): Page {
  const { common, titles, authenticator } = chrome.messages;
  const { lede, picture, byHand, onThisPhone, label, problems } = authenticator.setUp;
  return {
    title: titleOf(view, chrome.messages),
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

export function authenticatorPage(view: Authenticator<"authenticator">, chrome: Chrome): Page {
  const { titles, authenticator } = chrome.messages;
  const { has, hasNone, add, replace, remove, whenRemoved } = authenticator.own;
  return {
    title: titleOf(view, chrome.messages),
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
