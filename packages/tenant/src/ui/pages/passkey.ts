import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { button, buttonLink, field, form, problemNote } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type AddPasskey = Extract<View, { page: "passkey_add" }>;
type Passkey = Extract<View, { page: "passkey" }>;

/** Hidden until the page's script finds that the browser has passkeys; what the script says stands here beforehand. */
function passkeyBox(kind: "get" | "create", options: string, { messages }: Chrome, body: Child): Html {
  const { cancelled, exists, broken } = messages.passkeys;
  const says = { "data-cancelled": cancelled, "data-exists": exists, "data-broken": broken };
  return html`<div${attrs({ class: "passkey", hidden: true, "data-passkey": kind, "data-options": options, ...says })}>
<p${attrs({ class: "note bad", role: "alert", hidden: true, "data-says": true })}></p>${body}</div>`;
}

/** Filled in by the script. */
const answer = html`<input type="hidden" name="passkey">`;
const keep = html`<input type="hidden" name="keep">`;

/** For a page of a walk where somebody may sign in by a passkey; `alt` where another way is the first one. */
export function usePasskey(flowId: string, options: string, chrome: Chrome, alt: boolean): Html {
  const label = button(chrome.messages.passkeys.use, { alt });
  return passkeyBox(
    "get",
    options,
    chrome,
    form(formActions.sign_in_passkey, chrome, { flow: flowId }, [answer, keep, label]),
  );
}

export function addPasskeyPage(view: AddPasskey, chrome: Chrome): Page {
  const { messages } = chrome;
  const { add } = messages.passkeys;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${messages.titles[view.page]}</h1>
<p class="lede">${add.lede}</p>
${problemNote(view.problem && add.problems[view.problem])}
<p${attrs({ class: "note warn", "data-without": true })}>${add.without}</p>
${passkeyBox(
  "create",
  view.options,
  chrome,
  form(formActions.passkey_add, chrome, { flow: view.flowId }, [
    answer,
    field({
      name: "name",
      label: add.name,
      type: "text",
      autocomplete: "off",
      value: view.name,
      wrong: view.problem === "long",
      autofocus: true,
      hint: add.nameHint,
      more: { required: false },
    }),
    button(add.button),
  ]),
)}
${buttonLink(formActions.account, add.back, true)}`,
  };
}

export function passkeyPage(view: Passkey, chrome: Chrome): Page {
  const { messages } = chrome;
  const { add, edit } = messages.passkeys;
  const problem = view.problem === "long" ? add.problems.long : view.problem && edit.empty;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${messages.titles[view.page]}</h1>
${problemNote(problem)}
${form(formActions.passkey_rename, chrome, { id: view.credentialId }, [
  field({
    name: "name",
    label: edit.name,
    type: "text",
    autocomplete: "off",
    value: view.name,
    wrong: view.problem !== null,
    autofocus: true,
  }),
  button(edit.rename),
])}
<hr>
<p class="lede">${edit.removeHint}</p>
${form(formActions.passkey_remove, chrome, { id: view.credentialId }, button(edit.remove, { alt: true }))}
<p class="aside"><a class="link" href="${formActions.account}">${add.back}</a></p>`,
  };
}
