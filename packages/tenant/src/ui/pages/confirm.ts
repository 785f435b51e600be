import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { address, appName, button, fact, form, problemNote } from "../components/parts.ts";
import { administrationNote, permissionCards, signedInAs } from "../components/permission-cards.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, ConfirmView } from "../view.ts";

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
${signedInAs(view.email, messages, { form: decideId, label: confirm.notYou })}
${problemNote(view.problem && confirm[view.problem])}
${view.network === "other_network" && elsewhereNote(messages)}
${administrationNote(view, chrome)}
<dl class="card facts">
${fact(confirm.started, ago(view.startedSecondsAgo, messages))}
${fact(confirm.from, from(view, messages))}
${fact(confirm.code, html`<bdi class="code-shown">${view.userCode}</bdi>`)}
${deviceFact(view, messages)}
</dl>
${view.network !== "other_network" && html`<p class="lede">${confirm.sameCode}</p>`}
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

/** Above all that the device says, so that no long text moves it out of sight. */
function elsewhereNote({ confirm }: Messages): Html {
  return html`<p class="note warn"><strong>${confirm.elsewhere}</strong>${confirm.elsewhereAdvice}</p>`;
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
