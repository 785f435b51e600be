import type { LinkPurpose } from "../../storage/links.ts";
import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { button, buttonLink, form, tick } from "../components/parts.ts";
import { type Child, type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

export type NotMeView =
  /**
   * The page behind a mail's "This wasn't me" link. `appName`: the app of the device's or program's sign-in, while it
   * is known. `address`: the account's address was changed since, and is taken back.
   */
  | { page: "not_me"; token: string; purpose: LinkPurpose; appName: string | null; address: boolean; at: number }
  | { page: "not_me_done"; purpose: LinkPurpose; appName: string | null; address: boolean }
  /** Used, expired or unknown. */
  | { page: "dead_link" };

type NotMe = Messages["notMe"];
type View<P extends NotMeView["page"]> = Extract<NotMeView, { page: P }>;

export const notMePages: Pages<NotMeView> = { not_me: notMePage, not_me_done: notMeDonePage, dead_link: deadLinkPage };

const programEnds = ["everywhere", "password"] as const;
const accountEnds = ["recent", ...programEnds] as const;

/** What the link ends, one line each. `LinkStore.use` ends it. */
const ends = {
  new_device: ["device", "browser"],
  password_changed: accountEnds,
  authenticator_added: ["authenticator", ...accountEnds],
  authenticator_removed: accountEnds,
  passkey_added: ["passkey", ...accountEnds],
  passkey_removed: accountEnds,
  recovery_codes_replaced: ["recoveryCodes", ...accountEnds],
  recovery_code_used: ["recoveryCodes", ...accountEnds],
  refresh_token_reused: programEnds,
  refresh_token_repeated: programEnds,
} as const satisfies Record<LinkPurpose, readonly (keyof Messages["notMe"]["ends"])[]>;

function endsCard(
  heading: string,
  { purpose, address }: Pick<View<"not_me">, "purpose" | "address">,
  { notMe, ownAccount }: Messages,
): Html {
  const taken = ownAccount.notMyEmail.ends;
  const own = ends[purpose].filter((line) => !address || !accountEnds.some((each) => each === line));
  const lines = own.map((line) => notMe.ends[line]);
  const all = address ? [taken.address, ...lines, taken.recent, taken.everywhere, taken.password] : lines;
  return html`<div class="card"><h2>${heading}</h2><ul class="ticks">${all.map((line) => html`<li>${tick()}<span>${line}</span></li>`)}</ul></div>`;
}

/** The device alone. If the address was moved since, the link secures the account. */
const isAboutDevice = ({ purpose, address }: Pick<View<"not_me">, "purpose" | "address">) =>
  purpose === "new_device" && !address;

/** What happened, and what the button ends. */
function notMePage(view: View<"not_me">, chrome: Chrome): Page {
  const { notMe, time } = chrome.messages;
  const { at } = view;
  const device = isAboutDevice(view);
  return {
    title: chrome.messages.titles.not_me,
    main: html`<h1>${chrome.messages.titles.not_me}</h1>
<p>${eventOf(view, notMe)}<br><span class="hint"><time datetime="${new Date(at).toISOString()}">${time.utc(at)}</time></span></p>
${endsCard(notMe.willEnd, view, chrome.messages)}
${form(formActions.not_me, chrome, { token: view.token }, button(device ? notMe.signOutDevice : notMe.secure))}
<p class="hint">${notMe.wasYou}</p>`,
  };
}

function eventOf(
  { purpose, appName }: View<"not_me">,
  { events, programEvents, aProgram, deviceSignedIn }: NotMe,
): Child {
  const name = appName !== null && html`<bdi>${appName}</bdi>`;
  switch (purpose) {
    case "refresh_token_reused":
    case "refresh_token_repeated":
      return programEvents[purpose](name || aProgram);
    case "new_device":
      return name ? deviceSignedIn(name) : events.new_device;
    default:
      return events[purpose];
  }
}

function notMeDonePage(view: View<"not_me_done">, { messages }: Chrome): Page {
  const { notMe, titles } = messages;
  const device = isAboutDevice(view);
  const title = device ? titles.device_signed_out : titles.not_me_done;
  return {
    title,
    main: html`<div class="end"><h1>${title}</h1>
${endsCard(notMe.ended, view, messages)}
<p class="lede">${device ? notMe.deviceNext : notMe.accountNext}</p>
${buttonLink(formActions.reset_email, notMe.reset)}</div>`,
  };
}

function deadLinkPage(_view: View<"dead_link">, { messages }: Chrome): Page {
  const { notMe } = messages;
  return {
    title: messages.titles.dead_link,
    main: html`<div class="end"><h1>${messages.titles.dead_link}</h1><p class="lede">${notMe.dead}</p>${buttonLink(formActions.reset_email, notMe.reset)}</div>`,
  };
}
