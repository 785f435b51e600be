import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { button, buttonLink, form } from "../components/parts.ts";
import { html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type RecoveryCodes<P extends View["page"]> = Extract<View, { page: P }>;

export function recoveryCodesPage(view: RecoveryCodes<"recovery_codes">, chrome: Chrome): Page {
  const { titles, recoveryCodes } = chrome.messages;
  const { lede, where, saved } = recoveryCodes;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.recovery_codes}</h1>
<p class="lede">${lede}</p>
<ul class="card codes">${view.codes.map((code) => html`<li><bdi>${code}</bdi></li>`)}</ul>
<p>${where}</p>
${
  view.flowId === null
    ? buttonLink(formActions.account, saved)
    : form(formActions.recovery_codes, chrome, { flow: view.flowId }, button(saved, { name: "answer", value: "saved" }))
}`,
  };
}

export function recoveryCodesHiddenPage(view: RecoveryCodes<"recovery_codes_hidden">, chrome: Chrome): Page {
  const { titles, recoveryCodes } = chrome.messages;
  const { hidden, makeNew, goOn } = recoveryCodes;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.recovery_codes_hidden}</h1>
<p class="lede">${hidden}</p>
${form(formActions.recovery_codes, chrome, { flow: view.flowId }, [
  button(goOn, { name: "answer", value: "saved" }),
  button(makeNew, { name: "answer", value: "new", alt: true }),
])}`,
  };
}

export function myRecoveryCodesPage(view: RecoveryCodes<"my_recovery_codes">, chrome: Chrome): Page {
  const { titles, recoveryCodes } = chrome.messages;
  const { left, makeNew, whenNew } = recoveryCodes;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titles.my_recovery_codes}</h1>
<p class="lede">${left(view.left)}</p>
${form(formActions.my_recovery_codes, chrome, {}, button(makeNew))}
<p class="hint">${whenNew}</p>`,
  };
}
