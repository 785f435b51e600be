import { html } from "../../html.ts";
import type * as english from "../en/console-people.ts";
import { numbers } from "../numbers.ts";

const { number } = numbers.de;

export const consolePeople: typeof english.consolePeople = {
  title: "Personen",
  count: (total) => (total === 1 ? "1 Person hat ein Konto." : `${number(total)} Personen haben ein Konto.`),
  add: "Person hinzufügen",
  search: "E‑Mail-Adresse oder Name beginnt mit",
  only: "Anzeigen",
  filters: { all: "Alle", disabled: "Gesperrte", administrators: "Administratoren" },
  none: "Noch niemand hat ein Konto. Fügen Sie eine Person hinzu, oder lassen Sie jemanden sich registrieren.",
  noneFound: "Kein Treffer. Gesucht wird danach, wie eine E‑Mail-Adresse oder ein Name beginnt.",
  columns: { name: "Name", email: "E‑Mail-Adresse", state: "Zustand", since: "Seit" },
  states: { administrator: "Administrator", disabled: "gesperrt", active: "aktiv" },
  removed: "Das Konto ist gelöscht, und alle Anmeldungen sind beendet.",
  adding: {
    title: "Person hinzufügen",
    email: "E‑Mail-Adresse",
    name: "Name",
    nameHint: "Leer: was in der Adresse vor dem @ steht.",
    password: "Erstes Passwort",
    kinds: {
      none: "Keines: die Person legt mit „Passwort vergessen?“ eines fest oder meldet sich ohne Passwort an",
      generated: "Eines erzeugen und einmal anzeigen",
      typed: "Das unten eingegebene",
    },
    typed: "Passwort",
    administrator: "Administrator dieses Mandanten",
    administratorHint: "Darf hier alles ändern, in der Konsole und über Microsoft Graph.",
    save: "Hinzufügen",
    cancel: "Abbrechen",
    problems: {
      email_invalid: "Das ist keine E‑Mail-Adresse. Zum Beispiel ada@contoso.example.",
      name_invalid: "Der Name ist zu lang. Höchstens 100 Zeichen.",
      taken: "Ein anderes Konto hat diese Adresse. Wählen Sie eine andere, oder öffnen Sie jenes Konto.",
      password_beside:
        "Sie haben ein Passwort eingegeben, oben aber ein anderes erstes Passwort gewählt. Wählen Sie „Das unten eingegebene“ und geben Sie es noch einmal ein, oder lassen Sie dieses Feld leer.",
      short: "Das Passwort ist zu kurz. Mindestens 8 Zeichen.",
      long: "Das Passwort ist zu lang. Höchstens 128 Zeichen.",
      common: "Dieses Passwort probieren Angreifer als Erstes. Wählen Sie ein anderes.",
    },
  },
  added: {
    title: "Hinzugefügt",
    lede: (name, email) => html`${name} (${email}) kann sich mit diesem Passwort anmelden.`,
    once: "Es wird nur jetzt angezeigt. Geben Sie es der Person; sie kann es auf ihrer Kontoseite ändern.",
    open: "Konto öffnen",
    another: "Weitere Person hinzufügen",
  },
};

