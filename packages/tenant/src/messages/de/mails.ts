import type { Messages } from "../messages.ts";

export const mails: Messages["mails"] = {
  signUpCode: {
    subject: (tenant) => `Ihr Code für ${tenant}`,
    enter: (tenant) => `Geben Sie diesen Code ein, um Ihr Konto bei ${tenant} zu erstellen:`,
    works: (minutes) =>
      `Er gilt ${minutes === 1 ? "1 Minute" : `${minutes} Minuten`} lang, in dem Browser, in dem Sie ihn angefordert haben.`,
    warning:
      "Wenn Sie ihn nicht angefordert haben, ignorieren Sie diese E-Mail. Nennen Sie den Code niemandem: Von uns fragt niemand danach.",
  },
  accountExists: {
    subject: (tenant) => `Ihr Konto bei ${tenant}`,
    exists: (tenant) =>
      `Jemand, vermutlich Sie, wollte mit dieser Adresse ein Konto bei ${tenant} erstellen. Sie haben schon eines.`,
    signIn: "Gehen Sie zurück zur Seite und melden Sie sich stattdessen mit Ihrem Passwort an.",
    notYou: "Wenn Sie das nicht waren, brauchen Sie nichts zu tun: An Ihrem Konto hat sich nichts geändert.",
  },
};
