import type { Messages } from "../messages.ts";

export const enterCode: Messages["enterCode"] = {
  lede: "Er steht auf dem Bildschirm, der Sie hierher geschickt hat: am Fernseher, am Drucker, im Terminal.",
  label: "Code",
  hint: "Groß- und Kleinschreibung und der Bindestrich spielen keine Rolle.",
  problems: {
    empty: "Geben Sie den Code ein, den Ihr Gerät anzeigt.",
    unknown:
      "Kein Gerät wartet mit diesem Code. Prüfen Sie die Buchstaben, oder beginnen Sie am Gerät von vorn, um einen neuen zu erhalten.",
    too_many: "Zu viele Versuche. Warten Sie zehn Minuten und geben Sie den Code dann noch einmal ein.",
  },
  compareLede: "Vergleichen Sie ihn Buchstabe für Buchstabe mit dem Bildschirm, der Sie hierher geschickt hat.",
  same: "Ja, er ist gleich",
  different: "Nein, er ist anders",
  sentToYou: "Hat Ihnen jemand diesen Code geschickt?",
  sentToYouAdvice: "Hören Sie hier auf. Verwenden Sie nur den Code eines Geräts, das vor Ihnen steht.",
};
