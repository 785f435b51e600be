import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";

export const account: Messages["account"] = {
  signedOut: "Hier sehen Sie, wer Sie für uns sind und womit Sie sich anmelden, und können es ändern.",
  signInAgain: (email) =>
    html`Sie haben sich vor einer Weile als ${email} angemeldet. Bevor Sie ändern, womit Sie sich anmelden, melden Sie sich noch einmal an.`,
  signInAgainButton: "Noch einmal anmelden",
  password: "Passwort",
  hasPassword: "Sie haben eines.",
  noPassword: "Sie haben keines: Beim Anmelden senden wir Ihnen einen Code per E‑Mail.",
  changePassword: "Ändern",
  choosePassword: "Eines wählen",
  passkeys: "Passkeys",
  noPasskeys: "Melden Sie sich mit Finger, Gesicht oder PIN an statt mit einem Passwort.",
  passkeysImpossible: "Unter dieser Adresse sind keine Passkeys möglich.",
  passkeyAdded: (day) => `Hinzugefügt am ${day}`,
  passkeyUsed: (day) => `zuletzt benutzt am ${day}`,
  addPasskey: "Passkey hinzufügen",
  authenticator: "Authenticator-App",
  noAuthenticator: "Eine App auf Ihrem Telefon zeigt einen Code, den Sie nach dem Passwort eingeben.",
  authenticatorSince: (day) => `Eingerichtet am ${day}`,
  setUpAuthenticator: "Einrichten",
  changeAuthenticator: "Ändern",
  recoveryCodes: "Wiederherstellungscodes",
  recoveryCodesLeft: (count) => (count === 1 ? "1 Code ist übrig." : `${count} Codes sind übrig.`),
  seeRecoveryCodes: "Neue Codes erstellen",
  signOut: "Abmelden",
};
