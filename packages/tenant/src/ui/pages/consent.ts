import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { address, appName, button, fact, form, problemNote } from "../components/parts.ts";
import { administrationNote, permissionCards, signedInAs } from "../components/permission-cards.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, ConsentView, View } from "../view.ts";

type ProgramMayNot = Extract<View, { page: "program_no_access" | "program_needs_administrator" }>;

const decideId = "decide";

/**
 * The question of a program that sent the person here (RFC 9700 §4.1.3, RFC 8252 §8.6): which one, by its registered
 * name, what it may do, and where a yes leads. As on the device's page yes and no are the same size and neither has the
 * focus.
 */
export function consentPage(view: ConsentView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { consent } = messages;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${consent.heading(appName(view.appName))}</h1>
${signedInAs(view.email, messages, { form: decideId, label: consent.otherAccount })}
${problemNote(view.problem && messages.confirm[view.problem])}
${administrationNote(view, chrome)}
<dl class="card facts">${fact(consent.backTo, placeOf(view, messages))}</dl>
<p class="lede">${consent.startedByYou}</p>
${permissionCards(view, messages)}
${form(
  formActions.consent,
  chrome,
  { flow: view.flowId, shown: view.digest },
  [
    button(consent.yes, { name: "decision", value: "yes" }),
    button(consent.no, { name: "decision", value: "no", alt: true }),
  ],
  decideId,
)}`,
  };
}

/** The person may not use the app, or not grant what it asks; the program hears it when they go back. */
export function programMayNotPage(view: ProgramMayNot, chrome: Chrome): Page {
  const { consent, returning } = chrome.messages;
  return {
    title: titleOf(view, chrome.messages),
    main: html`<div class="end"><h1>${titleOf(view, chrome.messages)}</h1>
<p class="lede">${consent[view.page](address(view.email), html`<bdi>${chrome.tenantName}</bdi>`)}</p>
${form(formActions.consent, chrome, { flow: view.flowId }, [
  button(consent.otherAccount, { name: "decision", value: "other" }),
  button(returning.button, { name: "decision", value: "no", alt: true }),
])}</div>`,
  };
}

function placeOf({ leadsTo, host }: ConsentView, { consent }: Messages): Html | string {
  // Beside its label there is room for less than a line.
  return host === null ? consent.places[leadsTo] : address(host, 18);
}
