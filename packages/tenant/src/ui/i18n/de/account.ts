import { html } from "../../html.ts";
import type { Messages } from "../en.ts";

export const account: Messages["account"] = {
  savedName: "Ihr Name wurde gespeichert.",
  signedOut: "Hier sehen Sie Ihre Geräte und Angaben und ändern, wie Sie sich anmelden.",
  signInAgain: {
    change: (email) =>
      html`Sie sind als ${email} angemeldet. Melden Sie sich noch einmal an, bevor Sie Ihr Konto ändern.`,
    policy: (email) =>
      html`Sie sind als ${email} angemeldet. Ihr Konto verlangt eine andere Anmeldung oder einen zweiten Schritt.`,
  },
  signInAgainButton: "Weiter",
  password: "Passwort",
  passwordStates: {
    set: "Festgelegt.",
    none: "Nicht festgelegt. Andere Anmeldemethoden brauchen keins.",
    switched_off: "Es gilt nicht mehr. Legen Sie ein neues fest, um sich damit anzumelden.",
  },
  changePassword: "Passwort ändern",
  choosePassword: "Passwort festlegen",
  passkeys: "Passkeys",
  noPasskeys: "Melden Sie sich mit Fingerabdruck, Gesicht oder PIN statt mit einem Passwort an.",
  passkeysImpossible: "Unter dieser Webadresse sind keine Passkeys möglich.",
  passkeyAdded: (day) => `Hinzugefügt am ${day}`,
  passkeyUsed: (day) => `zuletzt verwendet am ${day}`,
  addPasskey: "Passkey hinzufügen",
  authenticator: "Authenticator-App",
  noAuthenticator: "Eine App auf Ihrem Telefon zeigt einen Code an, den Sie nach dem Passwort eingeben.",
  authenticatorSince: (day) => `Eingerichtet am ${day}`,
  setUpAuthenticator: "App einrichten",
  changeAuthenticator: "App ändern",
  recoveryCodes: "Wiederherstellungscodes",
  recoveryCodesLeft: (count) => (count === 1 ? "Noch 1 Code übrig." : `Noch ${count} Codes übrig.`),
  seeRecoveryCodes: "Neue Codes erstellen",
  signOut: "Abmelden",
};

export const notMe: Messages["notMe"] = {
  deviceSignedIn: (app) => html`${app} wurde auf einem Gerät mit Ihrem Konto angemeldet.`,
  events: {
    new_device: "Ein Gerät wurde mit Ihrem Konto angemeldet.",
    password_changed: "Ihr Passwort wurde geändert.",
    authenticator_added: "Ihrem Konto wurde eine Authenticator-App hinzugefügt.",
    authenticator_removed: "Die Authenticator-App wurde aus Ihrem Konto entfernt.",
    passkey_added: "Ihrem Konto wurde ein Passkey hinzugefügt.",
    passkey_removed: "Ein Passkey wurde aus Ihrem Konto entfernt.",
    recovery_codes_replaced: "Ihre Wiederherstellungscodes wurden ersetzt.",
    recovery_code_used: "Jemand hat sich mit einem Wiederherstellungscode bei Ihrem Konto angemeldet.",
  },
  programEvents: {
    refresh_token_reused: (app) =>
      html`Die Anmeldung bei ${app} wurde möglicherweise kopiert: Ein bereits ersetzter Schlüssel wurde noch einmal verwendet.`,
    refresh_token_repeated: (app) =>
      html`Die Anmeldung bei ${app} wurde möglicherweise kopiert: Ein Schlüssel wurde zweimal verwendet, aus zwei Netzwerken.`,
  },
  aProgram: "einem Programm",
  willEnd: "Wenn Sie Nein sagen",
  ended: "Erledigt",
  ends: {
    device: "Gerät abmelden; bereits erteilter Zugriff endet innerhalb einer Stunde",
    browser: "Browser abmelden, in dem zugestimmt wurde",
    authenticator: "Neue Authenticator-App und ihre Wiederherstellungscodes entfernen",
    passkey: "Neuen Passkey entfernen",
    recoveryCodes: "Alle Wiederherstellungscodes entfernen",
    recent: "Passkeys, Authenticator-Apps und Wiederherstellungscodes der letzten sieben Tage entfernen",
    everywhere: "Alle Browser und Geräte mit diesem Konto abmelden",
    password: "Passwort löschen; ein neues wählen Sie per E‑Mail",
  },
  signOutDevice: "Nein, abmelden",
  secure: "Nein, Konto sichern",
  wasYou: "Wenn Sie es waren, schließen Sie diese Seite. Es ändert sich nichts.",
  deviceNext: "Könnte jemand Ihr Passwort kennen? Dann wählen Sie auch ein neues.",
  accountNext: "Wählen Sie jetzt ein neues Passwort. Wir senden Ihnen einen Code per E‑Mail.",
  reset: "Neues Passwort wählen",
  dead: "Jeder Link gilt einmal und höchstens eine Woche lang. Wenn Sie Ihren bereits verwendet haben, brauchen Sie nichts mehr zu tun. Wenn Ihnen etwas verdächtig vorkommt, wählen Sie ein neues Passwort.",
};

