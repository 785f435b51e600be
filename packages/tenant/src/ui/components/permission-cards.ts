import type { PermissionLine } from "../../directory/permissions.ts";
import { attrs, type Child, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";
import type { Language } from "../i18n/languages.ts";
import type { Chrome } from "./layout.ts";
import { address, button, form, tick } from "./parts.ts";

/** What a program asks for. */
export interface AskedPermissions {
  /** What this user approved before, and what is new to them. The first time, everything is new. */
  already: PermissionLine[];
  fresh: PermissionLine[];
  /** New to this user, not requested now, and available to a renewal. */
  byRenewal: PermissionLine[];
  /** How long it stays signed in. */
  stays: { line: PermissionLine; already: boolean };
}

/** The button to use another account. `of`: the ID of the form it submits, if it is outside that form. */
function otherPerson(label: string, of?: string): Html {
  return html`<button${attrs({ class: "text-button", type: "submit", form: of, name: "decision", value: "other" })}>${label}</button>`;
}

/** The signed-in user, and the way to another account. */
export function signedInAs(email: string, { consent }: Messages, other: Html): Html {
  return html`<div class="account"><span>${consent.signedInAs(address(email))}</span>${other}</div>`;
}

/** The same on a page whose form has fields. It is a separate form, so that Enter in a field does not submit it. */
export function signedInAsApart(view: { flowId: string; email: string }, action: string, chrome: Chrome): Html {
  const { messages } = chrome;
  const other = form(action, chrome, { flow: view.flowId }, otherPerson(messages.consent.notYou));
  return signedInAs(view.email, messages, other);
}

/** What a consent page asks. */
export interface Decision extends AskedPermissions {
  flowId: string;
  email: string;
  /** `changed`: the request changed after the user approved it. */
  problem: null | "changed";
  /** Digest of what the page shows. The form sends it back. */
  digest: string;
}

const decideId = "decide";

/** Characters that fit next to each other on a phone. */
const SHORT_LABEL = 12;

/**
 * Who decides, about what, and the buttons. The buttons stick to the bottom of the screen only within `.decision`,
 * which begins below code and warning, and not at all if something must be read first. "Yes" and "No" have the same
 * size and neither has the focus, so an accidental Enter decides nothing.
 */
export function decision(
  view: Decision,
  chrome: Chrome,
  of: { action: string; yes: string; no: string; other: string; warnings: (Warning | null)[]; facts?: Child },
): Html {
  const readFirst = view.problem !== null || view.byRenewal.length > 0 || of.warnings.some((each) => each !== null);
  const long = [of.yes, of.no].some(({ length }) => length > SHORT_LABEL);
  const classes = ["decision", !readFirst && "in-sight", long && "long"].filter(Boolean).join(" ");
  return html`<div class="${classes}">
${signedInAs(view.email, chrome.messages, otherPerson(of.other, decideId))}
${of.facts}
${permissionCards(view, chrome)}
${form(
  of.action,
  chrome,
  { flow: view.flowId, shown: view.digest },
  [button(of.yes, { name: "decision", value: "yes" }), button(of.no, { name: "decision", value: "no", alt: true })],
  decideId,
)}
</div>`;
}

/** A reason to be careful, and what to do. */
export interface Warning {
  what: string;
  advice: Html | string;
}

/** The permissions affect more than the user's own account. Null if no administrative permission is requested. */
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

/** Merges all warnings into one box: users stop reading at the second. */
export function warningNote(warnings: (Warning | null)[]): Html | null {
  const given = warnings.filter((warning) => warning !== null);
  if (given.length === 0) return null;
  const sentences = (parts: (Html | string)[]) => parts.map((part, i) => [i > 0 && " ", part]);
  return html`<p class="note warn"><strong>${sentences(given.map(({ what }) => what))}</strong>${sentences(given.map(({ advice }) => advice))}</p>`;
}

/**
 * Order: administrative permissions come first, in their own card, never collapsed, and new every time. New
 * permissions, including those of renewals, come next and stand out. Permissions that this user approved before are
 * collapsed below. The duration is never collapsed.
 */
function permissionCards(asked: AskedPermissions, language: Language): Html {
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
<div class="card">${stays.already && list([stays.line])}<details><summary>${stays.already ? consent.alreadyElse : consent.already}</summary>${list(already)}</details></div>`;
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

/** One permission as text. An API's permissions use the reader's language if its registration has it. */
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
