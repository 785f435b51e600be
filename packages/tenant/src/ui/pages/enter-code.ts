import { displayUserCode } from "../../directory/user-code.ts";
import { codeToCompare } from "../components/code-to-compare.ts";
import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { button, buttonLink, field, form, problemNote } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type EnterCode = Extract<View, { page: "enter_code" }>;

export function enterCodePage(view: EnterCode, chrome: Chrome): Page {
  const code = codeToCompare(view);
  return { title: titleOf(view, chrome.messages), main: code === null ? enter(view, chrome) : compare(chrome, code) };
}

function enter(view: EnterCode, chrome: Chrome): Html {
  const { common, titles, enterCode } = chrome.messages;
  return html`<h1>${titles.enter_code}</h1>
<p class="lede">${enterCode.lede}</p>
${problemNote(view.problem && enterCode.problems[view.problem])}
${form(formActions.enter_code, chrome, {}, [
  field({
    name: "user_code",
    label: enterCode.label,
    type: "text",
    autocomplete: "off",
    class: "code-input",
    value: view.fromLink && view.problem === null ? "" : view.typed.slice(0, 64),
    wrong: view.problem === "empty" || view.problem === "unknown",
    autofocus: true,
    hint: enterCode.hint,
    more: { autocapitalize: "characters", autocorrect: "off", spellcheck: "false", maxlength: 64, enterkeyhint: "go" },
  }),
  button(common.continue),
])}
${sentToYou(chrome.messages)}`;
}

/** RFC 8628 §3.3.1: the code came with the link, so the person must see that it is the device's, and say so. */
function compare(chrome: Chrome, code: string): Html {
  const { titles, enterCode } = chrome.messages;
  return html`<h1>${titles.compare}</h1>
<p class="lede">${enterCode.compareLede}</p>
<p class="compare">${displayUserCode(code)}</p>
${form(formActions.enter_code, chrome, { user_code: code }, button(enterCode.same))}
${buttonLink(formActions.enter_code, enterCode.different, true)}
${sentToYou(chrome.messages)}`;
}

/** RFC 8628 §5.4: remote phishing begins with a code that somebody else sent. */
function sentToYou({ enterCode }: Messages): Html {
  return html`<p class="note warn"><strong>${enterCode.sentToYou}</strong>${enterCode.sentToYouAdvice}</p>`;
}
