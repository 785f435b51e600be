import type { Messages } from "../messages.ts";

export const passkeys: Messages["passkeys"] = {
  use: "Passkey verwenden",
  refused: "Dieser Passkey hat hier nicht funktioniert. Versuchen Sie es noch einmal, oder melden Sie sich anders an.",
  cancelled:
    "Es ist nichts geschehen: Der Vorgang wurde abgebrochen oder hat zu lange gedauert. Versuchen Sie es noch einmal.",
  exists: "Dieses Gerät hat schon einen Passkey für Ihr Konto.",
  broken: "Dieser Browser konnte das nicht. Versuchen Sie es mit einem anderen Browser oder Gerät.",
  add: {
    lede: "Ihr Gerät fragt nach Finger, Gesicht oder PIN und merkt sich den Rest.",
    without:
      "Dieser Browser kann keine Passkeys erstellen oder führt hier keine Skripte aus. Öffnen Sie diese Seite in einem anderen Browser.",
    name: "Name",
    nameHint: "Damit unterscheiden Sie Ihre Passkeys: „Telefon“, „Laptop im Büro“. Sie können das Feld leer lassen.",
    button: "Passkey erstellen",
    back: "Zurück zu Ihrem Konto",
    problems: {
      failed: "Das hat nicht funktioniert, und es wurde kein Passkey gespeichert. Versuchen Sie es noch einmal.",
      taken: "Dieser Passkey ist hier schon bekannt.",
      full: "Sie haben so viele Passkeys, wie ein Konto haben kann. Entfernen Sie zuerst einen.",
      long: "Dieser Name ist zu lang. Nehmen Sie höchstens 50 Zeichen.",
    },
  },
  edit: {
    name: "Name",
    rename: "Namen speichern",
    remove: "Diesen Passkey entfernen",
    removeHint:
      "Ist er entfernt, können Sie sich nicht mehr damit anmelden. Entfernen Sie ihn auch in den Einstellungen Ihres Geräts.",
    empty: "Geben Sie einen Namen für den Passkey ein.",
  },
};
