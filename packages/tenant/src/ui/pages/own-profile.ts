import type { OwnActivity } from "../../storage/audit-events.ts";
import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { type EmailView, emailForm, type MailedCodeView, mailedCodeForms } from "../components/mailed-code.ts";
import {
  address,
  asTyped,
  button,
  buttonLink,
  cameFrom,
  field,
  form,
  moment,
  problemNote,
  tick,
} from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";
import { backLink } from "./own-devices.ts";

/** What happened to the account, as its user reads it. */
export interface ActivityLine {
  at: number;
  event: OwnActivity;
  /** Null if no app is involved, or if it was deleted. */
  appName: string | null;
  ip: string | null;
  /** `operator`: those who run the tenant. `program`: the one that has the sign-in. */
  by: "user" | "program" | "administrator" | "operator";
}

export type OwnProfileView =
  /** `older`: where the next page begins. `newest`: this is the first page. */
  | { page: "my_activity"; lines: ActivityLine[]; older: string | null; newest: boolean }
  /** `typed`: what the form shows. */
  | { page: "my_profile"; typed: string; email: string; problem: null | "empty" | "long" }
  /** `current`: the address of the account. */
  | (Omit<EmailView, "problem"> & {
      page: "my_email";
      current: string;
      problem: EmailView["problem"] | "same" | "taken";
    })
  | ({ page: "my_email_code" } & MailedCodeView)
  | { page: "my_data" }
  | { page: "my_deletion"; email: string; typed: string; problem: null | "wrong" | "administrator" }
  /** A change of the address can be taken back until then. */
  | { page: "my_deletion_later"; until: number }
  | { page: "account_deleted" }
  /** Behind the link of the mail to the old address. */
  | { page: "not_my_email"; token: string; oldEmail: string; at: number }
  | { page: "not_my_email_done" }
  | { page: "not_my_email_taken"; oldEmail: string };

type View<P extends OwnProfileView["page"]> = Extract<OwnProfileView, { page: P }>;

export const ownProfilePages: Pages<OwnProfileView> = {
  my_activity: activityPage,
  my_profile: profilePage,
  my_email: emailPage,
  my_email_code: emailCodePage,
  my_data: dataPage,
  my_deletion: deletionPage,
  my_deletion_later: deletionLaterPage,
  account_deleted: deletedPage,
  not_my_email: notMyEmailPage,
  not_my_email_done: notMyEmailDonePage,
  not_my_email_taken: notMyEmailTakenPage,
};

function activityPage(view: View<"my_activity">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { activity: texts } = ownAccount;
  const link = (query: string, label: string) =>
    html`<a class="link" href="${formActions.my_activity}${query}">${label}</a>`;
  const pages: Child[] = [
    !view.newest && link("", ownAccount.newer),
    view.older !== null && link(`?after=${encodeURIComponent(view.older)}`, ownAccount.older),
  ];
  const list = html`<div class="card"><ul class="rows plain">${view.lines.map((line) => activityLine(line, chrome))}</ul></div>`;
  return {
    title: titles.my_activity,
    main: html`<h1>${titles.my_activity}</h1>
<p class="lede">${view.lines.length > 0 ? texts.lede : texts.none}</p>
${view.lines.length > 0 && list}
${pages.some(Boolean) && html`<p class="pages">${pages}</p>`}
<p class="note warn"><strong>${texts.suspicious}</strong>${texts.suspiciousAdvice}</p>
${buttonLink(formActions.my_devices, titles.my_devices, true)}
${backLink(formActions.account, ownAccount.back)}`,
  };
}

function activityLine({ at, event, appName, ip, by: actor }: ActivityLine, chrome: Chrome): Html {
  const { messages } = chrome;
  const { activity: texts } = messages.ownAccount;
  const text = texts.events[event];
  const by = actor === "user" || actor === "program" ? ip !== null && cameFrom(ip, chrome) : texts.by[actor];
  return html`<li><strong>${appName === null ? text : texts.withApp(text, html`<bdi>${appName}</bdi>`)}</strong><span>${moment(at, messages.time.utc(at))}${by !== false && [" ", by]}</span></li>`;
}

function profilePage(view: View<"my_profile">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { profile: texts } = ownAccount;
  return {
    title: titles.my_profile,
    main: html`<h1>${titles.my_profile}</h1>
${problemNote(view.problem && texts.problems[view.problem])}
${form(formActions.my_profile, chrome, {}, [
  field({
    name: "display_name",
    label: texts.name,
    type: "text",
    autocomplete: "name",
    value: view.typed,
    wrong: view.problem !== null,
    hint: texts.nameHint,
    autofocus: true,
  }),
  button(texts.save),
])}
<hr>
<h2>${texts.email}</h2>
<p class="lede">${address(view.email)}</p>
${buttonLink(formActions.my_email, texts.change, true)}
${backLink(formActions.account, ownAccount.back)}`,
  };
}

