import { type Child, type Html, html } from "./html.ts";
import type { Page } from "./layout.ts";
import { appName, button, buttonLink, form, tick } from "./parts.ts";
import { titleOf } from "./titles.ts";
import { type Chrome, formActions, type View } from "./view.ts";

export type Ended = Extract<
  View,
  {
    page:
      | "done"
      | "declined"
      | "expired"
      | "used"
      | "used_twice"
      | "elsewhere"
      | "stale_form"
      | "not_found"
      | "too_many"
      | "failed";
  }
>;

/** Where a sign-in ends, well or not: what happened, and the one thing to do next. */
export function endedPage(view: Ended, chrome: Chrome): Page {
  return { title: titleOf(view), main: mainOf(view, chrome) };
}

const again = buttonLink(formActions.enter_code, "Enter a code");

function mainOf(view: Ended, chrome: Chrome): Html {
  switch (view.page) {
    case "done":
      return html`<div class="well"><div class="sign">${tick(true)}</div>
<h1>${appName(view.appName)} is signed in</h1>
<p class="lede">Return to your device: it goes on by itself in a few seconds. You can close this page.</p>
${view.deviceName !== null && html`<p class="hint">The device says it is “<bdi>${view.deviceName}</bdi>”.</p>`}
${view.offerPasskey && html`<p class="hint"><a class="link" href="${formActions.account}">Add a passkey for next time</a></p>`}</div>`;
    case "declined":
      return end(view, [
        html`<p class="lede">You said no, so <bdi>${view.appName}</bdi> got nothing. You can close this page.</p>`,
        html`<p class="note warn"><strong>Did somebody send you the code?</strong>Don’t enter another one from them.</p>`,
      ]);
    case "expired":
      return end(view, [
        html`<p class="lede">A code works for a short time only. Start again on your device and enter the new one.</p>`,
        again,
      ]);
    case "used":
      return end(view, [
        html`<p class="lede">It was answered already and works once only. If your device isn’t signed in, start again there and enter the new code.</p>`,
        again,
      ]);
    case "used_twice":
      return end(view, [
        html`<p class="lede">Two accounts entered the same code, so we stopped it, and nobody was signed in. Start again on your device and show its new code to nobody.</p>`,
        again,
      ]);
    case "elsewhere":
      return end(view, [
        html`<p class="lede">You opened this sign-in in another browser or tab. Finish it there, or go on here.</p>`,
        form(formActions.elsewhere, chrome, { flow: view.flowId }, button("Go on here")),
      ]);
    case "stale_form":
      return end(view, [
        html`<p class="lede">It was open too long, or the form did not come from here. Nothing was changed. Enter the code on your device again.</p>`,
        again,
      ]);
    case "not_found":
      return end(view, [
        html`<p class="lede">The address may be mistyped. To sign in on a device, enter its code.</p>`,
        again,
      ]);
    case "too_many":
      return end(view, [
        html`<p class="lede">Wait a few minutes, then try again. Your device keeps its code meanwhile.</p>`,
        again,
      ]);
    case "failed":
      return end(view, [
        html`<p class="lede">It isn’t your fault. Wait a minute and try again. If it keeps happening, tell ${chrome.tenantName} this number:</p>`,
        html`<p class="mono">${view.traceId}</p>`,
        again,
      ]);
  }
}

function end(view: Ended, body: Child): Html {
  return html`<div class="end"><h1>${titleOf(view)}</h1>${body}</div>`;
}
