import type { Messages } from "../en.ts";

const securityNotifications: Messages["mails"]["securityNotifications"] = {
  subject: {
    new_device: (tenant) => `Mit Ihrem Konto bei ${tenant} wurde ein Gerät angemeldet`,
    password_changed: (tenant) => `Ihr Passwort bei ${tenant} wurde geändert`,
    authenticator_added: (tenant) => `Zu Ihrem Konto bei ${tenant} kam eine Authenticator-App hinzu`,
    authenticator_removed: (tenant) => `Die Authenticator-App Ihres Kontos bei ${tenant} wurde entfernt`,
    passkey_added: (tenant) => `Zu Ihrem Konto bei ${tenant} kam ein Passkey hinzu`,
    passkey_removed: (tenant) => `Ein Passkey Ihres Kontos bei ${tenant} wurde entfernt`,
    recovery_codes_replaced: (tenant) => `Ihre Wiederherstellungscodes bei ${tenant} wurden ersetzt`,
    recovery_code_used: (tenant) => `Für Ihr Konto bei ${tenant} wurde ein Wiederherstellungscode benutzt`,
    refresh_token_reused: (tenant) => `Ein Programm wurde von Ihrem Konto bei ${tenant} abgemeldet`,
    refresh_token_repeated: (tenant) => `Eine Anmeldung mit Ihrem Konto bei ${tenant} kam aus zwei Netzwerken`,
  },
  deviceSignedIn: (app, tenant) => `${app} wurde auf einem Gerät mit Ihrem Konto bei ${tenant} angemeldet.`,
  told: {
    password_changed: (tenant) => `Das Passwort Ihres Kontos bei ${tenant} wurde geändert.`,
    authenticator_added: (tenant) =>
      `Zu Ihrem Konto bei ${tenant} kam eine Authenticator-App hinzu. Beim Anmelden kann nach ihren Codes gefragt werden.`,
    authenticator_removed: (tenant) =>
      `Die Authenticator-App Ihres Kontos bei ${tenant} wurde entfernt. Ihre Codes gelten nicht mehr.`,
    passkey_added: (tenant) => `Zu Ihrem Konto bei ${tenant} kam ein Passkey hinzu. Er meldet ohne das Passwort an.`,
    passkey_removed: (tenant) => `Ein Passkey Ihres Kontos bei ${tenant} wurde entfernt. Er gilt nicht mehr.`,
    recovery_codes_replaced: (tenant) =>
      `Für Ihr Konto bei ${tenant} wurden neue Wiederherstellungscodes erstellt. Die bisherigen gelten nicht mehr.`,
    recovery_code_used: (tenant) =>
      `Jemand hat sich mit einem Ihrer Wiederherstellungscodes an Ihrem Konto bei ${tenant} angemeldet. Er gilt nicht mehr.`,
  },
  toldOfProgram: {
    refresh_token_reused: (app, tenant) =>
      `Vielleicht wurde eine Kopie der Anmeldung von ${app} benutzt. Das Programm war mit Ihrem Konto bei ${tenant} angemeldet, und ein bereits ersetzter Schlüssel dieser Anmeldung kam noch einmal. Vielleicht hat ein anderer Computer eine Kopie davon. Deshalb wurde diese Anmeldung beendet. Das Programm bittet Sie, sich neu anzumelden.`,
    refresh_token_repeated: (app, tenant) =>
      `Vielleicht wurde eine Kopie der Anmeldung von ${app} benutzt. Das Programm ist mit Ihrem Konto bei ${tenant} angemeldet, und derselbe Schlüssel dieser Anmeldung kam innerhalb von Sekunden zweimal, von zwei Netzwerkadressen. Das kommt vor, wenn ein Gerät das Netzwerk wechselt. Es kommt auch vor, wenn ein anderer Computer eine Kopie des Schlüssels hat.`,
  },
  when: (time) => `Wann: ${time}`,
  fromBefore: (ip) => `Und kurz davor von: ${ip}`,
  from: (ip) => `Von der Netzwerkadresse: ${ip}`,
  deviceFrom: (ip) => `Netzwerkadresse des Geräts: ${ip}`,
  approvedFrom: (ip) => `Ja gesagt wurde von: ${ip}`,
  byOperator: "Ja gesagt haben für Sie die Betreiber dieses Dienstes.",
  deviceSays: (name) => `Das Gerät nennt sich: „${name}“`,
  deviceSaysPlatform: (platform) => `und sagt, es laufe mit: „${platform}“`,
  passkeyNamed: (name) => `Er bekam den Namen: „${name}“`,
  codesLeft: (left) => `Verbleibende Wiederherstellungscodes: ${left}`,
  wasYou: "Wenn Sie das waren, brauchen Sie nichts zu tun.",
  wasNotYouDevice: (until) =>
    `Wenn Sie das nicht waren, melden Sie das Gerät mit dem Link unten ab. Er gilt einmal, bis ${until}.`,
  wasNotYou: (until) =>
    `Wenn Sie das nicht waren, sichern Sie Ihr Konto mit dem Link unten. Er gilt einmal, bis ${until}.`,
  link: "Das war ich nicht",
  why: "Sie erhalten diese E‑Mail, weil es Ihr Konto ist. Wir fragen nie per E‑Mail nach Ihrem Passwort oder einem Code.",
};

export const mails: Messages["mails"] = {
  code: {
    subject: (tenant) => `Ihr Code für ${tenant}`,
    enter: {
      signUp: (tenant) => `Geben Sie diesen Code ein, um Ihr Konto bei ${tenant} zu erstellen:`,
      signIn: (tenant) => `Geben Sie diesen Code ein, um sich bei ${tenant} anzumelden:`,
      secondFactor: (tenant) => `Geben Sie diesen Code ein, um die Anmeldung bei ${tenant} abzuschließen:`,
      reset: (tenant) => `Geben Sie diesen Code ein, um ein neues Passwort für ${tenant} zu wählen:`,
    },
    works: (minutes) =>
      `Er gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang, in dem Browser, in dem Sie ihn angefordert haben.`,
    warning:
      "Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E‑Mail. Nennen Sie den Code niemandem: Von uns fragt niemand danach.",
    warningOfPassword:
      "Wenn Sie sich gerade nicht anmelden, kennt jemand Ihr Passwort: Ändern Sie es und nennen Sie den Code niemandem. Von uns fragt niemand danach.",
  },
  accountExists: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    exists: (tenant) =>
      `Jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei ${tenant} erstellen. Sie haben schon eines.`,
    signIn: "Gehen Sie zurück zur Seite und melden Sie sich stattdessen an.",
    notYou: "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: An Ihrem Konto hat sich nichts geändert.",
  },
  securityNotifications,
  noPassword: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    none: (tenant) => `Jemand, vermutlich Sie, wollte ein neues Passwort für ${tenant}. Ihr Konto hat kein Passwort.`,
    passkey: "Melden Sie sich mit Ihrem Passkey an. Ein Passwort können Sie danach auf Ihrer Kontoseite wählen.",
    notYou: "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: Ihr Konto ist unverändert.",
  },
  noAccount: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    none: (tenant) =>
      `Jemand, vermutlich Sie, wollte sich mit dieser Adresse bei ${tenant} anmelden. Es gibt kein Konto, bei dem sich diese Adresse anmelden kann.`,
    create: "Um eines zu erstellen, gehen Sie zurück zur Anmeldeseite und wählen Sie „Konto erstellen“.",
    other:
      "Vielleicht haben Sie ein Konto mit einer anderen Adresse. Wenn Sie das nicht waren, brauchen Sie nichts zu tun.",
  },
};