export const consolePerson: typeof english.consolePerson = {
  back: "Alle Personen",
  done: {
    group_joined: "In die Gruppe aufgenommen. Token nennen sie ab der nächsten Anmeldung oder Erneuerung.",
    group_left: "Aus der Gruppe entfernt.",
    added: "Das Konto ist angelegt.",
    edited: "Gespeichert.",
    enabled: "Das Konto ist entsperrt. Frühere Anmeldungen bleiben beendet.",
    disabled: "Das Konto ist gesperrt, und alle Anmeldungen sind beendet.",
    signed_out: "Überall abgemeldet. Programme erfahren es beim Erneuern, innerhalb einer Stunde.",
    password:
      "Das Passwort gilt nicht mehr, und alle Anmeldungen sind beendet. Die Person legt mit „Passwort vergessen?“ ein neues fest.",
    factors: "Passkeys, Authenticator-App und Wiederherstellungscodes sind entfernt, alle Anmeldungen sind beendet.",
    tries: "Die falschen Passwörter sind vergessen. Die Person kann es jetzt wieder versuchen.",
    promoted: "Diese Person ist jetzt Administrator.",
    demoted: "Diese Person ist nicht mehr Administrator.",
  },
  profile: "Profil",
  name: "Name",
  email: "E‑Mail-Adresse",
  emailHint:
    "Eine neue Adresse ist nicht bestätigt. Die alte bekommt eine E‑Mail darüber; Anmeldungen bleiben bestehen.",
  voidLinks: "Alle Links in früheren E‑Mails zu diesem Konto abschalten",
  voidLinksHint:
    "E‑Mails über eine neue Adresse, ein neues Passwort oder ein neues Gerät enthalten einen Link, der das rückgängig macht. Wer eine solche E‑Mail liest, kann den Link benutzen und das Konto sogar zu einer früheren Adresse zurückholen. Wählen Sie das, wenn Sie ein gestohlenes Konto zurückgeben.",
  save: "Speichern",
  id: "Objekt-ID",
  created: "Angelegt",
  disabledSince: "Gesperrt seit",
  attributes: "Angaben bei der Registrierung",
  yes: "Ja",
  no: "Nein",
  methods: {
    title: "Anmeldemethoden",
    password: "Passwort",
    passwordOff: "gilt nicht mehr, bis die Person mit „Passwort vergessen?“ ein neues festlegt",
    none: "Noch keine. Die Person meldet sich mit einem Code per E‑Mail an, wenn der Benutzerflow der App das anbietet, oder legt mit „Passwort vergessen?“ ein Passwort fest.",
    passkey: "Passkey",
    passkeyUsed: (when) => `zuletzt benutzt ${when}`,
    passkeyUnused: "noch nicht benutzt",
    authenticator: "Authenticator-App",
    since: (day) => `seit ${day}`,
    codes: (left) => (left === 1 ? "noch 1 Wiederherstellungscode" : `noch ${number(left)} Wiederherstellungscodes`),
  },
  refused: {
    title: "Passwörter werden zurzeit abgelehnt",
    until: (time) =>
      html`Für diese Adresse wurden zu viele falsche Passwörter eingegeben. Bis ${time} wird auch das richtige abgelehnt.`,
    hint: "Andere Anmeldemethoden funktionieren weiterhin. Wenn ein Fremder rät, kann auch er nach Ihrem Klick weitermachen.",
    tryAgain: "Neue Versuche zulassen",
  },
  groups: "Gruppen",
  noGroups: "In keiner Gruppe.",
  group: "Name der Gruppe",
  groupHint: "Eine App nur für zugewiesene Personen und Gruppen lässt alle zu, die in einer zugewiesenen Gruppe sind.",
  createGroup: "Gruppe anlegen, wenn keine so heißt",
  joinGroup: "In eine Gruppe aufnehmen",
  leaveGroup: "Entfernen",
  devices: "Geräte und Programme",
  noDevices: "Kein Programm ist angemeldet.",
  unknownApp: "eine gelöschte App",
  signedIn: (day) => `angemeldet ${day}`,
  lastUsed: (day) => `zuletzt benutzt ${day}`,
  allDevices: "Alle Anmeldungen dieser Person",
  activity: "Letzte 90 Tage",
  noActivity: "Nichts ist geschehen.",
  allActivity: "Alles im Protokoll",
  actions: {
    title: "Aktionen",
    signOut: "Überall abmelden",
    signOutHint: "Beendet alle Anmeldungen in Browsern und Programmen. Die Person kann sich wieder anmelden.",
    password: "Passwort zurücksetzen",
    passwordHint:
      "Das Passwort gilt nicht mehr, alle Anmeldungen enden. Die Person legt mit „Passwort vergessen?“ ein neues fest und bekommt dafür einen Code per E‑Mail.",
    factors: "Anmeldemethoden zurücksetzen",
    factorsHint:
      "Entfernt Passkeys, Authenticator-App und Wiederherstellungscodes und beendet alle Anmeldungen. Das Passwort bleibt. Vergewissern Sie sich zuerst, dass die Person selbst darum bittet.",
    promote: "Zum Administrator machen",
    promoteHint: "Administratoren dürfen hier und über Microsoft Graph alles ändern.",
    demote: "Administratorrecht entziehen",
    demoteHint: "Gilt sofort, auch für die Konsole und für vorhandene Token.",
    disable: "Sperren",
    disableHint: "Beendet alle Anmeldungen. Die Person kann sich erst wieder anmelden, wenn Sie das Konto entsperren.",
    enable: "Entsperren",
    enableHint: "Die Person kann sich wieder anmelden. Was beendet ist, bleibt beendet.",
    remove: "Löschen",
    removeHint:
      "Löscht das Konto und alles, was dazugehört. Es lässt sich nicht wiederherstellen; das Protokoll bleibt.",
    removeConfirm: (email) => html`Geben Sie zum Löschen ${email} ein`,
    sure: "Ja, es ist mein eigenes Konto",
  },
  problems: {
    group_unknown: "Keine Gruppe heißt so. Prüfen Sie den Namen, oder lassen Sie sie anlegen.",
    group_ambiguous: "Mehrere Gruppen heißen so. Geben Sie stattdessen die ID ein.",
    group_invalid: "Eine Gruppe braucht einen Namen mit höchstens 256 Zeichen.",
    email_invalid: "Das ist keine E‑Mail-Adresse. Es wurde nichts geändert.",
    name_invalid: "Geben Sie einen Namen mit höchstens 100 Zeichen ein. Es wurde nichts geändert.",
    taken: "Ein anderes Konto hat diese Adresse. Wählen Sie eine andere. Es wurde nichts geändert.",
    last_administrator:
      "Das ist der letzte Administrator. Machen Sie zuerst eine andere Person dazu, damit der Mandant in Ihrer Hand bleibt. Es wurde nichts geändert.",
    no_password: "Dieses Konto hat kein Passwort. Es wurde nichts geändert.",
    not_refused: "Passwörter dieser Person werden nicht mehr abgelehnt. Es wurde nichts geändert.",
    not_confirmed: "Die Adresse stimmt nicht überein. Geben Sie sie zum Löschen wie angezeigt ein.",
    oneself: {
      disable:
        "Das ist Ihr eigenes Konto. Sie würden jetzt abgemeldet und kämen ohne einen anderen Administrator nicht zurück. Noch wurde nichts geändert.",
      administrator:
        "Das ist Ihr eigenes Konto. Sie würden jetzt die Konsole verlieren und kämen ohne einen anderen Administrator nicht zurück. Noch wurde nichts geändert.",
    },
  },
};

export const consoleConflict: typeof english.consoleConflict = {
  title: "Inzwischen geändert",
  by: (who, when) => html`${who} hat es um ${when} geändert.`,
  unknown: "Es wurde geändert, während Sie es offen hatten.",
  operator: "Der Betreiber",
  itself: "Die Person selbst",
  nothing:
    "Von Ihnen wurde nichts gespeichert. Ihr Text steht noch im Formular; erneutes Speichern ersetzt, was jetzt gilt.",
  field: "Feld",
  now: "Jetzt",
  yours: "Ihres",
};
