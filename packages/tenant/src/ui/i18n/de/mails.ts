import type { Messages } from "../en.ts";

const securityNotifications: Messages["mails"]["securityNotifications"] = {
  subject: {
    new_device: (tenant) => `Mit Ihrem Konto bei ${tenant} wurde ein Gerät angemeldet`,
    password_changed: (tenant) => `Ihr Passwort bei ${tenant} wurde geändert`,
    authenticator_added: (tenant) => `Ihrem Konto bei ${tenant} wurde eine Authenticator-App hinzugefügt`,
    authenticator_removed: (tenant) => `Die Authenticator-App wurde aus Ihrem Konto bei ${tenant} entfernt`,
    passkey_added: (tenant) => `Ihrem Konto bei ${tenant} wurde ein Passkey hinzugefügt`,
    passkey_removed: (tenant) => `Ein Passkey wurde aus Ihrem Konto bei ${tenant} entfernt`,
    recovery_codes_replaced: (tenant) => `Ihre Wiederherstellungscodes bei ${tenant} wurden ersetzt`,
    recovery_code_used: (tenant) => `Für Ihr Konto bei ${tenant} wurde ein Wiederherstellungscode verwendet`,
    refresh_token_reused: (tenant) => `Ein Programm wurde von Ihrem Konto bei ${tenant} abgemeldet`,
    refresh_token_repeated: (tenant) => `Eine Anmeldung mit Ihrem Konto bei ${tenant} kam aus zwei Netzwerken`,
  },
  deviceSignedIn: (app, tenant) => `${app} wurde auf einem Gerät mit Ihrem Konto bei ${tenant} angemeldet.`,
  events: {
    password_changed: (tenant) => `Ihr Passwort bei ${tenant} wurde geändert.`,
    authenticator_added: (tenant) =>
      `Ihrem Konto bei ${tenant} wurde eine Authenticator-App hinzugefügt. Beim Anmelden werden Sie möglicherweise nach ihren Codes gefragt.`,
    authenticator_removed: (tenant) =>
      `Die Authenticator-App wurde aus Ihrem Konto bei ${tenant} entfernt. Ihre Codes gelten nicht mehr.`,
    passkey_added: (tenant) =>
      `Ihrem Konto bei ${tenant} wurde ein Passkey hinzugefügt. Damit ist die Anmeldung ohne Passwort möglich.`,
    passkey_removed: (tenant) => `Ein Passkey wurde aus Ihrem Konto bei ${tenant} entfernt. Er gilt nicht mehr.`,
    recovery_codes_replaced: (tenant) =>
      `Ihre Wiederherstellungscodes bei ${tenant} wurden ersetzt. Die alten Codes gelten nicht mehr.`,
    recovery_code_used: (tenant) =>
      `Jemand hat sich mit einem Wiederherstellungscode bei Ihrem Konto bei ${tenant} angemeldet. Dieser Code gilt nicht mehr.`,
  },
  programEvents: {
    refresh_token_reused: (app, tenant) =>
      `Die Anmeldung bei ${app} mit Ihrem Konto bei ${tenant} wurde möglicherweise kopiert. Ein bereits ersetzter Schlüssel dieser Anmeldung wurde noch einmal verwendet. Möglicherweise hat ein anderer Computer eine Kopie. Wir haben diese Anmeldung beendet. Das Programm bittet Sie, sich neu anzumelden.`,
    refresh_token_repeated: (app, tenant) =>
      `Die Anmeldung bei ${app} mit Ihrem Konto bei ${tenant} wurde möglicherweise kopiert. Ein Schlüssel dieser Anmeldung wurde innerhalb von Sekunden zweimal verwendet, von zwei Netzwerkadressen. Das kommt vor, wenn ein Gerät das Netzwerk wechselt. Es kommt auch vor, wenn ein anderer Computer eine Kopie des Schlüssels hat.`,
  },
  ownComputer: "der Computer des Mandanten",
  when: (time) => `Wann: ${time}`,
  fromBefore: (ip) => `Netzwerkadresse kurz zuvor: ${ip}`,
  from: (ip) => `Netzwerkadresse: ${ip}`,
  deviceFrom: (ip) => `Netzwerkadresse des Geräts: ${ip}`,
  approvedFrom: (ip) => `Netzwerkadresse bei der Zustimmung: ${ip}`,
  byOperator: "Die Betreiber dieses Dienstes haben für Sie zugestimmt.",
  deviceSays: (name) => `Das Gerät nennt sich: „${name}“`,
  deviceSaysPlatform: (platform) => `Nach eigener Angabe läuft es mit: „${platform}“`,
  passkeyNamed: (name) => `Name des Passkeys: „${name}“`,
  codesLeft: (left) => `Verbleibende Wiederherstellungscodes: ${left}`,
  wasYou: "Wenn Sie es waren, brauchen Sie nichts zu tun.",
  wasNotYouDevice: (until) =>
    `Wenn Sie es nicht waren, melden Sie das Gerät mit dem Link unten ab. Er gilt einmal, bis ${until}.`,
  wasNotYou: (until) =>
    `Wenn Sie es nicht waren, sichern Sie Ihr Konto mit dem Link unten. Er gilt einmal, bis ${until}.`,
  link: "Das war ich nicht",
  why: "Sie erhalten diese E‑Mail, weil es Ihr Konto betrifft. Wir fragen nie per E‑Mail nach Ihrem Passwort oder einem Code.",
};

