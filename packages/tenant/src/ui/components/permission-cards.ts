import type { PermissionLine } from "../../directory/permissions.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import type { Language } from "../i18n/languages.ts";
import type { Chrome } from "./layout.ts";
import { address, tick } from "./parts.ts";

/** What a program asks for. */
export interface AskedPermissions {
  /** What it may do by an earlier yes, and what it may not yet; empty and everything at the first one. */
  already: PermissionLine[];
  fresh: PermissionLine[];
  /** For how long. */
  stays: { line: PermissionLine; already: boolean };
}

/** Whose yes it would be, and the button for another person, which sends the page's form. */
export function signedInAs(email: string, { consent }: Messages, other: { form: string; label: string }): Html {
  const button = attrs({ class: "text-button", type: "submit", form: other.form, name: "decision", value: "other" });
  return html`<div class="account"><span>${consent.signedInAs(address(email))}</span><button${button}>${other.label}</button></div>`;
}

/** Above all permissions: they are not the person's own alone. Null where nothing administrative is asked. */
export function administrationNote(
  asked: AskedPermissions,
  { messages: { consent }, tenantName }: Chrome,
): Html | null {
  if (administration(asked).length === 0) return null;
  return html`<p class="note warn"><strong>${consent.administrationWarning}</strong>${consent.administrationAdvice(html`<bdi>${tenantName}</bdi>`)}</p>`;
}

/**
 * What is an administrator's stands first, apart from what concerns the person alone, never folded away, and new every
 * time. Then what is new stands out; what was allowed before is folded away below, there to be read and not in the way of
 * what was not. For how long is never folded.
 */
export function permissionCards(asked: AskedPermissions, language: Language): Html {
  const { consent } = language.messages;
  const { already, stays } = asked;
  const list = (lines: PermissionLine[]) => lines.length > 0 && ticks(lines, language);
  const fresh = asked.fresh.filter(({ kind }) => kind !== "administration");
  const news = stays.already ? fresh : [...fresh, stays.line];
  const own =
    already.length === 0
      ? html`<div class="card"><h2>${consent.willBeAble}</h2>${list([...fresh, stays.line])}</div>`
      : html`${news.length > 0 && html`<div class="card new"><h2>${consent.fresh}</h2>${list(news)}</div>`}
<div class="card"><details><summary>${consent.already}</summary>${list(already)}</details>${stays.already && list([stays.line])}</div>`;
  const lines = administration(asked);
  return html`${lines.length > 0 && html`<div class="card new"><h2>${consent.administration}</h2>${ticks(lines, language)}</div>`}
${own}`;
}

function administration({ fresh }: AskedPermissions): PermissionLine[] {
  return fresh.filter(({ kind }) => kind === "administration");
}

function ticks(lines: PermissionLine[], language: Language): Html {
  return html`<ul class="ticks">${lines.map((line) => html`<li>${tick()}<span>${permissionText(line, language)}</span></li>`)}</ul>`;
}

/** One permission in words; those of an API in the reader's language where its registration has it. */
export function permissionText(line: PermissionLine, { locale, messages: { permissions } }: Language): string {
  switch (line.kind) {
    case "api":
      return line.texts?.[locale] ?? line.text;
    case "administration":
      return permissions.administration[line.of];
    case "offline":
      return permissions.offline(line.days, line.maxDays);
    case "for_hours":
      return permissions.for_hours(line.hours);
    default:
      return permissions[line.kind];
  }
}
