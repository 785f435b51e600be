import { html } from "../../html.ts";
import type { Messages } from "../en.ts";

export const common: Messages["common"] = {
  problem: (title) => `Problem: ${title}`,
  email: "E‑Mail-Adresse",
  password: "Passwort",
  showPassword: "Passwort anzeigen",
  hidePassword: "Passwort verbergen",
  continue: "Weiter",
  signIn: "Anmelden",
  enterCode: "Code eingeben",
  tooManyTries: "Zu viele Versuche. Warten Sie einige Minuten und versuchen Sie es dann noch einmal.",
};

const moment = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium", timeStyle: "medium" });
const universal = new Intl.DateTimeFormat("de-DE", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("de", { numeric: "always" });

export const time: Messages["time"] = {
  at: (at) => moment.format(at),
  utc: (at) => `${universal.format(at)} Uhr UTC`,
  day: (at) => day.format(at),
  justNow: "gerade eben",
  secondsAgo: (seconds) => relative.format(-seconds, "second"),
  minutesAgo: (minutes) => relative.format(-minutes, "minute"),
};

export const device: Messages["device"] = {
  message: (uri, code) =>
    `Um sich anzumelden, öffnen Sie in einem Webbrowser die Seite ${uri} und geben Sie den Code ${code} ein.`,
};

export const titles: Messages["titles"] = {
  enter_code: "Geben Sie den Code ein, den Ihr Gerät anzeigt",
  compare: "Ist das der Code auf Ihrem Gerät?",
  continue_as: "Sind Sie das?",
  sign_in: "Anmelden",
  sign_in_code: "Sehen Sie in Ihr Postfach",
  reset_email: "Passwort vergessen?",
  reset_code: "Sehen Sie in Ihr Postfach",
  reset_password: "Wählen Sie ein neues Passwort",
  sign_up_email: "Wie lautet Ihre E‑Mail-Adresse?",
  sign_up_code: "Sehen Sie in Ihr Postfach",
  sign_up_password: "Wählen Sie ein Passwort",
  sign_up_name: "Wie heißen Sie?",
  sign_up_details: "Angaben zu Ihnen",
  details: "Bevor es weitergeht",
  device_consent: (app) => `Melden Sie sich gerade bei ${app} an?`,
  program_consent: (app) => `Bei ${app} anmelden?`,
  form_post: "Es geht zurück",
  sign_in_over: "Diese Anmeldung ist vorbei",
  request_refused: "Diese Anmeldung kann nicht beginnen",
  no_access: (app) => `Sie haben keinen Zugang zu ${app}`,
  needs_administrator: (app) => `${app} braucht Administratorrechte`,
  done: (app) => `${app} ist angemeldet`,
  declined: "Es wurde nichts angemeldet",
  expired: "Dieser Code ist abgelaufen",
  used: "Dieser Code wurde schon verwendet",
  used_twice: "Dieser Code wurde zweimal verwendet",
  elsewhere: "Sie haben woanders weitergemacht",
  sign_out: "Abmelden?",
  signed_out: "Sie sind abgemeldet",
  second_factor_app: "Geben Sie den Code aus Ihrer App ein",
  second_factor_email: "Per E‑Mail bestätigen",
  second_factor_passkey: "Mit Ihrem Passkey bestätigen",
  second_factor_recovery: "Geben Sie einen Wiederherstellungs\u00adcode ein",
  authenticator_needed: "Richten Sie eine Authenticator-App ein",
  authenticator_set_up: "Fügen Sie dies Ihrer App hinzu",
  recovery_codes: "Speichern Sie Ihre Wiederherstellungs\u00adcodes",
  recovery_codes_hidden: "Haben Sie Ihre Wiederherstellungs\u00adcodes gespeichert?",
  authenticator: "Authenticator-App",
  my_recovery_codes: "Wiederherstellungs\u00adcodes",
  account: "Ihr Konto",
  my_password: "Neues Passwort wählen",
  account_signed_out: "Melden Sie sich an, um Ihr Konto zu sehen",
  sign_in_again: "Sind Sie es noch?",
  passkey_add: "Passkey hinzufügen",
  passkey: "Ihr Passkey",
  inbox: "Posteingang",
  not_me: "Waren Sie das nicht?",
  not_me_done: "Ihr Konto ist überall abgemeldet",
  device_signed_out: "Das Gerät ist abgemeldet",
  dead_link: "Dieser Link gilt nicht mehr",
  stale_form: "Diese Seite ist nicht mehr aktuell",
  not_found: "Diese Seite gibt es nicht",
  too_many: "Zu viele Versuche",
  failed: "Hier ist etwas schiefgegangen",
};

export const enterCode: Messages["enterCode"] = {
  lede: "Er steht auf dem Bildschirm, der Sie hierher geschickt hat: am Fernseher, am Drucker, im Terminal.",
  label: "Code",
  hint: "Groß- und Kleinschreibung und der Bindestrich spielen keine Rolle.",
  problems: {
    empty: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
    unknown:
      "Kein Gerät wartet mit diesem Code. Prüfen Sie die Buchstaben, oder beginnen Sie am Gerät von vorn, um einen neuen zu erhalten.",
    too_many: "Zu viele Versuche. Warten Sie zehn Minuten und geben Sie den Code dann noch einmal ein.",
  },
  compareLede: "Vergleichen Sie ihn Buchstabe für Buchstabe mit dem Bildschirm, der Sie hierher geschickt hat.",
  same: "Ja, er ist gleich",
  different: "Nein, er ist anders",
  sentToYou: "Hat Ihnen jemand diesen Code geschickt?",
  sentToYouAdvice: "Hören Sie hier auf. Verwenden Sie nur den Code eines Geräts, das vor Ihnen steht.",
};

export const inbox: Messages["inbox"] = {
  staysHere: "E‑Mails dieses Mandanten bleiben auf diesem Computer; es wird nichts versendet.",
  empty:
    "Noch keine E‑Mails. Wenn jemand ein Konto erstellt, kommt der Code hier an. Laden Sie die Seite neu, um wieder nachzusehen.",
  lede: "Die neuesten zuerst. Laden Sie die Seite neu, um wieder nachzusehen.",
  to: (email) => html`An ${email}`,
  back: "Zurück zum Posteingang",
};
