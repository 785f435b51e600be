import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";

export const notMe: Messages["notMe"] = {
  deviceSignedIn: (app) => html`${app} wurde auf einem Gerät mit Ihrem Konto angemeldet.`,
  told: {
    new_device: "Ein Gerät wurde mit Ihrem Konto angemeldet.",
    password_changed: "Das Passwort Ihres Kontos wurde geändert.",
    authenticator_added: "Zu Ihrem Konto kam eine Authentifizierungs-App hinzu.",
    authenticator_removed: "Die Authentifizierungs-App Ihres Kontos wurde entfernt.",
    passkey_added: "Zu Ihrem Konto kam ein Passkey hinzu.",
    passkey_removed: "Ein Passkey Ihres Kontos wurde entfernt.",
    recovery_codes_replaced: "Für Ihr Konto wurden neue Wiederherstellungscodes erstellt.",
    recovery_code_used: "Jemand hat sich mit einem Wiederherstellungscode an Ihrem Konto angemeldet.",
  },
  willEnd: "Wenn Sie das nicht waren, geschieht jetzt dies",
  ended: "Das ist geschehen",
  ends: {
    device: "Das Gerät wird abgemeldet; was es schon hat, gilt höchstens noch eine Stunde",
    browser: "Der Browser, in dem Ja gesagt wurde, wird abgemeldet",
    authenticator: "Die neue Authentifizierungs-App und ihre Wiederherstellungscodes werden entfernt",
    passkey: "Der neue Passkey wird entfernt",
    recoveryCodes: "Alle Wiederherstellungscodes werden entfernt",
    everywhere: "Jeder Browser und jedes Gerät mit diesem Konto wird abgemeldet",
    password: "Das Passwort gilt nicht mehr; ein neues wird per E‑Mail gewählt",
  },
  signOutDevice: "Das war ich nicht: abmelden",
  secure: "Das war ich nicht: Konto sichern",
  wasYou: "Wenn Sie das waren, schließen Sie diese Seite. Es ändert sich nichts.",
  deviceNext: "Könnte jemand Ihr Passwort kennen? Dann wählen Sie auch ein neues.",
  accountNext: "Wählen Sie jetzt ein neues Passwort: Wir schicken einen Code an Ihre E‑Mail-Adresse.",
  reset: "Neues Passwort wählen",
  dead: "Ein solcher Link gilt einmal und eine Woche lang. Wenn Sie ihn benutzt haben, ist beendet, worum es ging. Wenn Ihnen etwas nicht geheuer ist, wählen Sie ein neues Passwort.",
};
