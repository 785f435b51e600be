import type { PermissionLine } from "../../directory/permissions.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { permissionText } from "../i18n/permission-text.ts";
import type { Chrome, ConfirmView } from "../view.ts";
import { address, tick } from "./parts.ts";

/** Whose yes it would be, and the button for another person, which sends the page's form. */
export function signedInAs(email: string, { confirm }: Messages, other: { form: string; label: string }): Html {
  const button = attrs({ class: "text-button", type: "submit", form: other.form, name: "decision", value: "other" });
  return html`<div class="account"><span>${confirm.signedInAs(address(email))}</span><button${button}>${other.label}</button></div>`;
}

/** Above all permissions: they are not the person's own alone. Null where nothing administrative is asked. */
export function administrationNote(asked: Asked, { messages: { confirm }, tenantName }: Chrome): Html | null {
  if (administration(asked).length === 0) return null;
  return html`<p class="note warn"><strong>${confirm.administrationWarning}</strong>${confirm.administrationAdvice(html`<bdi>${tenantName}</bdi>`)}</p>`;
}

type Asked = Pick<ConfirmView, "already" | "fresh" | "stays">;

/**
 * What is an administrator's stands first, apart from what concerns the person alone, never folded away, and new every
 * time. Then what is new stands out; what was allowed before is folded away below, there to be read and not in the way of
 * what was not. For how long is never folded.
 */
export function permissionCards(asked: Asked, messages: Messages): Html {
  const { confirm } = messages;
  const { already, stays } = asked;
  const list = (lines: PermissionLine[]) => lines.length > 0 && ticks(lines, messages);
  const fresh = asked.fresh.filter(({ kind }) => kind !== "administration");
  const news = stays.already ? fresh : [...fresh, stays.line];
  const own =
    already.length === 0
      ? html`<div class="card"><h2>${confirm.willBeAble}</h2>${list([...fresh, stays.line])}</div>`
      : html`${news.length > 0 && html`<div class="card new"><h2>${confirm.fresh}</h2>${list(news)}</div>`}
<div class="card"><details><summary>${confirm.already}</summary>${list(already)}</details>${stays.already && list([stays.line])}</div>`;
  const lines = administration(asked);
  return html`${lines.length > 0 && html`<div class="card new"><h2>${confirm.administration}</h2>${ticks(lines, messages)}</div>`}
${own}`;
}

function administration({ fresh }: Asked): PermissionLine[] {
  return fresh.filter(({ kind }) => kind === "administration");
}

function ticks(lines: PermissionLine[], messages: Messages): Html {
  return html`<ul class="ticks">${lines.map((line) => html`<li>${tick()}<span>${permissionText(line, messages)}</span></li>`)}</ul>`;
}
