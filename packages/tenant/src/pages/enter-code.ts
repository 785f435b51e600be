import { displayUserCode } from "../device-grant/user-code.ts";
import { codeToCompare } from "./code-to-compare.ts";
import { type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { button, buttonLink, field, form, problemNote } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

type EnterCode = Extract<View, { page: "enter_code" }>;

const problems = {
  empty: "Enter the code that your device shows.",
  unknown: "No device is waiting with that code. Check its letters, or start again on the device to get a new one.",
  too_many: "Too many tries. Wait ten minutes, then enter the code again.",
};

export function enterCodePage(view: EnterCode, chrome: Chrome): Page {
  const code = codeToCompare(view);
  return { title: titleOf(view), main: code === null ? enter(view, chrome) : compare(view, chrome, code) };
}

function enter(view: EnterCode, chrome: Chrome): Html {
  return html`<h1>Enter the code on your device</h1>
<p class="lede">It is on the screen that sent you here: a TV, a printer, a terminal.</p>
${problemNote(view.problem && problems[view.problem])}
${form(formActions.enter_code, chrome, {}, [
  field({
    name: "user_code",
    label: "Code",
    type: "text",
    autocomplete: "off",
    class: "code-input",
    value: view.fromLink && view.problem === null ? "" : view.typed.slice(0, 64),
    wrong: view.problem === "empty" || view.problem === "unknown",
    autofocus: true,
    hint: "Capitals and the dash don’t matter.",
    more: { autocapitalize: "characters", autocorrect: "off", spellcheck: "false", maxlength: 64, enterkeyhint: "go" },
  }),
  button("Continue"),
])}
${sentToYou}`;
}

/** RFC 8628 §3.3.1: the code came with the link, so the person must see that it is the device's, and say so. */
function compare(view: EnterCode, chrome: Chrome, code: string): Html {
  return html`<h1>${titleOf(view)}</h1>
<p class="lede">Compare it with the screen that sent you here, letter by letter.</p>
<p class="compare">${displayUserCode(code)}</p>
${form(formActions.enter_code, chrome, { user_code: code }, button("Yes, it’s the same"))}
${buttonLink(formActions.enter_code, "No, it’s different", true)}
${sentToYou}`;
}

/** RFC 8628 §5.4: remote phishing begins with a code that somebody else sent. */
const sentToYou = html`<p class="note warn"><strong>Did somebody send you this code?</strong>Stop here. Only use a code from a device in front of you.</p>`;
