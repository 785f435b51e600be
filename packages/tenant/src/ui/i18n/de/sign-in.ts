import { html } from "../../html.ts";
import type { Messages } from "../en.ts";
import { common } from "./common.ts";

export const signIn: Messages["signIn"] = {
  ledes: {
    device: "Danach sehen Sie, was Ihr Gerät anfordert, und entscheiden.",
    authorization: "Danach sehen Sie, was das Programm anfordert, und entscheiden.",
    account: "Danach sehen Sie Ihr Konto.",
    console: "Danach sehen Sie die Konsole.",
  },
  newHere: "Neu hier?",
  createAccount: "Konto erstellen",
  forgot: "Passwort vergessen?",
  codeInstead: "Stattdessen Code per E‑Mail",
  sendCode: "Code per E‑Mail senden",
  keep: "In diesem Browser angemeldet bleiben",
  keepHint: (idleDays, days) =>
    `${days === 1 ? "1 Tag" : `${days} Tage`} lang${idleDays < days ? `, ohne Nutzung nur ${idleDays}` : ""}. Nicht auf einem gemeinsam genutzten Computer verwenden.`,
  changed: "Ihr Passwort wurde geändert. Melden Sie sich mit dem neuen an.",
  otherEmail: "Falsche E‑Mail-Adresse?",
  problems: {
    empty: "Geben Sie Ihre E‑Mail-Adresse und Ihr Passwort ein.",
    password_empty: "Geben Sie Ihr Passwort ein.",
    wrong: "E‑Mail-Adresse oder Passwort ist nicht richtig. Prüfen Sie beides und versuchen Sie es noch einmal.",
  },
};

export const continueAs: Messages["continueAs"] = {
  lede: "Dieses Konto ist hier bereits angemeldet.",
  yes: "Ja, weiter",
  no: "Nein, anderes Konto verwenden",
};

export const signOut: Messages["signOut"] = {
  heading: (tenant) => html`Von ${tenant} abmelden?`,
  signedOut: "Damit endet jede Anmeldung in diesem Browser.",
  signedIn: (person) =>
    html`Sie sind als ${person} angemeldet. Wenn Sie angemeldet bleiben möchten, schließen Sie diese Seite.`,
  button: "Abmelden",
  devicesStay: "Geräte, die Sie angemeldet haben, bleiben angemeldet. Melden Sie sie am Gerät selbst ab.",
  done: "Dieser Browser ist abgemeldet. Sie können diese Seite schließen.",
};

export const signUp: Messages["signUp"] = {
  step: (number, of) => `Neues Konto · Schritt ${number} von ${of}`,
  haveAccount: "Haben Sie bereits ein Konto?",
  emailLede: "Wir senden einen Code dorthin, um zu prüfen, ob die Adresse Ihnen gehört.",
  details: {
    lede: "Ihr Name erscheint auf den Geräten, an denen Sie sich anmelden.",
    name: "Name",
    create: "Konto erstellen",
    optional: (label) => `${label} (freiwillig)`,
    terms: "Nutzungsbedingungen lesen",
    check: "Eine Angabe fehlt oder ist nicht richtig. Sie ist unten markiert.",
    nameProblems: {
      empty: "Geben Sie Ihren Namen ein.",
      long: "Dieser Name ist zu lang. Geben Sie einen kürzeren ein.",
    },
    problems: {
      empty: "Füllen Sie dieses Feld aus.",
      unchosen: "Wählen Sie eine Möglichkeit aus.",
      unchecked: "Setzen Sie hier ein Häkchen, um fortzufahren.",
      long: "Verwenden Sie höchstens 250 Zeichen.",
      number: "Geben Sie eine ganze Zahl in Ziffern ein.",
      invalid: "Das Format ist nicht richtig.",
    },
  },
};

export const attributes: Messages["attributes"] = {
  city: "Ort",
  country: "Land oder Region",
  givenName: "Vorname",
  jobTitle: "Berufsbezeichnung",
  postalCode: "Postleitzahl",
  state: "Bundesland oder Kanton",
  streetAddress: "Straße und Hausnummer",
  surname: "Nachname",
};

const mailFailed = "Die E‑Mail konnte nicht gesendet werden. Versuchen Sie es in einer Minute noch einmal.";

export const mailedCode: Messages["mailedCode"] = {
  send: "Code senden",
  lede: (email, minutes) =>
    html`Wir haben einen Code an ${email} gesendet. Er gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang.`,
  ledeIfAny: (email, minutes) =>
    html`Wir haben eine E‑Mail an ${email} gesendet. Der Code darin gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang.`,
  label: "Code aus der E‑Mail",
  resent: "Ein neuer Code ist unterwegs. Der alte gilt nicht mehr.",
  slow: "Die E‑Mail ist unterwegs. Das kann einige Minuten dauern.",
  nothingThere: "Nichts erhalten?",
  resend: "Neuen Code senden",
  problems: {
    invalid: "Geben Sie eine E‑Mail-Adresse wie name@example.com ein.",
    wrong: "Dieser Code ist nicht richtig. Sehen Sie in der E‑Mail nach und geben Sie ihn noch einmal ein.",
    dead: "Dieser Code gilt nicht mehr. Fordern Sie unten einen neuen an.",
    too_many: common.tooManyTries,
    mail_failed: mailFailed,
    mail_refused:
      "Der Mailserver dieser Adresse hat unsere E‑Mail abgelehnt. Prüfen Sie die Adresse oder verwenden Sie eine andere.",
  },
};

export const details: Messages["details"] = {
  asked: {
    app: (app) => html`${app} fragt alle danach. Die Angaben werden in Ihrem Konto gespeichert.`,
    account: "Wir fragen alle danach. Die Angaben werden in Ihrem Konto gespeichert.",
  },
  termsAlone: {
    app: (app) => html`${app} bittet alle, den Nutzungsbedingungen zuzustimmen.`,
    account: "Wir bitten alle, den Nutzungsbedingungen zuzustimmen.",
  },
};

export const newPassword: Messages["newPassword"] = {
  lede: (email) => html`Für ${email}`,
  hint: "Mindestens 8 Zeichen. Gut sind mehrere Wörter hintereinander.",
  problems: {
    short: "Verwenden Sie mindestens 8 Zeichen.",
    long: "Verwenden Sie höchstens 128 Zeichen.",
    common: "Dieses Passwort ist leicht zu erraten. Wählen Sie ein anderes.",
  },
};

export const reset: Messages["reset"] = {
  lede: "Geben Sie die E‑Mail-Adresse Ihres Kontos ein. Wir senden einen Code dorthin. Danach wählen Sie ein neues Passwort.",
  passwordLede: (email) => html`Für ${email}. Sie werden überall sonst abgemeldet, auch auf Geräten.`,
  label: "Neues Passwort",
  save: "Passwort speichern",
  remembered: "Wieder eingefallen?",
};
