import { html } from "../../pages/html.ts";
import type { Messages } from "../messages.ts";

export const confirm: Messages["confirm"] = {
  heading: (app) => html`Melden Sie sich gerade bei <em>${app}</em> an?`,
  signedInAs: (email) => html`Angemeldet als ${email}`,
  notYou: "Nicht Sie?",
  sameCode: "Sagen Sie nur Ja, wenn das Gerät vor Ihnen steht und diesen Code anzeigt.",
  elsewhere: "Das Gerät ist nicht in Ihrem Netzwerk.",
  elsewhereAdvice:
    "Sagen Sie nur Ja, wenn es vor Ihnen steht und diesen Code anzeigt. Wenn Ihnen jemand den Code geschickt hat, sagen Sie Nein.",
  started: "Begonnen",
  from: "Woher",
  code: "Code",
  device: "Gerät",
  saysItIs: (name) => html`nennt sich „${name}“`,
  with: (platform) => html`mit „${platform}“`,
  networks: {
    this_computer: "Von diesem Computer",
    same_network: "Aus demselben Netzwerk",
    other_network: "Aus einem anderen Netzwerk",
  },
  willBeAble: "Was es danach darf",
  fresh: "Neu: was es danach auch darf",
  already: "Was es schon darf",
  changed: "Was verlangt wird, hat sich geändert. Sehen Sie noch einmal hin.",
  yes: "Ja, anmelden",
  no: "Nein, das war ich nicht",
};

export const permissions: Messages["permissions"] = {
  name_and_email: "Ihren Namen und Ihre E‑Mail-Adresse erfahren",
  name: "Ihren Namen erfahren",
  email: "Ihre E‑Mail-Adresse erfahren",
  you: "Erkennen, dass Sie es sind",
  offline: (days) => `Angemeldet bleiben, bis ${days} Tage lang nichts geschieht`,
  for_hours: (hours) => `${hours === 1 ? "Eine Stunde" : `${hours} Stunden`} lang angemeldet bleiben`,
};
