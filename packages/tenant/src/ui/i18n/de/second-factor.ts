import { html } from "../../html.ts";
import type { Messages } from "../en.ts";
import { common } from "./common.ts";

export const secondFactor: Messages["secondFactor"] = {
  app: {
    lede: "Öffnen Sie die Authenticator-App auf Ihrem Telefon. Sie zeigt sechs Ziffern, jede halbe Minute neue.",
    label: "Code aus der App",
    problems: {
      wrong: "Dieser Code stimmt nicht. Geben Sie den ein, den die App jetzt zeigt.",
      used: "Dieser Code wurde schon verwendet. Warten Sie, bis die App den nächsten zeigt.",
      too_many: common.tooManyTries,
    },
  },
  email: {
    before: (email) => html`Damit sicher ist, dass Sie es sind, senden wir einen Code an ${email}.`,
    send: "Code senden",
    refused:
      "Der Mailserver dieser Adresse hat unsere E‑Mail abgelehnt. Nehmen Sie einen anderen Weg, wenn Sie einen haben, oder versuchen Sie es später noch einmal.",
  },
  passkey: {
    lede: "Ihr Finger, Ihr Gesicht oder die PIN Ihres Geräts genügt.",
    without:
      "Dieser Browser kann keine Passkeys verwenden. Nehmen Sie einen anderen Weg oder das Gerät, auf dem Ihr Passkey ist.",
  },
  recovery: {
    lede: "Einer von denen, die Sie beim Einrichten der Authenticator-App gespeichert haben. Jeder gilt einmal.",
    label: "Wiederherstellungscode",
    hint: "Groß- und Kleinschreibung und Bindestriche spielen keine Rolle.",
    problems: {
      wrong: "Dieser Code stimmt nicht oder wurde schon verwendet. Versuchen Sie es mit einem anderen.",
      too_many: common.tooManyTries,
    },
  },
  otherWays: "Andere Wege:",
  byApp: "Authenticator-App verwenden",
  byEmail: "Code per E‑Mail erhalten",
  byRecovery: "Wiederherstellungscode verwenden",
  byPasskey: "Passkey verwenden",
};

export const authenticator: Messages["authenticator"] = {
  needed: {
    lede: "Zum Anmelden gehören hier Ihr Passwort und noch etwas, das nur Sie haben: eine App auf Ihrem Telefon, die Codes zeigt.",
    choose:
      "Jede App dafür ist recht: Google Authenticator, Microsoft Authenticator oder die Passwort-App Ihres Telefons. Installieren Sie zuerst eine, wenn Sie noch keine haben.",
    start: "Ich habe die App",
  },
  setUp: {
    lede: "Wählen Sie in der App, dass Sie ein Konto hinzufügen, und scannen Sie dieses Bild.",
    picture: "QR-Code für Ihre Authenticator-App",
    byHand: "Oder geben Sie diesen Schlüssel in der App ein:",
    onThisPhone: "Die App ist auf diesem Telefon: öffnen",
    label: "Code, den die App dann zeigt",
    problems: {
      wrong:
        "Dieser Code stimmt nicht. Sehen Sie nach, ob Ihr Telefon die Uhrzeit selbst einstellt, und geben Sie den Code ein, den die App jetzt zeigt.",
    },
  },
  own: {
    has: "Sie haben eine Authenticator-App. Nach ihrem Code werden Sie gefragt, wenn Sie sich mit Passwort oder per E‑Mail anmelden.",
    hasNone: "Mit einer Authenticator-App kann sich niemand, der Ihr Passwort erfährt, ohne Ihr Telefon anmelden.",
    add: "App einrichten",
    replace: "Eine andere an ihrer Stelle einrichten",
    remove: "Entfernen",
    whenRemoved: "Wenn sie entfernt ist, gelten auch Ihre Wiederherstellungscodes nicht mehr.",
  },
};

export const recoveryCodes: Messages["recoveryCodes"] = {
  lede: "Wenn Sie Ihr Telefon verlieren, kommen Sie mit einem von diesen hinein. Jeder gilt einmal. Wir zeigen sie jetzt und nie wieder.",
  where: "Drucken Sie sie aus oder schreiben Sie sie auf, und verwahren Sie sie nicht beim Telefon.",
  saved: "Ich habe sie gespeichert",
  hidden:
    "Sie wurden einmal gezeigt. Wenn Sie sie nicht gespeichert haben, lassen Sie neue machen; die vorigen gelten dann nicht mehr.",
  makeNew: "Neue Codes machen",
  goOn: "Weiter",
  left: (count) => (count === 1 ? "Sie haben noch 1 Code." : `Sie haben noch ${count} Codes.`),
  whenNew: "Wenn Sie neue machen, gelten die vorigen nicht mehr.",
};

export const passkeys: Messages["passkeys"] = {
  use: "Passkey verwenden",
  refused: "Dieser Passkey hat hier nicht funktioniert. Versuchen Sie es noch einmal, oder melden Sie sich anders an.",
  cancelled:
    "Es ist nichts geschehen: Der Vorgang wurde abgebrochen oder hat zu lange gedauert. Versuchen Sie es noch einmal.",
  exists: "Dieses Gerät hat schon einen Passkey für Ihr Konto.",
  broken: "Dieser Browser konnte das nicht. Versuchen Sie es mit einem anderen Browser oder Gerät.",
  add: {
    lede: "Ihr Gerät fragt nach Finger, Gesicht oder PIN und merkt sich den Rest.",
    without:
      "Dieser Browser kann keine Passkeys erstellen oder führt hier keine Skripte aus. Öffnen Sie diese Seite in einem anderen Browser.",
    name: "Name",
    nameHint: "Damit unterscheiden Sie Ihre Passkeys: „Telefon“, „Laptop im Büro“. Sie können das Feld leer lassen.",
    button: "Passkey erstellen",
    back: "Zurück zu Ihrem Konto",
    problems: {
      failed: "Das hat nicht funktioniert, und es wurde kein Passkey gespeichert. Versuchen Sie es noch einmal.",
      taken: "Dieser Passkey ist hier schon bekannt.",
      full: "Sie haben so viele Passkeys, wie ein Konto haben kann. Entfernen Sie zuerst einen.",
      long: "Dieser Name ist zu lang. Nehmen Sie höchstens 50 Zeichen.",
    },
  },
  edit: {
    name: "Name",
    rename: "Namen speichern",
    remove: "Diesen Passkey entfernen",
    removeHint:
      "Ist er entfernt, können Sie sich nicht mehr damit anmelden. Entfernen Sie ihn auch in den Einstellungen Ihres Geräts.",
    empty: "Geben Sie einen Namen für den Passkey ein.",
  },
};