export const mails: Messages["mails"] = {
  code: {
    subject: (tenant) => `Ihr Code für ${tenant}`,
    enter: {
      signUp: (tenant) => `Geben Sie diesen Code ein, um Ihr Konto bei ${tenant} zu erstellen:`,
      signIn: (tenant) => `Geben Sie diesen Code ein, um sich bei ${tenant} anzumelden:`,
      secondFactor: (tenant) => `Geben Sie diesen Code ein, um die Anmeldung bei ${tenant} abzuschließen:`,
      reset: (tenant) => `Geben Sie diesen Code ein, um ein neues Passwort für ${tenant} zu wählen:`,
      changeEmail: (tenant) => `Geben Sie diesen Code ein, um diese Adresse für Ihr Konto bei ${tenant} zu verwenden:`,
    },
    works: (minutes) =>
      `Er gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang, in dem Browser, in dem Sie ihn angefordert haben.`,
    warning:
      "Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E‑Mail. Geben Sie den Code nicht weiter. Wir fragen Sie nie danach.",
    warningOfPassword:
      "Wenn Sie sich gerade nicht anmelden, kennt jemand Ihr Passwort. Ändern Sie es. Geben Sie den Code nicht weiter. Wir fragen Sie nie danach.",
  },
  accountExists: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    exists: (tenant) =>
      `Jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei ${tenant} erstellen. Sie haben bereits eines.`,
    signIn: "Gehen Sie zurück zur Seite und melden Sie sich stattdessen an.",
    notYou: "Wenn Sie es nicht waren, brauchen Sie nichts zu tun. Ihr Konto ist unverändert.",
  },
  securityNotifications,
  addressTaken: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    taken: (tenant) =>
      `Jemand, vermutlich Sie, wollte diese Adresse für ein anderes Konto bei ${tenant} verwenden. Sie gehört bereits zu einem Konto, und jede Adresse kann nur zu einem gehören.`,
    other: "Wählen Sie eine andere Adresse.",
    notYou: "Wenn Sie es nicht waren, brauchen Sie nichts zu tun. Ihr Konto ist unverändert.",
  },
  emailChanged: {
    subject: (tenant) => `Ihr Konto bei ${tenant} hat eine neue E‑Mail-Adresse`,
    changed: (tenant) =>
      `Ihr Konto bei ${tenant} verwendet jetzt eine andere E‑Mail-Adresse. Mit dieser hier können Sie sich nicht mehr anmelden.`,
    wasNotYou: (until) =>
      `Wenn Sie es nicht waren, holen Sie sich Ihr Konto mit dem folgenden Link zurück. Er gilt einmal, bis ${until}.`,
    why: "Sie erhalten diese E‑Mail, weil das Konto diese Adresse hatte. Wir fragen nie per E‑Mail nach Ihrem Passwort oder einem Code.",
  },
  emailTakenBack: {
    subject: (tenant) => `Ihr Konto bei ${tenant} verwendet diese Adresse nicht mehr`,
    back: (tenant) =>
      `Ihr Konto bei ${tenant} hat wieder seine frühere E‑Mail-Adresse. Mit dieser hier können Sie sich nicht mehr anmelden.`,
    wasNotYou: (tenant) =>
      `Wenn Sie es nicht waren, wenden Sie sich an die Betreiber von ${tenant}. Sie sehen in ihren Aufzeichnungen, wann es geschah.`,
    why: "Sie erhalten diese E‑Mail, weil das Konto diese Adresse hatte. Wir fragen nie per E‑Mail nach Ihrem Passwort oder einem Code.",
  },
  emailReplaced: {
    subject: (tenant) => `Ihr Konto bei ${tenant} verwendet diese Adresse nicht mehr`,
    replaced: (tenant) =>
      `Ihr Konto bei ${tenant} hat von der Administration eine andere E‑Mail-Adresse bekommen. Mit dieser hier können Sie sich nicht mehr anmelden.`,
  },
  accountDeleted: {
    subject: (tenant) => `Ihr Konto bei ${tenant} wurde gelöscht`,
    deleted: (tenant) => `Ihr Konto bei ${tenant} wurde gelöscht, und alle Geräte wurden abgemeldet.`,
    again:
      "Es lässt sich nicht wiederherstellen. Wenn Sie es nicht waren, wenden Sie sich an die Betreiber dieses Dienstes.",
  },
  noPassword: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    none: (tenant) =>
      `Jemand, vermutlich Sie, hat ein neues Passwort für ${tenant} angefordert. Ihr Konto hat kein Passwort.`,
    passkey: "Melden Sie sich mit Ihrem Passkey an. Danach können Sie auf Ihrer Kontoseite ein Passwort festlegen.",
    notYou: "Wenn Sie es nicht waren, brauchen Sie nichts zu tun. Ihr Konto ist unverändert.",
  },
  noAccount: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    none: (tenant) =>
      `Jemand, vermutlich Sie, wollte sich mit dieser Adresse bei ${tenant} anmelden. Mit dieser Adresse ist keine Anmeldung möglich.`,
    create: "Um ein Konto zu erstellen, gehen Sie zurück zur Anmeldeseite und wählen Sie „Konto erstellen“.",
    other:
      "Vielleicht haben Sie ein Konto mit einer anderen Adresse. Wenn Sie es nicht waren, brauchen Sie nichts zu tun.",
  },
};
