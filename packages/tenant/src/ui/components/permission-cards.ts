import type { PermissionLine } from "../../directory/permissions.ts";
import { attrs, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import type { Language } from "../i18n/languages.ts";
import type { Chrome } from "./layout.ts";
import { address, tick } from "./parts.ts";

/** What a program asks for. */
export interface AskedPermissions {
  /** What this person approved before, and what is new to them; empty and everything at the first time. */
  already: PermissionLine[];
  fresh: PermissionLine[];
  /** New to them, not asked now, and in reach of a renewal. */
  byRenewal: PermissionLine[];
  /** For how long. */
  stays: { line: PermissionLine; already: boolean };
}

/** Whose yes it would be, and the button for another person, which sends the page's form. */
export function signedInAs(email: string, { consent }: Messages, other: { form: string; label: string }): Html {
  const button = attrs({ class: "text-button", type: "submit", form: other.form, name: "decision", value: "other" });
  return html`<div class="account"><span>${consent.signedInAs(address(email))}</span><button${button}>${other.label}</button></div>`;
}

/** A reason to look twice, and what to do. */
export interface Warning {
  what: string;
  advice: Html | string;
}

/** The permissions are not the person's own alone. Null where nothing administrative is asked. */
export function administrationWarning(
  asked: AskedPermissions,
  { messages: { consent }, tenantName }: Chrome,
): Warning | null {
  if (administration(asked).length === 0) return null;
  return {
    what: consent.administrationWarning,
    advice: consent.administrationAdvice(html`<bdi>${tenantName}</bdi>`),
  };
}

/** All warnings as one: a second box is one that people no longer read. */
export function warningNote(warnings: (Warning | null)[]): Html | null {
  const given = warnings.filter((warning) => warning !== null);
  if (given.length === 0) return null;
  const sentences = (parts: (Html | string)[]) => parts.map((part, i) => [i > 0 && " ", part]);
  return html`<p class="note warn"><strong>${sentences(given.map(({ what }) => what))}</strong>${sentences(given.map(({ advice }) => advice))}</p>`;
}

/**
 * What is an administrator's comes first, apart from what concerns the person alone, never folded away, and new every
 * time. Then what is new stands out, what a renewal could add included; what this person approved before is folded away
 * below. For how long is never folded.
 */
export function permissionCards(asked: AskedPermissions, language: Language): Html {
  const { consent } = language.messages;
  const { already, byRenewal, stays } = asked;
  const list = (lines: PermissionLine[]) => lines.length > 0 && ticks(lines, language);
  const fresh = asked.fresh.filter(({ kind }) => kind !== "administration");
  const news = stays.already ? fresh : [...fresh, stays.line];
  const own =
    already.length === 0
      ? html`<div class="card"><h2>${consent.willBeAble}</h2>${list([...fresh, stays.line])}</div>
${byRenewal.length > 0 && html`<div class="card"><h2>${consent.byRenewal}</h2>${list(byRenewal)}</div>`}`
      : html`${news.length > 0 && html`<div class="card new"><h2>${consent.fresh}</h2>${list(news)}</div>`}
${byRenewal.length > 0 && html`<div class="card new"><h2>${consent.freshByRenewal}</h2>${list(byRenewal)}</div>`}
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
