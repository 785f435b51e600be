import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";
import { common } from "./common.ts";

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
