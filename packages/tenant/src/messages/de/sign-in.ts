import { html } from "../../pages/html.ts";
import type { Messages } from "../messages.ts";

export const signIn: Messages["signIn"] = {
  lede: "Danach sehen Sie, worum Ihr Gerät bittet, und entscheiden.",
  accountLede: "Danach sehen Sie Ihr Konto.",
  newHere: "Neu hier?",
  createAccount: "Konto erstellen",
  problems: {
    empty: "Geben Sie Ihre E-Mail-Adresse und Ihr Passwort ein.",
    password_empty: "Geben Sie Ihr Passwort ein.",
    wrong: "Die E-Mail-Adresse oder das Passwort stimmt nicht. Prüfen Sie beides und versuchen Sie es noch einmal.",
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
  done: "Hier ist niemand mehr angemeldet. Sie können diese Seite schließen.",
};
