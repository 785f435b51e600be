import { html } from "../../html.ts";
import type { Messages } from "../en.ts";
import { numbers } from "../numbers.ts";

const { number } = numbers.de;

const relative = new Intl.RelativeTimeFormat("de", { numeric: "always" });

const frame: Messages["console"] = {
  name: "Konsole",
  menu: "Menü",
  skip: "Zum Inhalt",
  operator: "Betreiber, an diesem Computer",
  leave: "Abmelden",
  other: { locale: "en", name: "English" },
  lost: {
    title: "Keine Verbindung zum Mandanten",
    text: "Vielleicht wurde er beendet. Diese Seite zeigt den letzten bekannten Stand, und nichts wird gesendet, bis der Mandant wieder antwortet.",
  },
  left: (time) => html`noch ${time}`,
  copy: "Kopieren",
  copied: "Kopiert",
  search: "Suchen",
  showAll: "Alle zeigen",
  number: (value) => number(value),
  rail: {
    "/console": "Jetzt",
    "/console/inbox": "Posteingang",
    "/console/people": "Personen",
    "/console/apps": "Apps und APIs",
    "/console/user-flows": "Benutzerflows",
    "/console/policies": "Richtlinien",
    "/console/tenant-file": "Mandantendatei",
    "/console/sign-ins": "Anmeldungen",
    "/console/audit": "Protokoll",
    "/console/keys": "Schlüssel",
    "/console/testing": "Uhr und Störungen",
    "/console/tokens": "Test-Token",
  },
  pages: { name: "Seiten", first: "Zum Anfang", next: "Nächste 50" },
  problems: {
    back: "Zurück zur Konsole",
    again: "Seite neu laden",
    refused: "Das hat nicht geklappt",
    not_found: {
      title: "Nicht gefunden",
      text: "Vielleicht wurde es inzwischen gelöscht, oder die Adresse ist falsch.",
    },
    too_large: {
      title: "Zu groß",
      text: "Ein Formular dieser Größe nimmt der Mandant nicht an. Es wurde nichts geändert.",
    },
    stale_form: {
      title: "Dieses Formular ist veraltet",
      text: "Es wurde nichts geändert. Laden Sie die Seite neu und wiederholen Sie die Änderung. Über „Zurück“ im Browser finden Sie Ihre Eingaben wieder.",
    },
  },
};

export { frame as console };

export const consoleAccess: Messages["consoleAccess"] = {
  lede: "Öffnen Sie die Adresse, die im Terminal hinter „Console“ steht. Sie enthält den Schlüssel dieses Starts.",
  key: "Schlüssel dieses Starts",
  keyHint: "Der Teil hinter # in dieser Adresse. Er ändert sich mit jedem Start des Mandanten.",
  open: "Konsole öffnen",
  problems: { wrong_key: "Das ist nicht der Schlüssel dieses Starts. Kopieren Sie ihn noch einmal aus dem Terminal." },
  staysHere: "Nur Browser auf diesem Computer können die Konsole öffnen.",
  signedInAs: (email) => html`Sie sind als ${email} angemeldet`,
  setUp: "Auf Ihrer Kontoseite einrichten",
  whys: {
    signed_out: "Für Administratoren dieses Mandanten, mit Authenticator-App oder Passkey.",
    not_administrator:
      "Ihr Konto ist kein Administrator dieses Mandanten. Melden Sie sich ab und dann mit einem solchen Konto an.",
    second_factor:
      "Die Konsole verlangt eine Authenticator-App oder einen Passkey. Ihre Anmeldung hatte keines von beiden.",
    too_old: "Ihre Anmeldung ist mehr als eine Stunde her. Bestätigen Sie, dass Sie es sind.",
  },
  ways: {
    signed_out: "Anmelden",
    not_administrator: "Abmelden",
    second_factor: "Weiter mit zweitem Schritt",
    too_old: "Noch einmal anmelden",
  },
};