export const ended: Messages["ended"] = {
  doneHeading: (app) => html`${app} ist angemeldet`,
  no_access: (email, tenant) =>
    html`${email} darf diese App nicht verwenden. Wenden Sie sich an ${tenant}. Ihr Gerät wartet so lange.`,
  needs_administrator: (email, tenant) =>
    html`Der angeforderte Zugriff geht über ein einzelnes Konto hinaus, und ${email} hat bei ${tenant} keine Administratorrechte. Ihr Gerät wartet so lange.`,
  otherAccount: "Anderes Konto verwenden",
  done: "Kehren Sie zu Ihrem Gerät zurück. Dort geht es in wenigen Sekunden weiter. Sie können diese Seite schließen.",
  doneSignedIn: "Auf Ihrem Gerät geht es weiter. Sie können diese Seite schließen.",
  yourDevices: "Ihre Geräte verwalten",
  changedYourMind: "Doch nicht? Dort können Sie es jederzeit wieder abmelden.",
  deviceSays: (name) => html`Das Gerät nennt sich „${name}“.`,
  addPasskey: "Für das nächste Mal einen Passkey hinzufügen",
  declined: (app) => html`Sie haben Nein gesagt. ${app} hat nichts erhalten. Sie können diese Seite schließen.`,
  sentToYou: "Hat Ihnen jemand den Code geschickt?",
  sentToYouAdvice: "Geben Sie keinen weiteren Code von dieser Person ein.",
  expired: "Codes gelten nur kurze Zeit. Starten Sie die Anmeldung am Gerät neu und geben Sie den neuen Code ein.",
  used: "Codes gelten nur einmal. Wenn Ihr Gerät nicht angemeldet ist, starten Sie die Anmeldung dort neu und geben Sie den neuen Code ein.",
  used_twice:
    "Zwei Konten haben diesen Code eingegeben, deshalb wurde niemand angemeldet. Starten Sie die Anmeldung am Gerät neu und zeigen Sie den neuen Code niemandem.",
  elsewhere:
    "Sie haben diese Anmeldung in einem anderen Browser oder Tab geöffnet. Schließen Sie sie dort ab, oder machen Sie hier weiter.",
  goOnHere: "Hier weitermachen",
  sign_in_over:
    "Sie wurde bereits beantwortet oder hat zu lange gedauert. Beginnen Sie in dem Programm neu, aus dem Sie kommen.",
  request_refused:
    "Das Programm, aus dem Sie kommen, ist für diese Anmeldung nicht eingerichtet. Es wurde nichts angemeldet. Geben Sie diese Angaben an die Entwickler weiter:",
  ownProgram: {
    heading: "Ist es Ihr eigenes Programm?",
    lines: "Tragen Sie diese Adresse in doorcode.tenant.yaml ein und starten Sie diesen Dienst mit der Datei:",
  },
  stale_form:
    "Sie war zu lange geöffnet, oder das Formular kam von einer anderen Seite. Es wurde nichts geändert. Geben Sie den Code Ihres Geräts noch einmal ein, oder beginnen Sie in dem Programm neu, aus dem Sie kommen.",
  too_large: (kilobytes) =>
    `Ihre Eingabe ist länger, als diese Seite annimmt: höchstens ${kilobytes} KB in allen Feldern zusammen. Es wurde nichts geändert. Gehen Sie zurück und kürzen Sie sie.`,
  not_found: "Prüfen Sie die Adresse. Um ein Gerät anzumelden, geben Sie dessen Code ein.",
  too_many: "Versuchen Sie es in einigen Minuten noch einmal.",
  tooManyDevice: "Versuchen Sie es in einigen Minuten noch einmal. Ihr Gerät behält seinen Code.",
  failed: (tenant) =>
    html`Es liegt nicht an Ihnen. Versuchen Sie es in einer Minute noch einmal. Wenn es wieder geschieht, nennen Sie ${tenant} diese Kennung:`,
};
