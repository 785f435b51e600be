import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { button, buttonLink, field, form, problemNote } from "../components/parts.ts";
import { passkeyAnswer, passkeyBox } from "../components/passkey-box.ts";
import { attrs, html } from "../html.ts";

export type PasskeysView =
  /** `options`: WebAuthn creation options as JSON, which the script passes to the browser. */
  | {
      page: "passkey_add";
      flowId: string;
      name: string;
      options: string;
      problem: null | "failed" | "taken" | "full" | "long";
    }
  | { page: "passkey"; credentialId: string; name: string; problem: null | "empty" | "long" };

type View<P extends PasskeysView["page"]> = Extract<PasskeysView, { page: P }>;

export const passkeysPages: Pages<PasskeysView> = { passkey_add: passkeyAddPage, passkey: passkeyPage };

function passkeyAddPage(view: View<"passkey_add">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { add } = messages.passkeys;
  return {
    title: messages.titles[view.page],
    main: html`<h1>${messages.titles[view.page]}</h1>
<p class="lede">${add.lede}</p>
${problemNote(view.problem && add.problems[view.problem])}
<p${attrs({ class: "note warn", "data-without": true })}>${add.without}</p>
${passkeyBox(
  "create",
  view.options,
  chrome,
  form(formActions.passkey_add, chrome, { flow: view.flowId }, [
    passkeyAnswer,
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

function passkeyPage(view: View<"passkey">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { add, edit } = messages.passkeys;
  const problem = view.problem === "long" ? add.problems.long : view.problem && edit.empty;
  return {
    title: messages.titles[view.page],
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
