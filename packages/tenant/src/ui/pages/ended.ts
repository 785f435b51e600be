import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { liveLede, waitedInVain } from "../components/live-sentence.ts";
import { address, appName, button, buttonLink, form, tick } from "../components/parts.ts";
import { attrs, type Child, type Html, html } from "../html.ts";

/** The end of an interaction, successful or not. */
export type EndedView =
  /** Signed in, but the app requires an assignment that the user lacks. */
  | { page: "no_access"; flowId: string; email: string; appName: string }
  /** Signed in, but only an administrator can grant what is requested. */
  | { page: "needs_administrator"; flowId: string; email: string; appName: string }
  /** `signedIn`: the program has its tokens. `offerPasskey`: the user has no passkey yet. */
  | { page: "done"; appName: string; deviceName: string | null; signedIn: boolean; offerPasskey: boolean }
  | { page: "declined"; appName: string }
  | { page: "expired" }
  /** The code was already approved, denied or redeemed. */
  | { page: "used" }
  | { page: "used_twice" }
  /** The same user took over the claim in another browser. */
  | { page: "elsewhere"; flowId: string }
  /** The request of a program that was already answered or took too long. */
  | { page: "sign_in_over" }
  /**
   * The request of a program without a trusted redirect URI. `code`: `AADSTS50011`. `yaml`: the lines missing in the
   * file of an embedded tenant.
   */
  | {
      page: "request_refused";
      code: string;
      traceId: string;
      yaml: string | null;
    }
  /** The form came from another page, from another browser, or too late. */
  | { page: "stale_form" }
  /** The form is larger than this page accepts. `limit`: in bytes. */
  | { page: "too_large"; limit: number }
  | { page: "not_found" }
  /** `device`: a device is waiting, and its code is still valid. */
  | { page: "too_many"; device: boolean }
  | { page: "failed"; traceId: string };

type View<P extends EndedView["page"]> = Extract<EndedView, { page: P }>;

/** Each page says what happened and offers the one thing to do next. */
export const endedPages: Pages<EndedView> = {
  done: donePage,
  no_access: refusedPage,
  needs_administrator: refusedPage,
  declined(view, { messages: { titles, ended } }) {
    const sentToYou = html`<p class="note warn"><strong>${ended.sentToYou}</strong>${ended.sentToYouAdvice}</p>`;
    return end(titles.declined, ended.declined(html`<bdi>${view.appName}</bdi>`), sentToYou);
  },
  elsewhere(view, chrome) {
    const { titles, ended } = chrome.messages;
    const goOn = form(formActions.elsewhere, chrome, { flow: view.flowId }, button(ended.goOnHere));
    return end(titles.elsewhere, ended.elsewhere, goOn);
  },
  failed(view, chrome) {
    const { titles, ended } = chrome.messages;
    const number = html`<p class="mono">${view.traceId}</p>`;
    return end(titles.failed, ended.failed(html`<bdi>${chrome.tenantName}</bdi>`), [number, enterCode(chrome)]);
  },
  sign_in_over: (_view, { messages }) => end(messages.titles.sign_in_over, messages.ended.sign_in_over, null),
  request_refused(view, { messages: { titles, ended } }) {
    const numbers = html`<p class="mono">${view.code}<br>${view.traceId}</p>`;
    return end(titles.request_refused, ended.request_refused, [
      numbers,
      view.yaml &&
        html`<div class="card"><h2 id="own-program">${ended.ownProgram.heading}</h2><p>${ended.ownProgram.lines}</p><pre class="lines mono" tabindex="0" role="region" aria-labelledby="own-program">${view.yaml}</pre></div>`,
    ]);
  },
  expired: startAgainPage,
  used: startAgainPage,
  used_twice: startAgainPage,
  stale_form: startAgainPage,
  not_found: startAgainPage,
  too_large: ({ limit }, { messages: { titles, ended } }) =>
    end(titles.too_large, ended.too_large(Math.floor(limit / 1_024)), null),
  too_many(view, chrome) {
    const { titles, ended } = chrome.messages;
    const lede = view.device ? ended.tooManyDevice : ended.too_many;
    return end(titles.too_many, lede, view.device && enterCode(chrome));
  },
};

function end(title: string, lede: Child, next: Child, more: Record<string, string> = {}): Page {
  const shown = attrs({ class: "lede", ...more });
  return { title, main: html`<div class="end"><h1>${title}</h1><p${shown}>${lede}</p>${next}</div>` };
}

function enterCode({ messages }: Chrome): Html {
  return buttonLink(formActions.enter_code, messages.common.enterCode);
}

function startAgainPage(
  { page }: View<"expired" | "used" | "used_twice" | "stale_form" | "not_found">,
  chrome: Chrome,
): Page {
  const { titles, ended } = chrome.messages;
  return end(titles[page], ended[page], enterCode(chrome), page === "expired" ? waitedInVain : {});
}

function refusedPage(view: View<"no_access" | "needs_administrator">, chrome: Chrome): Page {
  const { titles, ended } = chrome.messages;
  const other = button(ended.otherAccount, { name: "answer", value: "other" });
  return end(
    titles[view.page](view.appName),
    ended[view.page](address(view.email), html`<bdi>${chrome.tenantName}</bdi>`),
    form(formActions.continue_as, chrome, { flow: view.flowId }, other),
  );
}

function donePage(view: View<"done">, { messages }: Chrome): Page {
  const { titles, ended } = messages;
  return {
    title: titles.done(view.appName),
    main: html`<div class="well"><div class="sign">${tick(true)}</div>
<h1>${ended.doneHeading(appName(view.appName))}</h1>
${view.signedIn ? liveLede(ended.doneSignedIn, null) : liveLede(ended.done, ended.doneSignedIn)}
${view.deviceName !== null && html`<p class="hint">${ended.deviceSays(html`<bdi>${view.deviceName}</bdi>`)}</p>`}
${buttonLink(formActions.my_devices, ended.yourDevices, true)}
<p class="hint">${ended.changedYourMind}</p>
${view.offerPasskey && html`<p class="hint"><a class="link" href="${formActions.account}">${ended.addPasskey}</a></p>`}</div>`,
  };
}
