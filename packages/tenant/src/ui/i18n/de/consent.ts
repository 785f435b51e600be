import { html } from "../../html.ts";
import type { Messages } from "../en.ts";

export const consent: Messages["consent"] = {
  signedInAs: (email) => html`Angemeldet als ${email}`,
  notYou: "Nicht Sie?",
  willBeAble: "Was es danach darf",
  fresh: "Neu: was es danach auch darf",
  byRenewal: "Was es ohne erneute Nachfrage außerdem darf",
  freshByRenewal: "Neu: was es ohne erneute Nachfrage außerdem darf",
  already: "Was es schon darf",
  alreadyElse: "Was es sonst schon darf",
  administration: "Was es mit Administratorrechten darf",
  administrationWarning: "Es verlangt Administratorrechte.",
  administrationAdvice: (tenant) =>
    html`Administratorrechte gelten für alle Konten und Daten bei ${tenant}. Sagen Sie nur Ja, wenn Sie das gerade selbst begonnen haben.`,
  changed: "Der angeforderte Zugriff hat sich geändert. Prüfen Sie ihn noch einmal.",
};

export const deviceConsent: Messages["deviceConsent"] = {
  heading: (app) => html`Melden Sie sich gerade bei <em>${app}</em> an?`,
  sameCode: "Sagen Sie nur Ja, wenn das Gerät vor Ihnen steht und diesen Code anzeigt.",
  elsewhere: "Das Gerät ist nicht in Ihrem Netzwerk.",
  elsewhereAdvice: "Wenn Ihnen jemand den Code geschickt hat, sagen Sie Nein.",
  started: "Begonnen",
  from: "Netzwerk",
  code: "Code",
  device: "Gerät",
  saysItIs: (name) => html`nennt sich „${name}“`,
  with: (platform) => html`mit „${platform}“`,
  networks: {
    this_computer: "Dieser Computer",
    same_network: "Dasselbe wie Ihres",
    other_network: "Ein anderes",
  },
  yes: "Ja, anmelden",
  no: "Nein, das war ich nicht",
};

export const permissions: Messages["permissions"] = {
  name_and_email: "Ihren Namen und Ihre E‑Mail-Adresse sehen",
  email: "Ihre E‑Mail-Adresse sehen",
  you: "Erkennen, dass Sie es sind",
  account: "Ihr Konto sehen: Name, E‑Mail-Adresse und Ihre Angaben bei der Registrierung",
  administration: {
    see_apps: "Alle Apps und APIs dieses Mandanten sehen",
    change_apps: "Alle Apps und APIs dieses Mandanten sehen, ändern und löschen",
    see_access: "Sehen, was Apps dürfen und wer sie verwenden darf",
    change_access: "Für alle bestimmen, was Apps dürfen und wer sie verwenden darf",
    see_sign_in: "Sehen, wie Anmeldung und Registrierung ablaufen",
    change_sign_in: "Ändern, wie Anmeldung und Registrierung ablaufen",
    see_people: "Alle Konten und Gruppen sehen",
    change_people: "Alle Konten und Gruppen sehen, ändern und löschen",
    sign_people_out: "Jede Person überall abmelden",
    see_administrators: "Sehen, wer Administratorrechte hat",
    change_administrators: "Administratorrechte vergeben und entziehen",
    see_tenant: "Name und Aussehen dieses Mandanten sehen",
    change_tenant: "Name und Aussehen dieses Mandanten ändern",
  },
  offline: (days, maxDays) =>
    days >= maxDays
      ? `${maxDays === 1 ? "1 Tag" : `${maxDays} Tage`} lang angemeldet bleiben`
      : `Höchstens ${maxDays} Tage angemeldet bleiben, ohne Nutzung höchstens ${days === 1 ? "1 Tag" : `${days} Tage`}`,
  for_hours: (hours) => `${hours === 1 ? "Eine Stunde" : `${hours} Stunden`} lang angemeldet bleiben`,
};

export const programConsent: Messages["programConsent"] = {
  heading: (app) => html`Bei <em>${app}</em> anmelden?`,
  otherAccount: "Anderes Konto verwenden",
  backTo: "Zurück zu",
  places: { loopback: "Programm auf diesem Computer", app: "App auf diesem Gerät", web: "Website der App" },
  startedByYou: "Sagen Sie nur Ja, wenn Sie das gerade selbst begonnen haben.",
  yes: "Ja, anmelden",
  no: "Nein, zurück",
  program_no_access: (email, tenant) => html`${email} darf diese App nicht verwenden. Wenden Sie sich an ${tenant}.`,
  program_needs_administrator: (email, tenant) =>
    html`Der angeforderte Zugriff geht über ein einzelnes Konto hinaus, und ${email} hat bei ${tenant} keine Administratorrechte.`,
};

export const formPost: Messages["formPost"] = {
  lede: "Wenn nichts geschieht, verwenden Sie die Schaltfläche.",
  button: "Zurück",
};
