import type { Messages } from "../messages.ts";
import { notices } from "./notices.ts";

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
      "Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail. Nennen Sie den Code niemandem: Von uns fragt niemand danach.",
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
  notices,
  noAccount: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    none: (tenant) =>
      `Jemand, vermutlich Sie, wollte sich mit dieser Adresse bei ${tenant} anmelden. Es gibt kein Konto, bei dem sich diese Adresse anmelden kann.`,
    create: "Um eines zu erstellen, gehen Sie zurück zur Anmeldeseite und wählen Sie „Konto erstellen“.",
    other:
      "Vielleicht haben Sie ein Konto mit einer anderen Adresse. Wenn Sie das nicht waren, brauchen Sie nichts zu tun.",
  },
};