export const consoleNow: Messages["consoleNow"] = {
  title: "Jetzt",
  requests: "Anmeldungen von Geräten",
  beside: "E‑Mails und Aktivität",
  waiting: (count) =>
    count === 0
      ? "Kein Gerät wartet auf seine Anmeldung"
      : count === 1
        ? "Ein Gerät wartet auf seine Anmeldung"
        : `${number(count)} Geräte warten auf ihre Anmeldung`,
  none: "Sobald ein Gerät einen Code anfordert, erscheint es hier.",
  tryIt: "Der Befehl oben probiert es aus.",
  unknownApp: (clientId) => `Unbekannte App ${clientId}`,
  says: (name) => html`nennt sich „${name}“`,
  asksFor: "Möchte",
  step: {
    asked: "Anfrage",
    opened: "Geöffnet",
    signingIn: "Anmeldung",
    signedIn: "Angemeldet",
    decided: "Antwort",
    approved: "Zusage",
    byOperator: (email) => html`vom Betreiber für ${email}`,
    tokens: "Token",
  },
  redeemed: "Token abgeholt",
  ended: "Anmeldung beendet",
  timeline: "Verlauf",
  timelineOf: (code) => `Verlauf von ${code}`,
  denied: {
    user: "abgelehnt",
    operator: "hier abgelehnt",
    two_users: "von zwei Personen verwendet",
    withdrawn: "zurückgezogen",
  },
  approveAs: "Zustimmen als …",
  person: "E‑Mail-Adresse der Person",
  mfa: "Als wäre eine Authenticator-App verwendet worden",
  approveHint:
    "Es gelten alle Prüfungen wie im Browser. Im Protokoll steht, dass Sie zugestimmt haben, nicht diese Person.",
  approve: "Zustimmen",
  decline: "Ablehnen",
  expire: "Jetzt ablaufen lassen",
  activity: "Aktivität",
  aProgram: "Ein Programm",
  aPerson: "Eine Person",
  noActivity: "Noch ist nichts geschehen.",
  wholeLog: "Protokoll",
  latestMail: "Neueste E‑Mails",
  noMail: "Noch keine E‑Mail. Codes für Registrierung und Anmeldung kommen hier an.",
  ago: (ms) =>
    ms < 45_000
      ? "gerade eben"
      : ms < 3_600_000
        ? relative.format(-Math.max(1, Math.round(ms / 60_000)), "minute")
        : ms < 86_400_000
          ? relative.format(-Math.round(ms / 3_600_000), "hour")
          : relative.format(-Math.round(ms / 86_400_000), "day"),
  problems: {
    administration_not_allowed: "Diese App darf administrative Berechtigungen nicht per Gerätecode anfordern.",
    administrator_needed:
      "Die App fordert etwas an, das nur ein Administrator gewähren kann. Wählen Sie einen Administrator.",
    app_unavailable:
      "Die App oder etwas, das sie anfordert, wurde gesperrt oder entfernt. Stellen Sie es wieder her und beginnen Sie am Gerät neu.",
    code_expired: "Dieser Code ist abgelaufen. Starten Sie die Anmeldung am Gerät neu.",
    code_unknown: "Kein Gerät zeigt diesen Code mehr an.",
    code_used: "Über diesen Code wurde gerade entschieden, oder jemand hat mit ihm im Browser weitergemacht.",
    code_used_twice:
      "Zwei Personen haben diesen Code verwendet, deshalb wurde er abgelehnt. Beginnen Sie am Gerät neu.",
    email_missing: "Geben Sie die E‑Mail-Adresse der Person ein, für die Sie zustimmen.",
    mfa_required:
      "Diese App verlangt einen zweiten Faktor. Zum Testen wählen Sie „Als wäre eine Authenticator-App verwendet worden“.",
    not_assigned:
      "Die App verlangt eine Zuweisung, die diese Person nicht hat. Weisen Sie sie zu und stimmen Sie dann zu. Der Code bleibt gültig.",
    user_disabled: "Dieses Konto ist gesperrt. Wählen Sie eine andere Person.",
    user_unknown: "Kein Konto hat diese E‑Mail-Adresse. Prüfen Sie sie, oder fügen Sie die Person zuerst hinzu.",
  },
};
