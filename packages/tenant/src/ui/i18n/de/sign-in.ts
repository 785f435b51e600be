import { html } from "../../html.ts";
import type { Messages } from "../en.ts";
import { common } from "./common.ts";

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
  keepHint: (idleDays, days) =>
    `${days === 1 ? "1 Tag" : `${days} Tage`} lang${idleDays < days ? `, unbenutzt nur ${idleDays}` : ""}. Nicht auf einem Computer, den auch andere benutzen.`,
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

export const signUp: Messages["signUp"] = {
  step: (number, of) => `Neues Konto · Schritt ${number} von ${of}`,
  haveAccount: "Haben Sie schon ein Konto?",
  emailLede: "Wir senden einen Code dorthin, um zu sehen, dass sie Ihnen gehört.",
  details: {
    lede: "Ihr Name erscheint auf den Geräten, an denen Sie sich anmelden.",
    name: "Name",
    create: "Konto erstellen",
    optional: (label) => `${label} (freiwillig)`,
    terms: "Nutzungsbedingungen lesen",
    check: "Etwas fehlt oder stimmt noch nicht. Es ist unten markiert.",
    nameProblems: {
      empty: "Geben Sie Ihren Namen ein.",
      long: "Dieser Name ist zu lang. Geben Sie einen kürzeren ein.",
    },
    problems: {
      empty: "Geben Sie hier etwas ein.",
      unchosen: "Wählen Sie etwas aus.",
      unchecked: "Setzen Sie hier einen Haken, um weiterzukommen.",
      long: "Verwenden Sie höchstens 250 Zeichen.",
      number: "Geben Sie eine ganze Zahl in Ziffern ein.",
      invalid: "Das hat nicht die Form, die hier gebraucht wird.",
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

const mailFailed = "Wir konnten die E‑Mail gerade nicht senden. Versuchen Sie es in einer Minute noch einmal.";

export const mailedCode: Messages["mailedCode"] = {
  send: "Code senden",
  lede: (email, minutes) =>
    html`Wir haben einen Code an ${email} gesendet. Er gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang.`,
  ledeIfAny: (email, minutes) =>
    html`Wir haben eine E‑Mail an ${email} gesendet. Der Code darin gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang.`,
  label: "Code aus der E‑Mail",
  resent: "Ein neuer Code ist unterwegs. Der vorige gilt nicht mehr.",
  slow: "Die E‑Mail ist unterwegs. Das kann einige Minuten dauern.",
  nothingThere: "Nichts angekommen?",
  resend: "Neuen Code senden",
  problems: {
    invalid: "Geben Sie eine E‑Mail-Adresse wie name@example.com ein.",
    wrong: "Dieser Code stimmt nicht. Sehen Sie in der E‑Mail nach und geben Sie ihn noch einmal ein.",
    dead: "Dieser Code gilt nicht mehr. Lassen Sie sich unten einen neuen senden.",
    too_many: common.tooManyTries,
    mail_failed: mailFailed,
    mail_refused:
      "Der Mailserver dieser Adresse hat unsere E‑Mail abgelehnt. Prüfen Sie die Adresse oder nehmen Sie eine andere.",
  },
};

export const details: Messages["details"] = {
  asked: {
    app: (app) => html`${app} fragt alle danach. Die Angaben werden in Ihrem Konto gespeichert.`,
    account: "Danach werden alle gefragt. Die Angaben werden in Ihrem Konto gespeichert.",
  },
  termsAlone: {
    app: (app) => html`${app} bittet alle, den Nutzungsbedingungen zuzustimmen.`,
    account: "Alle werden gebeten, den Nutzungsbedingungen zuzustimmen.",
  },
};

export const newPassword: Messages["newPassword"] = {
  lede: (email) => html`Für ${email}`,
  hint: "Mindestens 8 Zeichen. Gut sind mehrere Wörter hintereinander.",
  problems: {
    short: "Verwenden Sie mindestens 8 Zeichen.",
    long: "Verwenden Sie höchstens 128 Zeichen.",
    common: "Dieses Passwort ist leicht zu erraten. Wählen Sie eines, auf das sonst niemand käme.",
  },
};

export const reset: Messages["reset"] = {
  lede: "Nennen Sie uns die E‑Mail-Adresse Ihres Kontos. Wir senden einen Code dorthin, und Sie wählen ein neues Passwort.",
  passwordLede: (email) => html`Für ${email}. Jede andere Anmeldung mit diesem Konto endet, auch auf Geräten.`,
  label: "Neues Passwort",
  save: "Passwort speichern",
  remembered: "Wieder eingefallen?",
};
