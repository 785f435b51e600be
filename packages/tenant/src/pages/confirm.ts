import { attrs, type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { address, appName, button, form, tick } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, type ConfirmView, formActions } from "./view.ts";

const decideId = "decide";

/**
 * The question that protects the person (RFC 8628 §5.4): what asks, since when, from where, with which code, and what it may do.
 * Yes and no are the same size, and nothing has the focus beforehand, so that an Enter too many decides nothing.
 */
export function confirmPage(view: ConfirmView, chrome: Chrome): Page {
  return {
    title: titleOf(view),
    main: html`<h1>Are you trying to sign in to <em>${appName(view.appName)}</em>?</h1>
<div class="account"><span>Signed in as ${address(view.email)}</span><button${attrs({ class: "text-button", type: "submit", form: decideId, name: "decision", value: "other" })}>Not you?</button></div>
${view.network === "other_network" && elsewhereNote}
<dl class="card facts">
${fact("Started", ago(view.startedSecondsAgo))}
${fact("From", from(view))}
${fact("Code", html`<bdi class="code-shown">${view.userCode}</bdi>`)}
${deviceFact(view)}
</dl>
${view.network !== "other_network" && sameCodeNote}
<div class="card"><h2>It will be able to</h2><ul class="ticks">${view.permissions.map((line) => html`<li>${tick()}<span>${line}</span></li>`)}</ul></div>
${form(
  formActions.confirm,
  chrome,
  { flow: view.flowId },
  [
    button("Yes, sign it in", { name: "decision", value: "yes" }),
    button("No, I didn’t start this", { name: "decision", value: "no", alt: true }),
  ],
  decideId,
)}`,
  };
}

const sameCodeNote = html`<p class="lede">Say yes only if the device is in front of you and shows this code.</p>`;

/** Above all that the device says, so that no long text moves it out of sight. */
const elsewhereNote = html`<p class="note warn"><strong>The device is not on your network.</strong>Say yes only if it is in front of you and shows this code. If somebody sent you the code, say no.</p>`;

function fact(name: string, value: Html | string): Html {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

/** Anybody can write this text: it is quoted as the device's own words, in this row only, below what the tenant knows. */
function deviceFact(view: ConfirmView): Html | null {
  const { deviceName, devicePlatform } = view;
  const said = deviceName ?? devicePlatform;
  if (said === null) return null;
  return fact(
    "Device",
    html`<i>says it is “<bdi>${said}</bdi>”</i>${deviceName !== null && devicePlatform !== null && html`<span>with “<bdi>${devicePlatform}</bdi>”</span>`}`,
  );
}

function from(view: ConfirmView): Html {
  switch (view.network) {
    case "this_computer":
      return html`This computer`;
    case "same_network":
      return html`Same network as you<span>${address(view.fromIp)}</span>`;
    case "other_network":
      return html`Another network<span>${address(view.fromIp)}</span>`;
  }
}

/** `40 seconds ago`, `2 minutes ago`: exact enough to recognize what one did a moment ago. */
export function ago(seconds: number): string {
  if (seconds < 5) return "Just now";
  const [count, unit] = seconds < 60 ? [Math.floor(seconds), "second"] : [Math.floor(seconds / 60), "minute"];
  return `${count} ${unit}${count === 1 ? "" : "s"} ago`;
}
