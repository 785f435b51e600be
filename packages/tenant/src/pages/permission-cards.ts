import type { PermissionLine } from "../directory/permissions.ts";
import type { Messages } from "../messages/messages.ts";
import { permissionText } from "../messages/permission-text.ts";
import { attrs, type Html, html } from "./html.ts";
import { address, tick } from "./parts.ts";
import type { ConfirmView } from "./view.ts";

/** Whose yes it would be, and the button for another person, which sends the page's form. */
export function signedInAs(email: string, { confirm }: Messages, other: { form: string; label: string }): Html {
  const button = attrs({ class: "text-button", type: "submit", form: other.form, name: "decision", value: "other" });
  return html`<div class="account"><span>${confirm.signedInAs(address(email))}</span><button${button}>${other.label}</button></div>`;
}

/**
 * What is new stands out; what was allowed before is folded away below, there to be read and not in the way of what was
 * not. For how long is never folded.
 */
export function permissionCards(
  { already, fresh, stays }: Pick<ConfirmView, "already" | "fresh" | "stays">,
  messages: Messages,
): Html {
  const { confirm } = messages;
  const list = (lines: PermissionLine[]) =>
    lines.length > 0 &&
    html`<ul class="ticks">${lines.map((line) => html`<li>${tick()}<span>${permissionText(line, messages)}</span></li>`)}</ul>`;
  if (already.length === 0) {
    return html`<div class="card"><h2>${confirm.willBeAble}</h2>${list([...fresh, stays.line])}</div>`;
  }
  const news = stays.already ? fresh : [...fresh, stays.line];
  return html`${news.length > 0 && html`<div class="card new"><h2>${confirm.fresh}</h2>${list(news)}</div>`}
<div class="card"><details><summary>${confirm.already}</summary>${list(already)}</details>${stays.already && list([stays.line])}</div>`;
}
