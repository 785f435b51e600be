import { html } from "../../html.ts";
import type { Messages } from "../en.ts";
import { common } from "./common.ts";

export const secondFactor: Messages["secondFactor"] = {
  app: {
    lede: "Öffnen Sie die Authenticator-App auf Ihrem Telefon. Sie zeigt alle 30 Sekunden einen neuen sechsstelligen Code an.",
    label: "Code aus der App",
    problems: {
      wrong: "Dieser Code ist nicht richtig. Geben Sie den Code ein, den die App jetzt anzeigt.",
      used: "Dieser Code wurde bereits verwendet. Warten Sie, bis die App den nächsten anzeigt.",
      too_many: common.tooManyTries,
    },
  },
  email: {
    before: (email) => html`Um zu prüfen, ob Sie es sind, senden wir einen Code an ${email}.`,
    send: "Code senden",
    refused:
      "Der Mailserver dieser Adresse hat unsere E‑Mail abgelehnt. Bestätigen Sie auf anderem Weg, oder versuchen Sie es später noch einmal.",
  },
  passkey: {
    lede: "Verwenden Sie Fingerabdruck, Gesicht oder die PIN Ihres Geräts.",
    without:
      "Dieser Browser kann keine Passkeys verwenden. Bestätigen Sie auf anderem Weg oder auf dem Gerät mit Ihrem Passkey.",
  },
  recovery: {
    lede: "Verwenden Sie einen, den Sie beim Einrichten der Authenticator-App gespeichert haben. Jeder gilt einmal.",
    label: "Wiederherstellungscode",
    hint: "Groß- und Kleinschreibung und Bindestriche spielen keine Rolle.",
    problems: {
      wrong: "Dieser Code ist nicht richtig oder wurde bereits verwendet. Versuchen Sie es mit einem anderen.",
      too_many: common.tooManyTries,
    },
  },
  otherWays: "Andere Möglichkeiten:",
  byApp: "Authenticator-App verwenden",
  byEmail: "Code per E‑Mail erhalten",
  byRecovery: "Wiederherstellungscode verwenden",
  byPasskey: "Passkey verwenden",
};

export const authenticator: Messages["authenticator"] = {
  needed: {
    lede: "Zum Anmelden brauchen Sie hier zusätzlich eine App auf Ihrem Telefon, die Codes anzeigt.",
    choose:
      "Jede Authenticator-App ist geeignet: Google Authenticator, Microsoft Authenticator oder die Passwort-App Ihres Telefons. Wenn Sie noch keine haben, installieren Sie zuerst eine.",
    start: "Ich habe eine App",
  },
  setUp: {
    lede: "Scannen Sie diesen QR-Code mit der App.",
    picture: "QR-Code für Ihre Authenticator-App",
    byHand: "Oder geben Sie diesen Schlüssel in der App ein:",
    onThisPhone: "App auf diesem Telefon öffnen",
    label: "Code aus der App",
    problems: {
      wrong:
        "Dieser Code ist nicht richtig. Prüfen Sie, ob Ihr Telefon die Uhrzeit automatisch einstellt, und geben Sie den Code ein, den die App jetzt anzeigt.",
    },
  },
  own: {
    has: "Sie haben eine Authenticator-App. Wir fragen nach ihrem Code, wenn Sie sich mit Passwort oder per E‑Mail anmelden.",
    hasNone: "Wenn Sie eine Authenticator-App einrichten, reicht Ihr Passwort allein zum Anmelden nicht mehr aus.",
    add: "App einrichten",
    replace: "Andere App einrichten",
    remove: "App entfernen",
    whenRemoved: "Wenn Sie sie entfernen, gelten auch Ihre Wiederherstellungscodes nicht mehr.",
  },
};

export const recoveryCodes: Messages["recoveryCodes"] = {
  lede: "Wenn Sie Ihr Telefon verlieren, melden Sie sich mit einem dieser Codes an. Jeder gilt einmal. Wir zeigen sie nicht noch einmal an.",
  where: "Drucken Sie sie aus oder schreiben Sie sie auf, und bewahren Sie sie getrennt vom Telefon auf.",
  saved: "Ich habe sie gespeichert",
  hidden:
    "Wir haben sie einmal angezeigt. Wenn Sie sie nicht gespeichert haben, erstellen Sie neue. Die alten gelten dann nicht mehr.",
  makeNew: "Neue Codes erstellen",
  goOn: "Weiter",
  left: (count) => (count === 1 ? "Sie haben noch 1 Code." : `Sie haben noch ${count} Codes.`),
  whenNew: "Wenn Sie neue erstellen, gelten die alten nicht mehr.",
};

export const passkeys: Messages["passkeys"] = {
  use: "Passkey verwenden",
  refused:
    "Dieser Passkey hat hier nicht funktioniert. Versuchen Sie es noch einmal, oder melden Sie sich auf anderem Weg an.",
  cancelled: "Der Vorgang wurde abgebrochen oder hat zu lange gedauert. Versuchen Sie es noch einmal.",
  exists: "Dieses Gerät hat bereits einen Passkey für Ihr Konto.",
  broken: "Dieser Browser konnte das nicht. Versuchen Sie es mit einem anderen Browser oder Gerät.",
  add: {
    lede: "Ihr Gerät fragt nach Fingerabdruck, Gesicht oder PIN. Sie müssen sich nichts merken.",
    without:
      "Dieser Browser kann keine Passkeys erstellen, oder Skripte sind ausgeschaltet. Öffnen Sie diese Seite in einem anderen Browser.",
    name: "Name",
    nameHint: "So unterscheiden Sie Ihre Passkeys: „Telefon“, „Laptop im Büro“. Sie können das Feld leer lassen.",
    button: "Passkey erstellen",
    back: "Zurück zu Ihrem Konto",
    problems: {
      failed: "Das hat nicht funktioniert, und es wurde kein Passkey gespeichert. Versuchen Sie es noch einmal.",
      taken: "Dieser Passkey wird hier bereits verwendet.",
      full: "Ihr Konto hat die Höchstzahl an Passkeys. Entfernen Sie zuerst einen.",
      long: "Dieser Name ist zu lang. Verwenden Sie höchstens 50 Zeichen.",
    },
  },
  edit: {
    name: "Name",
    rename: "Name speichern",
    remove: "Diesen Passkey entfernen",
    removeHint:
      "Wenn Sie diesen Passkey entfernen, können Sie sich nicht mehr damit anmelden. Entfernen Sie ihn auch in den Einstellungen Ihres Geräts.",
    empty: "Geben Sie einen Namen für den Passkey ein.",
  },
};
