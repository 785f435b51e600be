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
  /** From the app registration only. */
  appName: string;
  /** Claimed by the device; never in a title. */
  deviceName: string | null;
  devicePlatform: string | null;
  startedSecondsAgo: number;
  /** The IP address of the device's request. */
  fromIp: string;
  /** `this_computer`: both on loopback; `same_network`: same address; else `other_network`. */
  network: "this_computer" | "same_network" | "other_network";
  /** With its dash: `FSBF-ZMBK`. */
  userCode: string;
}

export const deviceConsentPages: Pages<DeviceConsentView> = { device_consent: deviceConsentPage };

/**
 * The question that protects the user (RFC 8628 §5.4): what asks, with which code, since when, from where, and what it
 * may do. Code and warning come first, so that the buttons are never visible before the code and never cover it.
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

/** Above all text from the device, so that no long text pushes it out of view. */
function elsewhereWarning({ network }: DeviceConsentView, { deviceConsent }: Messages): Warning | null {
  return network === "other_network" ? { what: deviceConsent.elsewhere, advice: deviceConsent.elsewhereAdvice } : null;
}

/**
 * Anyone can write this text, so it is quoted as the device's own words, in this row only, below the facts from the
 * tenant.
 */
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

/** `40 seconds ago`, `2 minutes ago`: precise enough for users to recognize what they just did. */
function ago(seconds: number, { time }: Messages): string {
  if (seconds < 5) return time.justNow;
  return seconds < 60 ? time.secondsAgo(Math.floor(seconds)) : time.minutesAgo(Math.floor(seconds / 60));
}
