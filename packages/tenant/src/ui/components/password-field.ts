import { attrs, type Html, html } from "../html.ts";
import type { Chrome } from "./layout.ts";
import { type Field, field } from "./parts.ts";

/** A field for a password, with a button beside its label that shows what is typed. Without scripts there is no button. */
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

/** Hides it again before it is sent: a browser keeps what stands in a field of text, and offers it to the next person. */
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
