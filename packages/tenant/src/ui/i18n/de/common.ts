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
  tooManyTries: "Zu viele Versuche. Versuchen Sie es in einigen Minuten noch einmal.",
  thisComputer: "dieser Computer",
  fromHere: "von diesem Computer",
  from: (place) => html`von ${place}`,
};

const moment = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium", timeStyle: "medium" });
const universal = new Intl.DateTimeFormat("de-DE", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const universalShort = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat("de-DE", { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat("de-DE", { timeStyle: "short" });
const zone = new Intl.DateTimeFormat("de-DE", { timeZoneName: "short" });
const relative = new Intl.RelativeTimeFormat("de", { numeric: "always" });

export const time: Messages["time"] = {
  at: (at) => moment.format(at),
  utc: (at) => `${universal.format(at)} Uhr UTC`,
  utcShort: (at) => universalShort.format(at),
  clock: (at) => clock.format(at),
  minute: (at) => minute.format(at),
  zone: (at) => `Zeiten in ${zone.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "UTC"}.`,
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
  sign_in_code: "Prüfen Sie Ihr Postfach",
  reset_email: "Passwort vergessen?",
  reset_code: "Prüfen Sie Ihr Postfach",
  reset_password: "Wählen Sie ein neues Passwort",
  sign_up_email: "Wie lautet Ihre E‑Mail-Adresse?",
  sign_up_code: "Prüfen Sie Ihr Postfach",
  sign_up_password: "Wählen Sie ein Passwort",
  sign_up_name: "Wie heißen Sie?",
  sign_up_details: "Angaben zu Ihnen",
  details: "Bevor es weitergeht",
  device_consent: (app) => `Melden Sie sich gerade bei ${app} an?`,
  program_consent: (app) => `Bei ${app} anmelden?`,
  form_post: "Zurück zum Programm",
  sign_in_over: "Diese Anmeldung ist beendet",
  request_refused: "Diese Anmeldung ist nicht möglich",
  no_access: (app) => `Sie haben keinen Zugriff auf ${app}`,
  needs_administrator: (app) => `${app} erfordert Administratorrechte`,
  done: (app) => `${app} ist angemeldet`,
  declined: "Es wurde nichts angemeldet",
  expired: "Dieser Code ist abgelaufen",
  used: "Dieser Code wurde bereits verwendet",
  used_twice: "Dieser Code wurde zweimal verwendet",
  elsewhere: "Sie haben an anderer Stelle weitergemacht",
  sign_out: "Abmelden?",
  signed_out: "Sie sind abgemeldet",
  second_factor_app: "Geben Sie den Code aus Ihrer App ein",
  second_factor_email: "Per E‑Mail bestätigen",
  second_factor_passkey: "Mit Ihrem Passkey bestätigen",
  second_factor_recovery: "Geben Sie einen Wiederherstellungs\u00adcode ein",
  authenticator_needed: "Richten Sie eine Authenticator-App ein",
  authenticator_set_up: "Fügen Sie dieses Konto Ihrer App hinzu",
  recovery_codes: "Speichern Sie Ihre Wiederherstellungs\u00adcodes",
  recovery_codes_hidden: "Haben Sie Ihre Wiederherstellungs\u00adcodes gespeichert?",
  authenticator: "Authenticator-App",
  my_recovery_codes: "Wiederherstellungs\u00adcodes",
  account: "Ihr Konto",
  my_password: "Neues Passwort wählen",
  my_devices: "Ihre Geräte",
  my_device: "Dieses Gerät",
  my_apps: "Ihre Apps",
  my_app: (app) => app,
  my_activity: "Ihre Aktivitäten",
  my_profile: "Name und E‑Mail-Adresse",
  my_email: "Wie lautet Ihre neue E‑Mail-Adresse?",
  my_email_code: "Prüfen Sie Ihr neues Postfach",
  my_data: "Ihre Daten",
  my_deletion: "Konto löschen?",
  my_deletion_later: "Sie können Ihr Konto noch nicht löschen",
  account_deleted: "Ihr Konto ist gelöscht",
  not_my_email: "Haben Sie Ihre E‑Mail-Adresse geändert?",
  not_my_email_done: "Ihr Konto gehört wieder Ihnen",
  not_my_email_taken: "Ihre alte Adresse ist vergeben",
  account_signed_out: "Melden Sie sich an, um Ihr Konto zu sehen",
  sign_in_again: "Bestätigen Sie Ihre Identität",
  passkey_add: "Passkey hinzufügen",
  passkey: "Ihr Passkey",
  console_key: "Konsole öffnen",
  console_sign_in: "Konsole",
  not_me: "Waren Sie das?",
  not_me_done: "Ihr Konto ist überall abgemeldet",
  device_signed_out: "Das Gerät ist abgemeldet",
  dead_link: "Dieser Link ist nicht mehr gültig",
  stale_form: "Diese Seite ist nicht mehr aktuell",
  too_large: "Das ist zu lang",
  not_found: "Seite nicht gefunden",
  too_many: "Zu viele Versuche",
  failed: "Etwas ist schiefgegangen",
};

export const enterCode: Messages["enterCode"] = {
  lede: "Sie finden ihn auf dem Gerät, an dem Sie sich anmelden: Fernseher, Drucker oder Terminal.",
  label: "Code",
  hint: "Groß- und Kleinschreibung und der Bindestrich spielen keine Rolle.",
  problems: {
    empty: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
    unknown:
      "Dieser Code ist nicht richtig. Prüfen Sie die Buchstaben, oder starten Sie die Anmeldung am Gerät neu, um einen neuen zu erhalten.",
    too_many: "Zu viele Versuche. Geben Sie den Code in zehn Minuten noch einmal ein.",
  },
  compareLede: "Vergleichen Sie ihn Buchstabe für Buchstabe mit der Anzeige auf Ihrem Gerät.",
  same: "Ja, derselbe Code",
  different: "Nein, ein anderer",
  sentToYou: "Hat Ihnen jemand diesen Code geschickt?",
  sentToYouAdvice: "Brechen Sie hier ab. Verwenden Sie nur den Code eines Geräts, das vor Ihnen steht.",
};
