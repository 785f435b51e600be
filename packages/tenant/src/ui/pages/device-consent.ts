import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { address, appName, button, fact, form, problemNote } from "../components/parts.ts";
import {
  type AskedPermissions,
  administrationWarning,
  permissionCards,
  signedInAs,
  type Warning,
  warningNote,
} from "../components/permission-cards.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

/** What a device asks for. */
export interface DeviceConsentView extends AskedPermissions {
  page: "device_consent";
  flowId: string;
  email: string;
  /** From the app's registration only. */
  appName: string;
  /** What the device says of itself; never in a title. */
  deviceName: string | null;
  devicePlatform: string | null;
  startedSecondsAgo: number;
  /** Address the device asked from. */
  fromIp: string;
  /** `this_computer`: both on loopback; `same_network`: same address; else `other_network`. */
  network: "this_computer" | "same_network" | "other_network";
  /** With its dash: `FSBF-ZMBK`. */
  userCode: string;
  /** `changed`: what the person approved is not what is asked now. */
  problem: null | "changed";
  /** Of what the page shows; its form carries it. */
  digest: string;
}

export const deviceConsentPages: Pages<DeviceConsentView> = { device_consent: deviceConsentPage };

const decideId = "decide";

/**
 * The question that protects the person (RFC 8628 §5.4): what asks, with which code, since when, from where, and what it may
 * do. Code and warning come first: the buttons stick to the screen's edge within `.decision` only, which begins below them,
 * so that no button is in sight before the code was, or over it. Yes and no are the same size, and nothing has the focus
 * beforehand, so that an Enter too many decides nothing.
 */
function deviceConsentPage(view: DeviceConsentView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { deviceConsent } = messages;
  return {
    title: messages.titles.device_consent(view.appName),
    main: html`<h1>${deviceConsent.heading(appName(view.appName))}</h1>
${problemNote(view.problem && messages.consent[view.problem])}
<div class="card shown-code"><dl>${fact(deviceConsent.code, html`<bdi class="code-shown">${view.userCode}</bdi>`)}</dl>
<p>${deviceConsent.sameCode}</p></div>
${warningNote([administrationWarning(view, chrome), elsewhereWarning(view, messages)])}
<div class="decision">
${signedInAs(view.email, messages, { form: decideId, label: deviceConsent.notYou })}
<dl class="card facts">
${fact(deviceConsent.started, ago(view.startedSecondsAgo, messages))}
${fact(deviceConsent.from, from(view, messages))}
${deviceFact(view, messages)}
</dl>
${permissionCards(view, chrome)}
${form(
  formActions.device_consent,
  chrome,
  { flow: view.flowId, shown: view.digest },
  [
    button(deviceConsent.yes, { name: "decision", value: "yes" }),
    button(deviceConsent.no, { name: "decision", value: "no", alt: true }),
  ],
  decideId,
)}
</div>`,
  };
}

/** Above all that the device says, so that no long text moves it out of sight. */
function elsewhereWarning({ network }: DeviceConsentView, { deviceConsent }: Messages): Warning | null {
  return network === "other_network" ? { what: deviceConsent.elsewhere, advice: deviceConsent.elsewhereAdvice } : null;
}

/** Anybody can write this text: it is quoted as the device's own words, in this row only, below what the tenant knows. */
function deviceFact(view: DeviceConsentView, { deviceConsent }: Messages): Html | null {
  const { deviceName, devicePlatform } = view;
  const said = deviceName ?? devicePlatform;
  if (said === null) return null;
  return fact(
    deviceConsent.device,
    html`<i>${deviceConsent.saysItIs(html`<bdi>${said}</bdi>`)}</i>${deviceName !== null && devicePlatform !== null && html`<span>${deviceConsent.with(html`<bdi>${devicePlatform}</bdi>`)}</span>`}`,
  );
}

function from(view: DeviceConsentView, { deviceConsent }: Messages): Html {
  const where = deviceConsent.networks[view.network];
  return view.network === "this_computer" ? html`${where}` : html`${where}<span>${address(view.fromIp)}</span>`;
}

/** `40 seconds ago`, `2 minutes ago`: exact enough to recognize what one did a moment ago. */
function ago(seconds: number, { time }: Messages): string {
  if (seconds < 5) return time.justNow;
  return seconds < 60 ? time.secondsAgo(Math.floor(seconds)) : time.minutesAgo(Math.floor(seconds / 60));
}
