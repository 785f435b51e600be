import type { Chrome, Page, Pages } from "../components/layout.ts";
import { button } from "../components/parts.ts";
import { attrs, type Html, html } from "../html.ts";

/** Back to the program: by a form, or by a link that contains the answer. */
export type FormPostView =
  | { page: "form_post"; by: "form"; to: string; fields: Record<string, string> }
  | { page: "form_post"; by: "link"; to: string };

export const formPostPages: Pages<FormPostView> = { form_post: formPostPage };

/** Returns to the program automatically if scripts run, otherwise by its button. */
function formPostPage(view: FormPostView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { titles, formPost } = messages;
  return {
    title: titles.form_post,
    main: html`<h1>${titles.form_post}</h1>
<p class="lede">${formPost.lede}</p>
${view.by === "form" ? formTo(view, button(formPost.button)) : html`<a${attrs({ id: ID, class: "button", href: view.to })}>${formPost.button}</a>`}`,
  };
}

const ID = "back";

/** The form is sent to the program, so it has no CSRF token. */
function formTo({ to, fields }: Extract<FormPostView, { by: "form" }>, send: Html): Html {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form${attrs({ id: ID, method: "post", action: to })}>${inputs}${send}</form>`;
}

/** Submits once the page has loaded. Not by the form's own `submit`, which a field of that name would shadow. */
export const formPostScript = `
addEventListener("load", () => {
const back = document.getElementById("${ID}");
if (back.tagName === "FORM") HTMLFormElement.prototype.submit.call(back);
else back.click();
});`.trim();
