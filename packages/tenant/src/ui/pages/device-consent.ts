import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { address, appName, fact, problemNote } from "../components/parts.ts";
import {
  administrationWarning,
  type Decision,
  decision,
  type Warning,
  warningNote,
} from "../components/permission-cards.ts";
import { type Html, html } from "../html.ts";
import type { Messages } from "../i18n/en.ts";

/** What a device asks for. */
export interface DeviceConsentView extends Decision {
  page: "device_consent";
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
}

export const deviceConsentPages: Pages<DeviceConsentView> = { device_consent: deviceConsentPage };

/**
 * The question that protects the person (RFC 8628 §5.4): what asks, with which code, since when, from where, and what it may
 * do. Code and warning come first, so that no button is in sight before the code was, or over it.
 */
function deviceConsentPage(view: DeviceConsentView, chrome: Chrome): Page {
  const { messages } = chrome;
  const { deviceConsent } = messages;
  const warnings = [administrationWarning(view, chrome), elsewhereWarning(view, messages)];
  return {
    title: messages.titles.device_consent(view.appName),
    main: html`<h1>${deviceConsent.heading(appName(view.appName))}</h1>
${problemNote(view.problem && messages.consent[view.problem])}
<div class="card shown-code"><dl>${fact(deviceConsent.code, html`<bdi class="code-shown">${view.userCode}</bdi>`)}</dl>
<p>${deviceConsent.sameCode}</p></div>
${warningNote(warnings)}
${decision(view, chrome, {
  action: formActions.device_consent,
  yes: deviceConsent.yes,
  no: deviceConsent.no,
  other: messages.consent.notYou,
  warnings,
  facts: html`<dl class="card facts">
${fact(deviceConsent.started, ago(view.startedSecondsAgo, messages))}
${fact(deviceConsent.from, from(view, messages))}
${deviceFact(view, messages)}
</dl>`,
})}`,
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
