import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { address, appName, button, fact, form, problemNote } from "../components/parts.ts";
import { administrationWarning, type Decision, decision, warningNote } from "../components/permission-cards.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

export type ProgramConsentView =
  /** The request of a program that redirected the user's browser here. */
  | ProgramQuestion
  /** Like `no_access` and `needs_administrator`, for a program. */
  | { page: "program_no_access"; flowId: string; email: string; appName: string }
  | { page: "program_needs_administrator"; flowId: string; email: string; appName: string };

export interface ProgramQuestion extends Decision {
  page: "program_consent";
  /** From the app registration only. */
  appName: string;
  /** A program on the user's computer, a website, or an app with its own URI scheme. */
  leadsTo: "loopback" | "web" | "app";
  /** Host of the website. */
  host: string | null;
}

type View<P extends ProgramConsentView["page"]> = Extract<ProgramConsentView, { page: P }>;

export const programConsentPages: Pages<ProgramConsentView> = {
  program_consent: programConsentPage,
  program_no_access: programRefusedPage,
  program_needs_administrator: programRefusedPage,
};

/**
 * The question of a program that redirected the user here (RFC 9700 §4.1.3, RFC 8252 §8.6): its registered name, where
 * the answer goes, and what it may do. As on the device page, the buttons come after the warning and the destination.
 */
function programConsentPage(view: View<"program_consent">, chrome: Chrome): Page {
  const { messages } = chrome;
  const { programConsent } = messages;
  const administration = administrationWarning(view, chrome);
  return {
    title: messages.titles.program_consent(view.appName),
    main: html`<h1>${programConsent.heading(appName(view.appName))}</h1>
${problemNote(view.problem && messages.consent[view.problem])}
${warningNote([administration])}
<dl class="card facts">${fact(programConsent.backTo, placeOf(view, messages))}</dl>
${/* The warning says so too. */ administration === null && html`<p class="lede">${programConsent.startedByYou}</p>`}
${decision(view, chrome, {
  action: formActions.program_consent,
  yes: programConsent.yes,
  no: programConsent.no,
  other: programConsent.otherAccount,
  warnings: [administration],
})}`,
  };
}

/**
 * The user may not use the app, or cannot grant what it requests. The program gets the error when the user goes back.
 */
function programRefusedPage(view: View<"program_no_access" | "program_needs_administrator">, chrome: Chrome): Page {
  const { programConsent, formPost, titles } = chrome.messages;
  const title = (view.page === "program_no_access" ? titles.no_access : titles.needs_administrator)(view.appName);
  return {
    title,
    main: html`<div class="end"><h1>${title}</h1>
<p class="lede">${programConsent[view.page](address(view.email), html`<bdi>${chrome.tenantName}</bdi>`)}</p>
${form(formActions.program_consent, chrome, { flow: view.flowId }, [
  button(programConsent.otherAccount, { name: "decision", value: "other" }),
  button(formPost.button, { name: "decision", value: "no", alt: true }),
])}</div>`,
  };
}

function placeOf({ leadsTo, host }: View<"program_consent">, { programConsent }: Messages): Html | string {
  // There is less than one line of space next to the label.
  return host === null ? programConsent.places[leadsTo] : address(host, 18);
}
