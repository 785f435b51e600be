import { html } from "../../pages/html.ts";
import type { Messages } from "../messages.ts";
import { common } from "./common.ts";

const mailFailed = "Wir konnten die E-Mail gerade nicht senden. Versuchen Sie es in einer Minute noch einmal.";

export const signUp: Messages["signUp"] = {
  step: (number, of) => `Neues Konto · Schritt ${number} von ${of}`,
  haveAccount: "Haben Sie schon ein Konto?",
  email: {
    lede: "Wir senden einen Code dorthin, um zu sehen, dass sie Ihnen gehört.",
    send: "Code senden",
    problems: {
      invalid: "Geben Sie eine E-Mail-Adresse wie name@example.com ein.",
      too_many: common.tooManyTries,
      mail_failed: mailFailed,
      mail_refused:
        "Der Mailserver dieser Adresse hat unsere E-Mail abgelehnt. Prüfen Sie die Adresse oder nehmen Sie eine andere.",
    },
  },
  code: {
    lede: (email, minutes) =>
      html`Wir haben einen Code an ${email} gesendet. Er gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang.`,
    label: "Code aus der E-Mail",
    resent: "Ein neuer Code ist unterwegs. Der vorige gilt nicht mehr.",
    slow: "Die E-Mail ist unterwegs. Das kann einige Minuten dauern.",
    nothingThere: "Nichts angekommen?",
    resend: "Neuen Code senden",
    problems: {
      wrong: "Dieser Code stimmt nicht. Sehen Sie in der E-Mail nach und geben Sie ihn noch einmal ein.",
      dead: "Dieser Code gilt nicht mehr. Lassen Sie sich unten einen neuen senden.",
      too_many: common.tooManyTries,
      mail_failed: mailFailed,
    },
  },
  password: {
    lede: (email) => html`Für ${email}`,
    hint: "Mindestens 8 Zeichen. Gut sind mehrere Wörter hintereinander.",
    problems: {
      short: "Verwenden Sie mindestens 8 Zeichen.",
      long: "Verwenden Sie höchstens 128 Zeichen.",
      common: "Dieses Passwort ist leicht zu erraten. Wählen Sie eines, auf das sonst niemand käme.",
    },
  },
  name: {
    lede: "Ihr Name erscheint auf den Geräten, an denen Sie sich anmelden.",
    label: "Name",
    create: "Konto erstellen",
    problems: {
      empty: "Geben Sie Ihren Namen ein.",
      long: "Dieser Name ist zu lang. Geben Sie einen kürzeren ein.",
    },
  },
};