function emailPage(view: View<"my_email">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { email: texts } = ownAccount;
  const own = view.problem === "same" || view.problem === "taken" ? view.problem : null;
  const problem = own === null ? (view.problem as EmailView["problem"]) : null;
  return {
    title: titles.my_email,
    main: html`<h1>${titles.my_email}</h1>
<p class="lede">${texts.lede(address(view.current))}</p>
${problemNote(own && texts[own])}
${emailForm({ ...view, problem }, chrome, formActions.my_email, own !== null)}
${backLink(formActions.my_profile, texts.keep)}`,
  };
}

function emailCodePage(view: View<"my_email_code">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  return {
    title: titles.my_email_code,
    main: html`<h1>${titles.my_email_code}</h1>
${mailedCodeForms(view, chrome, {
  enter: formActions.my_email_code,
  resend: formActions.my_email_resend,
  mayHaveNone: false,
})}
${backLink(formActions.my_profile, ownAccount.email.keep)}`,
  };
}

function dataPage(_view: View<"my_data">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { data: texts } = ownAccount;
  return {
    title: titles.my_data,
    main: html`<h1>${titles.my_data}</h1>
<section class="card"><h2>${texts.download}</h2><p class="lede">${texts.downloadHint}</p>
${form(formActions.my_data_download, chrome, {}, button(texts.downloadButton))}</section>
<section class="card"><h2>${texts.deletion}</h2><p class="lede">${texts.deletionHint}</p>
${buttonLink(formActions.my_deletion, texts.deletionLink, true)}</section>
${backLink(formActions.account, ownAccount.back)}`,
  };
}

function deletionPage(view: View<"my_deletion">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { deletion: texts } = ownAccount;
  return {
    title: titles.my_deletion,
    main: html`<h1>${titles.my_deletion}</h1>
<p class="lede">${texts.lede}</p>
<p class="lede">${texts.keeps(html`<bdi>${chrome.tenantName}</bdi>`)}</p>
${problemNote(view.problem && texts.problems[view.problem])}
${form(formActions.my_deletion, chrome, {}, [
  field({
    name: "email",
    label: texts.label(address(view.email)),
    type: "email",
    autocomplete: "off",
    value: view.typed,
    wrong: view.problem === "wrong",
    // What will happen comes first.
    autofocus: view.problem !== null,
    more: asTyped,
  }),
  button(texts.button, { danger: true }),
])}
${buttonLink(formActions.my_data, texts.cancel, true)}`,
  };
}

function deletionLaterPage({ until }: View<"my_deletion_later">, { messages }: Chrome): Page {
  const { titles, time, ownAccount } = messages;
  const { deletion: texts } = ownAccount;
  return {
    title: titles.my_deletion_later,
    main: html`<div class="end"><h1>${titles.my_deletion_later}</h1>
<p class="lede">${texts.later(time.utc(until))}</p>
<p>${texts.laterNext}</p>
${buttonLink(formActions.my_devices, titles.my_devices)}
${buttonLink(formActions.account, ownAccount.back, true)}</div>`,
  };
}

function deletedPage(_view: View<"account_deleted">, { messages }: Chrome): Page {
  const { titles, ownAccount } = messages;
  return {
    title: titles.account_deleted,
    main: html`<div class="well"><div class="sign">${tick(true)}</div><h1>${titles.account_deleted}</h1>
<p class="lede">${ownAccount.deletion.deleted}</p></div>`,
  };
}

function notMyEmailPage(view: View<"not_my_email">, chrome: Chrome): Page {
  const { titles, time, ownAccount } = chrome.messages;
  const { notMyEmail: texts } = ownAccount;
  return {
    title: titles.not_my_email,
    main: html`<h1>${titles.not_my_email}</h1>
<p>${texts.changed(address(view.oldEmail))}<br><span class="hint">${moment(view.at, time.utc(view.at))}</span></p>
${ends(texts.willEnd, chrome)}
${form(formActions.not_my_email, chrome, { token: view.token }, button(texts.button))}
<p class="hint">${texts.wasYou}</p>`,
  };
}

function ends(heading: string, { messages }: Chrome): Html {
  const { address: back, everywhere, password, recent, links } = messages.ownAccount.notMyEmail.ends;
  const lines = [back, everywhere, password, recent, links];
  return html`<div class="card"><h2>${heading}</h2><ul class="ticks">${lines.map((line) => html`<li>${tick()}<span>${line}</span></li>`)}</ul></div>`;
}

function notMyEmailDonePage(_view: View<"not_my_email_done">, chrome: Chrome): Page {
  const { titles, notMe, ownAccount } = chrome.messages;
  return {
    title: titles.not_my_email_done,
    main: html`<div class="end"><h1>${titles.not_my_email_done}</h1>
${ends(ownAccount.notMyEmail.ended, chrome)}
<p class="lede">${ownAccount.notMyEmail.next}</p>
${buttonLink(formActions.reset_email, notMe.reset)}</div>`,
  };
}

function notMyEmailTakenPage(view: View<"not_my_email_taken">, { messages }: Chrome): Page {
  const { titles, ownAccount } = messages;
  return {
    title: titles.not_my_email_taken,
    main: html`<div class="end"><h1>${titles.not_my_email_taken}</h1><p class="lede">${ownAccount.notMyEmail.taken(address(view.oldEmail))}</p></div>`,
  };
}
