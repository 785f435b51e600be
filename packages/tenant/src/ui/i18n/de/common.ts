import type { Messages } from "../messages.ts";

export const common: Messages["common"] = {
  problem: (title) => `Problem: ${title}`,
  email: "E‑Mail-Adresse",
  password: "Passwort",
  continue: "Weiter",
  signIn: "Anmelden",
  enterCode: "Code eingeben",
  tooManyTries: "Zu viele Versuche. Warten Sie einige Minuten und versuchen Sie es dann noch einmal.",
};

const moment = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium", timeStyle: "medium" });
const universal = new Intl.DateTimeFormat("de-DE", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("de-DE", { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("de", { numeric: "always" });

export const time: Messages["time"] = {
  at: (at) => moment.format(at),
  utc: (at) => `${universal.format(at)} Uhr UTC`,
  day: (at) => day.format(at),
  justNow: "gerade eben",
  secondsAgo: (seconds) => relative.format(-seconds, "second"),
  minutesAgo: (minutes) => relative.format(-minutes, "minute"),
};

export const device: Messages["device"] = {
  message: (uri, code) =>
    `Um sich anzumelden, öffnen Sie in einem Webbrowser die Seite ${uri} und geben Sie den Code ${code} ein.`,
};
