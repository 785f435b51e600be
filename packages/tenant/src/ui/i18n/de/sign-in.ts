import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";

export const signIn: Messages["signIn"] = {
  ledes: {
    device: "Danach sehen Sie, worum Ihr Gerät bittet, und entscheiden.",
    authorization: "Danach sehen Sie, worum das Programm bittet, und entscheiden.",
    account: "Danach sehen Sie Ihr Konto.",
  },
  newHere: "Neu hier?",
  createAccount: "Konto erstellen",
  forgot: "Passwort vergessen?",
  codeInstead: "Stattdessen einen Code per E‑Mail senden",
  sendCode: "Code per E‑Mail senden",
  keep: "In diesem Browser angemeldet bleiben",
  keepHint: "30 Tage lang. Nicht auf einem Computer, den auch andere benutzen.",
  changed: "Ihr Passwort wurde geändert. Melden Sie sich damit an.",
  otherEmail: "Andere E‑Mail-Adresse?",
  problems: {
    empty: "Geben Sie Ihre E‑Mail-Adresse und Ihr Passwort ein.",
    password_empty: "Geben Sie Ihr Passwort ein.",
    wrong: "Die E‑Mail-Adresse oder das Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.",
  },
};

export const continueAs: Messages["continueAs"] = {
  lede: "Diese Person ist hier schon angemeldet.",
  yes: "Ja, weiter",
  no: "Nein, anderes Konto verwenden",
};

export const signOut: Messages["signOut"] = {
  heading: (tenant) => html`Von ${tenant} abmelden?`,
  nobody: "Damit endet jede Anmeldung in diesem Browser.",
  somebody: (person) =>
    html`Sie sind als ${person} angemeldet. Wenn Sie angemeldet bleiben möchten, schließen Sie diese Seite.`,
  button: "Abmelden",
  devicesStay: "Geräte, die Sie angemeldet haben, bleiben angemeldet. Melden Sie diese am Gerät selbst ab.",
  done: "Dieser Browser ist abgemeldet. Sie können diese Seite schließen.",
};
