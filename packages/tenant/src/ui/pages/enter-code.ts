import { displayUserCode, normalizeUserCode, USER_CODE_ALPHABET } from "../../directory/user-code.ts";
import { formActions } from "../components/form-actions.ts";
import type { Chrome, Pages } from "../components/layout.ts";
import { button, buttonLink, field, form, problemNote } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

export interface EnterCodeView {
  page: "enter_code";
  /** Value of the field. */
  typed: string;
  /** The code came in the complete URI (RFC 8628 §3.3.1), so the page asks to compare it with the device. */
  fromLink: boolean;
  problem: null | "empty" | "unknown" | "too_many";
}

export const enterCodePages: Pages<EnterCodeView> = {
  enter_code(view, chrome) {
    const { titles } = chrome.messages;
    const code = codeToCompare(view);
    if (code === null) return { title: titles.enter_code, main: enter(view, chrome) };
    return { title: titles.compare, main: compare(chrome, code) };
  },
};

const plausible = new RegExp(`^[${USER_CODE_ALPHABET}]{8,16}$`);

/**
 * The code of the complete URI, if it looks valid: a link must not display other words in large letters on this page.
 * After an error the user types the code instead.
 */
function codeToCompare(view: EnterCodeView): string | null {
  if (!view.fromLink || view.problem !== null) return null;
  const code = normalizeUserCode(view.typed);
  return plausible.test(code) ? code : null;
}

function enter(view: EnterCodeView, chrome: Chrome): Html {
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

/** RFC 8628 §3.3.1: the code came in the link, so the user must confirm that the device shows it. */
function compare(chrome: Chrome, code: string): Html {
  const { titles, enterCode } = chrome.messages;
  return html`<h1>${titles.compare}</h1>
<p class="lede">${enterCode.compareLede}</p>
<p class="compare">${displayUserCode(code)}</p>
${form(formActions.enter_code, chrome, { user_code: code }, button(enterCode.same))}
${buttonLink(formActions.enter_code, enterCode.different, true)}
${sentToYou(chrome.messages)}`;
}

/** RFC 8628 §5.4: remote phishing starts with a code that someone else sent. */
function sentToYou({ enterCode }: Messages): Html {
  return html`<p class="note warn"><strong>${enterCode.sentToYou}</strong>${enterCode.sentToYouAdvice}</p>`;
}
