import { formActions } from "../components/form-actions.ts";
import type { Page } from "../components/layout.ts";
import { button, buttonLink, form, tick } from "../components/parts.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/messages.ts";
import { titleOf } from "../titles.ts";
import type { Chrome, View } from "../view.ts";

type NotMe = Extract<View, { page: "not_me" }>;
type NotMeDone = Extract<View, { page: "not_me_done" }>;

/** Choosing a new password, by mail. */
const RESET = "/reset";

const accountEnds = ["everywhere", "password"] as const;

/** What the link ends, line by line; `LinkStore.use` does it. */
const ends = {
  new_device: ["device", "browser"],
  password_changed: accountEnds,
  authenticator_added: ["authenticator", ...accountEnds],
  authenticator_removed: accountEnds,
  passkey_added: ["passkey", ...accountEnds],
  passkey_removed: accountEnds,
  recovery_codes_replaced: ["recoveryCodes", ...accountEnds],
  recovery_code_used: ["recoveryCodes", ...accountEnds],
} as const satisfies Record<NotMe["purpose"], readonly (keyof Messages["notMe"]["ends"])[]>;

function endsCard(heading: string, purpose: NotMe["purpose"], { notMe }: Messages): Html {
  return html`<div class="card"><h2>${heading}</h2><ul class="ticks">${ends[purpose].map((line) => html`<li>${tick()}<span>${notMe.ends[line]}</span></li>`)}</ul></div>`;
}

/** What was done, and what the button ends. */
export function notMePage(view: NotMe, chrome: Chrome): Page {
  const { notMe, time } = chrome.messages;
  const { purpose, appName, at } = view;
  const device = purpose === "new_device";
  return {
    title: titleOf(view, chrome.messages),
    main: html`<h1>${titleOf(view, chrome.messages)}</h1>
<p>${appName === null ? notMe.told[purpose] : notMe.deviceSignedIn(html`<bdi>${appName}</bdi>`)}<br><span class="hint"><time datetime="${new Date(at).toISOString()}">${time.utc(at)}</time></span></p>
${endsCard(notMe.willEnd, purpose, chrome.messages)}
${form(formActions.not_me, chrome, { token: view.token }, button(device ? notMe.signOutDevice : notMe.secure))}
<p class="hint">${notMe.wasYou}</p>`,
  };
}

export function notMeDonePage(view: NotMeDone, { messages }: Chrome): Page {
  const { notMe } = messages;
  const device = view.purpose === "new_device";
  return {
    title: titleOf(view, messages),
    main: html`<div class="end"><h1>${titleOf(view, messages)}</h1>
${endsCard(notMe.ended, view.purpose, messages)}
<p class="lede">${device ? notMe.deviceNext : notMe.accountNext}</p>
${buttonLink(RESET, notMe.reset)}</div>`,
  };
}

export function deadLinkPage(view: Extract<View, { page: "dead_link" }>, { messages }: Chrome): Page {
  const { notMe } = messages;
  return {
    title: titleOf(view, messages),
    main: html`<div class="end"><h1>${titleOf(view, messages)}</h1><p class="lede">${notMe.dead}</p>${buttonLink(RESET, notMe.reset)}</div>`,
  };
}
