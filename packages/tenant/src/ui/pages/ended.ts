import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { address, appName, button, buttonLink, form, tick } from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

export type Ended = Extract<
  View,
  {
    page:
      | "no_access"
      | "needs_administrator"
      | "done"
      | "declined"
      | "expired"
      | "used"
      | "used_twice"
      | "elsewhere"
      | "sign_in_over"
      | "request_refused"
      | "stale_form"
      | "not_found"
      | "too_many"
      | "failed";
  }
>;

/** Where a sign-in ends, well or not: what happened, and the one thing to do next. */
export function endedPage(view: Ended, chrome: Chrome): Page {
  return { title: titleOf(view, chrome.messages), main: mainOf(view, chrome) };
}

function mainOf(view: Ended, chrome: Chrome): Html {
  const { common, ended } = chrome.messages;
  const end = (lede: Child, next: Child): Html =>
    html`<div class="end"><h1>${titleOf(view, chrome.messages)}</h1><p class="lede">${lede}</p>${next}</div>`;
  const again = buttonLink(formActions.enter_code, common.enterCode);
  switch (view.page) {
    case "done":
      return html`<div class="well"><div class="sign">${tick(true)}</div>
<h1>${ended.doneHeading(appName(view.appName))}</h1>
<p class="lede">${ended.done}</p>
${view.deviceName !== null && html`<p class="hint">${ended.deviceSays(html`<bdi>${view.deviceName}</bdi>`)}</p>`}
${view.offerPasskey && html`<p class="hint"><a class="link" href="${formActions.account}">${ended.addPasskey}</a></p>`}</div>`;
    case "no_access":
    case "needs_administrator":
      return end(
        ended[view.page](address(view.email), html`<bdi>${chrome.tenantName}</bdi>`),
        form(
          formActions.continue_as,
          chrome,
          { flow: view.flowId },
          button(ended.otherAccount, { name: "answer", value: "other" }),
        ),
      );
    case "declined":
      return end(
        ended.declined(html`<bdi>${view.appName}</bdi>`),
        html`<p class="note warn"><strong>${ended.sentToYou}</strong>${ended.sentToYouAdvice}</p>`,
      );
    case "elsewhere":
      return end(ended.elsewhere, form(formActions.elsewhere, chrome, { flow: view.flowId }, button(ended.goOnHere)));
    case "failed":
      return end(ended.failed(html`<bdi>${chrome.tenantName}</bdi>`), [
        html`<p class="mono">${view.traceId}</p>`,
        again,
      ]);
    case "sign_in_over":
      return end(ended.sign_in_over, null);
    case "request_refused":
      return end(ended.request_refused, html`<p class="mono">${view.code}<br>${view.traceId}</p>`);
    default:
      return end(ended[view.page], again);
  }
}
