import type { Page } from "../components/layout.ts";
import { button } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type Returning = Extract<View, { page: "returning" }>;

/** Goes back to the program by itself where scripts run, and by its one button where none do. */
export function returningPage(view: Returning, chrome: Chrome): Page {
  const { messages } = chrome;
  const { returning } = messages;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${titleOf(view, messages)}</h1>
<p class="lede">${returning.lede}</p>
${view.by === "form" ? formTo(view, button(returning.button)) : html`<a${attrs({ id: ID, class: "button", href: view.to })}>${returning.button}</a>`}`,
  };
}

const ID = "back";

/** The one form that is not for us: it has no token of ours. */
function formTo({ to, fields }: Extract<Returning, { by: "form" }>, send: Html): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form${attrs({ id: ID, method: "post", action: to })}>${inputs}${send}</form>`;
}

/** Once the page stands. Not the form's own `submit`: a field could be called so. */
export const returningScript = `
addEventListener("load", () => {
const back = document.getElementById("${ID}");
if (back.tagName === "FORM") HTMLFormElement.prototype.submit.call(back);
else back.click();
});`.trim();
