import { attrs, type Html, html } from "../html.ts";
import type { Chrome } from "./layout.ts";
import { type Field, field } from "./parts.ts";

/** A password field with a button beside its label that shows the password. Without scripts there is no button. */
export function passwordField(f: Omit<Field, "type" | "beside">, { messages }: Chrome): Html {
  const { showPassword, hidePassword } = messages.common;
  const button = {
    class: "text-button show",
    type: "button",
    hidden: true,
    "aria-controls": f.name,
    "data-show": showPassword,
    "data-hide": hidePassword,
  };
  return field({ ...f, type: "password", beside: html`<button${attrs(button)}>${showPassword}</button>` });
}

/** Hides the password before it is sent: browsers save the values of text fields and suggest them to the next user. */
const source = `
(() => {
  for (const button of document.querySelectorAll("[data-show]")) {
    const input = document.getElementById(button.getAttribute("aria-controls"));
    const set = (shown) => {
      input.type = shown ? "text" : "password";
      button.textContent = shown ? button.dataset.hide : button.dataset.show;
    };
    button.addEventListener("click", () => set(input.type === "password"));
    input.form.addEventListener("submit", () => set(false));
    window.addEventListener("pagehide", () => set(false));
    button.hidden = false;
  }
})();
`;

export const passwordScript: string = source
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line !== "")
  .join("\n");
