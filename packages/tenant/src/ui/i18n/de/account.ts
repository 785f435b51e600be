import { html } from "../../html.ts";
import type { Messages } from "../en.ts";

export const account: Messages["account"] = {
  signedOut: "Hier sehen Sie, wer Sie für uns sind und womit Sie sich anmelden, und können es ändern.",
  signInAgain: {
    change: (email) =>
      html`Sie sind als ${email} angemeldet. Bevor Sie ändern, womit Sie sich anmelden, bestätigen Sie noch einmal, dass Sie es sind.`,
    policy: (email) =>
      html`Sie sind als ${email} angemeldet. Ihr Konto verlangt eine andere Anmeldung oder einen zweiten Schritt, bevor es sich öffnet.`,
  },
  signInAgainButton: "Bestätigen",
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

export const notMe: Messages["notMe"] = {
  deviceSignedIn: (app) => html`${app} wurde auf einem Gerät mit Ihrem Konto angemeldet.`,
  told: {
    new_device: "Ein Gerät wurde mit Ihrem Konto angemeldet.",
    password_changed: "Das Passwort Ihres Kontos wurde geändert.",
    authenticator_added: "Zu Ihrem Konto kam eine Authenticator-App hinzu.",
    authenticator_removed: "Die Authenticator-App Ihres Kontos wurde entfernt.",
    passkey_added: "Zu Ihrem Konto kam ein Passkey hinzu.",
    passkey_removed: "Ein Passkey Ihres Kontos wurde entfernt.",
    recovery_codes_replaced: "Für Ihr Konto wurden neue Wiederherstellungscodes erstellt.",
    recovery_code_used: "Jemand hat sich mit einem Wiederherstellungscode an Ihrem Konto angemeldet.",
  },
  toldOfProgram: {
    refresh_token_reused: (app) =>
      html`Vielleicht wurde eine Kopie der Anmeldung von ${app} benutzt: Ein schon ersetzter Schlüssel kam noch einmal.`,
    refresh_token_repeated: (app) =>
      html`Vielleicht wurde eine Kopie der Anmeldung von ${app} benutzt: Ein Schlüssel kam zweimal, aus zwei Netzwerken.`,
  },
  aProgram: "einem Programm",
  willEnd: "Wenn Sie das nicht waren, geschieht jetzt dies",
  ended: "Das ist geschehen",
  ends: {
    device: "Das Gerät wird abgemeldet; was es schon hat, gilt höchstens noch eine Stunde",
    browser: "Der Browser, in dem Ja gesagt wurde, wird abgemeldet",
    authenticator: "Die neue Authenticator-App und ihre Wiederherstellungscodes werden entfernt",
    passkey: "Der neue Passkey wird entfernt",
    recoveryCodes: "Alle Wiederherstellungscodes werden entfernt",
    recent: "Passkeys, Authenticator-Apps und Wiederherstellungscodes der letzten sieben Tage werden entfernt",
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

export const ended: Messages["ended"] = {
  doneHeading: (app) => html`${app} ist angemeldet`,
  no_access: (email, tenant) =>
    html`${email} darf es nicht verwenden. Wenden Sie sich an ${tenant}; Ihr Gerät wartet so lange weiter.`,
  needs_administrator: (email, tenant) =>
    html`Was verlangt wird, reicht über ein einzelnes Konto hinaus, und ${email} hat bei ${tenant} keine Administratorrechte. Ihr Gerät wartet so lange weiter.`,
  otherAccount: "Anderes Konto verwenden",
  done: "Kehren Sie zu Ihrem Gerät zurück: Dort geht es in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.",
  deviceSays: (name) => html`Das Gerät nennt sich „${name}“.`,
  addPasskey: "Für das nächste Mal einen Passkey hinzufügen",
  declined: (app) => html`Sie haben Nein gesagt; ${app} hat nichts erhalten. Sie können diese Seite schließen.`,
  sentToYou: "Hat Ihnen jemand den Code geschickt?",
  sentToYouAdvice: "Geben Sie keinen weiteren von dieser Person ein.",
  expired: "Ein Code gilt nur kurze Zeit. Beginnen Sie an Ihrem Gerät von vorn und geben Sie den neuen ein.",
  used: "Er wurde schon beantwortet und gilt nur einmal. Wenn Ihr Gerät nicht angemeldet ist, beginnen Sie dort von vorn und geben Sie den neuen Code ein.",
  used_twice:
    "Zwei Konten haben denselben Code eingegeben. Deshalb haben wir die Anmeldung abgebrochen, und niemand wurde angemeldet. Beginnen Sie an Ihrem Gerät von vorn und zeigen Sie den neuen Code niemandem.",
  elsewhere:
    "Sie haben diese Anmeldung in einem anderen Browser oder Tab geöffnet. Schließen Sie sie dort ab, oder machen Sie hier weiter.",
  goOnHere: "Hier weitermachen",
  sign_in_over:
    "Sie wurde schon beantwortet oder hat zu lange gedauert. Beginnen Sie in dem Programm von vorn, das Sie hierher geführt hat.",
  request_refused:
    "Das Programm, das Sie hierher geführt hat, hat auf eine Weise gefragt, die für es nicht eingetragen ist. Es wurde nichts angemeldet. Geben Sie den Entwicklern des Programms diese Angaben:",
  ownProgram: {
    heading: "Ist es Ihr eigenes Programm?",
    lines: "Dann tragen Sie diese Adresse in doorcode.tenant.yaml ein und starten Sie diesen Dienst mit der Datei:",
  },
  stale_form:
    "Sie war zu lange offen, oder das Formular kam nicht von hier. Es wurde nichts geändert. Geben Sie den Code Ihres Geräts noch einmal ein, oder beginnen Sie in dem Programm von vorn, das Sie hierher geführt hat.",
  not_found:
    "Vielleicht ist die Adresse falsch geschrieben. Um sich an einem Gerät anzumelden, geben Sie dessen Code ein.",
  too_many: "Warten Sie einige Minuten und versuchen Sie es dann noch einmal.",
  tooManyDevice:
    "Warten Sie einige Minuten und versuchen Sie es dann noch einmal. Ihr Gerät behält seinen Code so lange.",
  failed: (tenant) =>
    html`Es liegt nicht an Ihnen. Warten Sie eine Minute und versuchen Sie es noch einmal. Wenn es wieder geschieht, nennen Sie ${tenant} diese Kennung:`,
};
