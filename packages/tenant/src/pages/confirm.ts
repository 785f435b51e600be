import type { PermissionLine } from "../directory/permissions.ts";
import type { Messages } from "../messages/messages.ts";
import { permissionText } from "../messages/permission-text.ts";
import { formActions } from "./form-actions.ts";
import { attrs, type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address, appName, button, form, problemNote, tick } from "./parts.ts";
import { titleOf } from "./titles.ts";
import type { Chrome, ConfirmView } from "./view.ts";

const decideId = "decide";

/**
 * The question that protects the person (RFC 8628 §5.4): what asks, since when, from where, with which code, and what it may do.
 * Yes and no are the same size, and nothing has the focus beforehand, so that an Enter too many decides nothing.
 */
export function confirmPage(view: ConfirmView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { confirm } = messages;
  return {
    title: titleOf(view, messages),
    main: html`<h1>${confirm.heading(appName(view.appName))}</h1>
<div class="account"><span>${confirm.signedInAs(address(view.email))}</span><button${attrs({ class: "text-button", type: "submit", form: decideId, name: "decision", value: "other" })}>${confirm.notYou}</button></div>
${problemNote(view.problem && confirm[view.problem])}
${view.network === "other_network" && elsewhereNote(messages)}
${administration(view).length > 0 && administrationNote(chrome)}
<dl class="card facts">
${fact(confirm.started, ago(view.startedSecondsAgo, messages))}
${fact(confirm.from, from(view, messages))}
${fact(confirm.code, html`<bdi class="code-shown">${view.userCode}</bdi>`)}
${deviceFact(view, messages)}
</dl>
${view.network !== "other_network" && html`<p class="lede">${confirm.sameCode}</p>`}
${administrationCard(view, messages)}
${permissionCards(view, messages)}
${form(
  formActions.confirm,
  chrome,
  { flow: view.flowId, shown: view.digest },
  [
    button(confirm.yes, { name: "decision", value: "yes" }),
    button(confirm.no, { name: "decision", value: "no", alt: true }),
  ],
  decideId,
)}`,
  };
}

/**
 * What is new stands out; what was allowed before is folded away below, there to be read and not in the way of what was
 * not. For how long is never folded.
 */
function permissionCards(view: ConfirmView, messages: Messages): Html {
  const { confirm } = messages;
  const { already, stays } = view;
  const fresh = view.fresh.filter(({ kind }) => kind !== "administration");
  const list = (lines: PermissionLine[]) => lines.length > 0 && ticks(lines, messages);
  if (already.length === 0) {
    return html`<div class="card"><h2>${confirm.willBeAble}</h2>${list([...fresh, stays.line])}</div>`;
  }
  const news = stays.already ? fresh : [...fresh, stays.line];
  return html`${news.length > 0 && html`<div class="card new"><h2>${confirm.fresh}</h2>${list(news)}</div>`}
<div class="card"><details><summary>${confirm.already}</summary>${list(already)}</details>${stays.already && list([stays.line])}</div>`;
}

/** Apart from what concerns the person alone, never folded away, and new every time. */
function administrationCard(view: ConfirmView, messages: Messages): Html | null {
  const lines = administration(view);
  if (lines.length === 0) return null;
  return html`<div class="card new"><h2>${messages.confirm.administration}</h2>${ticks(lines, messages)}</div>`;
}

function administration({ fresh }: ConfirmView): PermissionLine[] {
  return fresh.filter(({ kind }) => kind === "administration");
}

function administrationNote({ messages: { confirm }, tenantName }: Chrome): Html {
  return html`<p class="note warn"><strong>${confirm.administrationWarning}</strong>${confirm.administrationAdvice(html`<bdi>${tenantName}</bdi>`)}</p>`;
}

function ticks(lines: PermissionLine[], messages: Messages): Html {
  return html`<ul class="ticks">${lines.map((line) => html`<li>${tick()}<span>${permissionText(line, messages)}</span></li>`)}</ul>`;
}

/** Above all that the device says, so that no long text moves it out of sight. */
function elsewhereNote({ confirm }: Messages): Html {
  return html`<p class="note warn"><strong>${confirm.elsewhere}</strong>${confirm.elsewhereAdvice}</p>`;
}

function fact(name: string, value: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Anybody can write this text: it is quoted as the device's own words, in this row only, below what the tenant knows. */
function deviceFact(view: ConfirmView, { confirm }: Messages): Html | null {
  const { deviceName, devicePlatform } = view;
  const said = deviceName ?? devicePlatform;
  if (said === null) return null;
  return fact(
    confirm.device,
    html`<i>${confirm.saysItIs(html`<bdi>${said}</bdi>`)}</i>${deviceName !== null && devicePlatform !== null && html`<span>${confirm.with(html`<bdi>${devicePlatform}</bdi>`)}</span>`}`,
  );
}

function from(view: ConfirmView, { confirm }: Messages): Html {
  const where = confirm.networks[view.network];
  return view.network === "this_computer" ? html`${where}` : html`${where}<span>${address(view.fromIp)}</span>`;
}

/** `40 seconds ago`, `2 minutes ago`: exact enough to recognize what one did a moment ago. */
function ago(seconds: number, { time }: Messages): string {
  if (seconds < 5) return time.justNow;
  return seconds < 60 ? time.secondsAgo(Math.floor(seconds)) : time.minutesAgo(Math.floor(seconds / 60));
}
