import { cleanDeviceText } from "../../directory/device-text.ts";
import type { PermissionLine } from "../../directory/permissions.ts";
import type { SignedInDevice } from "../../storage/tokens.ts";
import { formActions } from "../components/form-actions.ts";
import type { Chrome, Page, Pages } from "../components/layout.ts";
import { address, button, fact, field, form, moment, problemNote, rows, tick } from "../components/parts.ts";
import { permissionText } from "../components/permission-cards.ts";
import { type Html, html } from "../html.ts";

/** One signed-in program, as its user sees it. */
export interface OwnDevice extends SignedInDevice {
  id: string;
  appName: string;
  createdAt: number;
  /** When and from which network it last renewed its tokens. Null: not yet. */
  lastUsedAt: number | null;
  lastUsedFrom: string | null;
}

export type OwnDevicesView =
  /** `next`: where the next page begins. */
  | { page: "my_devices"; devices: OwnDevice[]; next: string | null }
  /** `typed`: what the form shows. */
  | { page: "my_device"; device: OwnDevice; typed: string; problem: null | "long" }
  | { page: "my_apps"; apps: { clientId: string; name: string; signIns: number }[] }
  | { page: "my_app"; clientId: string; appName: string; may: PermissionLine[]; signIns: number };

type View<P extends OwnDevicesView["page"]> = Extract<OwnDevicesView, { page: P }>;

export const ownDevicesPages: Pages<OwnDevicesView> = {
  my_devices: devicesPage,
  my_device: devicePage,
  my_apps: appsPage,
  my_app: appPage,
};

/** A link at the end of a page. */
export const backLink = (href: string, label: string): Html =>
  html`<p class="aside"><a class="link" href="${href}">${label}</a></p>`;

/** What the device says about itself. A name that could be mistaken for something else, such as an address, is omitted. */
const saidBy = (text: string | null): string | null => {
  const clean = text === null ? null : cleanDeviceText(text);
  return clean !== null && "text" in clean ? clean.text : null;
};

function devicesPage(view: View<"my_devices">, chrome: Chrome): Page {
  const { titles, time, ownAccount } = chrome.messages;
  const { devices: texts } = ownAccount;
  const list = view.devices.map(({ id, label, deviceName, appName, createdAt, lastUsedAt }) => {
    const name = label ?? saidBy(deviceName);
    const at = (when: number) => moment(when, time.utcShort(when));
    const used = lastUsedAt !== null && texts.lastUsed(at(lastUsedAt));
    return {
      href: `${formActions.my_device}?id=${encodeURIComponent(id)}`,
      name: html`<bdi>${name ?? appName}</bdi>`,
      // Two sign-ins of one program differ only in when they were.
      more: [name !== null && html`<bdi>${appName}</bdi> · `, texts.signedIn(at(createdAt)), used && html`<br>${used}`],
    };
  });
  return {
    title: titles.my_devices,
    main: html`<h1>${titles.my_devices}</h1>
<p class="lede">${list.length > 0 ? texts.lede : texts.none}</p>
${list.length > 0 && html`<div class="card">${rows(list)}</div>`}
${view.next !== null && html`<p class="aside"><a class="link" href="${formActions.my_devices}?after=${view.next}">${ownAccount.older}</a></p>`}
${list.length > 0 && [html`<hr>\n<p class="lede">${texts.allHint}</p>\n`, form(formActions.my_devices_sign_out, chrome, {}, button(texts.all, { alt: true }))]}
${backLink(formActions.account, ownAccount.back)}`,
  };
}

function devicePage(view: View<"my_device">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { device: texts } = ownAccount;
  const { id, label, deviceName, appName } = view.device;
  return {
    title: titles.my_device,
    main: html`<h1><bdi>${label ?? saidBy(deviceName) ?? appName}</bdi></h1>
<dl class="card facts apart">${factsOf(view.device, chrome)}</dl>
${problemNote(view.problem && texts.long)}
${form(formActions.my_device_rename, chrome, { id }, [
  field({
    name: "name",
    label: texts.name,
    type: "text",
    autocomplete: "off",
    value: view.typed,
    wrong: view.problem !== null,
    hint: texts.nameHint,
    // What the device is comes first.
    autofocus: view.problem !== null,
    required: false,
  }),
  button(texts.rename, { alt: true }),
])}
<hr>
<p class="lede">${texts.signOutHint}</p>
${form(formActions.my_device_sign_out, chrome, { id }, button(texts.signOut))}
${backLink(formActions.my_devices, texts.back)}`,
  };
}

function factsOf(device: OwnDevice, chrome: Chrome): Html[] {
  const { time, ownAccount, deviceConsent } = chrome.messages;
  const { device: texts } = ownAccount;
  const at = (when: number) => moment(when, time.utc(when));
  const place = (ip: string) => {
    const shown = chrome.shownAddress(ip);
    return shown === null ? deviceConsent.networks.this_computer : address(shown);
  };
  const bdi = (text: string) => html`<bdi>${text}</bdi>`;
  const [name, platform] = [saidBy(device.deviceName), saidBy(device.devicePlatform)];
  return [
    fact(texts.app, bdi(device.appName)),
    ...(name === null ? [] : [fact(texts.calls, bdi(name))]),
    ...(platform === null ? [] : [fact(texts.platform, bdi(platform))]),
    fact(texts.signedIn, at(device.createdAt)),
    ...(device.signedInFrom === null ? [] : [fact(texts.from, place(device.signedInFrom))]),
    fact(texts.lastUsed, device.lastUsedAt === null ? texts.notYet : at(device.lastUsedAt)),
    ...(device.lastUsedFrom === null ? [] : [fact(texts.lastFrom, place(device.lastUsedFrom))]),
  ];
}

function appsPage(view: View<"my_apps">, chrome: Chrome): Page {
  const { titles, ownAccount } = chrome.messages;
  const { apps: texts } = ownAccount;
  const list = view.apps.map(({ clientId, name, signIns }) => ({
    href: `${formActions.my_app}?id=${encodeURIComponent(clientId)}`,
    name: html`<bdi>${name}</bdi>`,
    more: texts.signedIn(signIns),
  }));
  return {
    title: titles.my_apps,
    main: html`<h1>${titles.my_apps}</h1>
<p class="lede">${list.length > 0 ? texts.lede : texts.none}</p>
${list.length > 0 && html`<div class="card">${rows(list)}</div>`}
${backLink(formActions.account, ownAccount.back)}`,
  };
}

function appPage(view: View<"my_app">, chrome: Chrome): Page {
  const { titles, permissions, ownAccount } = chrome.messages;
  const { apps: texts } = ownAccount;
  const lines = view.may.map((line) => permissionText(line, chrome));
  return {
    title: titles.my_app(view.appName),
    main: html`<h1><bdi>${view.appName}</bdi></h1>
<p class="lede">${texts.signedIn(view.signIns)}</p>
<div class="card"><h2>${texts.may}</h2><ul class="ticks">${(lines.length > 0 ? lines : [permissions.you]).map((line) => html`<li>${tick()}<span>${line}</span></li>`)}</ul></div>
<p class="lede">${texts.withdrawHint}</p>
${form(formActions.my_app_withdraw, chrome, { id: view.clientId }, button(texts.withdraw))}
${backLink(formActions.my_apps, texts.back)}`,
  };
}
