import { html } from "../../html.ts";
import type * as en from "../en/console-testing.ts";
import { numbers } from "../numbers.ts";

const { long, number } = numbers.de;

/** „Tage“ und „Stunden“ auch im Satz „… voraus“. */
function distance(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000);
  if (minutes >= 2_880) return long(Math.round(minutes / 1_440), "day");
  if (minutes >= 120) return long(Math.round(minutes / 60), "hour");
  return long(minutes, "minute");
}

export const consoleTesting: typeof en.consoleTesting = {
  lede: "Nur zum Testen, für den eigenen Mandanten dieses Computers. Jede Verwendung steht im Protokoll.",
  clock: "Uhr",
  clockHint:
    "Codes, Token, Sitzungen und Grenzwerte richten sich nach ihr. Ihre Programme und Web-APIs haben eigene Uhren.",
  ahead: (ms) => (ms === 0 ? "Zeit dieses Computers" : ms > 0 ? `${distance(ms)} voraus` : `${distance(ms)} zurück`),
  by: "Wie weit",
  steps: {
    "300": "5 Minuten",
    "900": "15 Minuten: jeder Gerätecode läuft ab",
    "3600": "1 Stunde: jedes Zugriffstoken läuft ab",
    "86400": "1 Tag",
    "604800": "1 Woche",
    "7776000": "90 Tage: ungenutzte Anmeldungen enden",
  },
  advance: "Vorstellen",
  resetHint:
    "Was seit dem Stellen geschah, liegt dann in der Zukunft: Token sind noch nicht gültig, Codes gelten länger.",
  reset: "Zur Zeit dieses Computers zurückkehren",
  faults: "Störungen",
  faultsHint:
    "Die nächsten Anfragen an einen Endpunkt treffen auf eine Störung. Ein Neustart des Mandanten beendet alle.",
  endpoint: "Endpunkt",
  kind: "Antwort",
  kinds: {
    "429": "429, zu viele Anfragen",
    "503": "503, nicht verfügbar",
    aadsts: "Ein Fehler von Entra",
    late: "5 Sekunden verspätet",
    cut: "Keine: die Verbindung wird geschlossen",
  },
  aadsts: "AADSTS-Nummer, für einen Fehler von Entra",
  times: "Wie viele Anfragen",
  app: "Nur dieser App (Name oder Client-ID; optional)",
  add: "Störung einstellen",
  left: (many) => (many === 1 ? "die nächste Anfrage" : `die nächsten ${number(many)} Anfragen`),
  clear: "Beenden",
  snapshots: "Abbilder",
  snapshotsHint:
    "Alles außer dem Protokoll: Personen, Apps, Anmeldungen, Codes, E‑Mails, die Uhr. Was seither verwendet wurde, gilt wieder.",
  name: "Name",
  create: "Abbild erstellen",
  restore: "Darauf zurücksetzen",
  restoreHint:
    "Ersetzt den ganzen Mandanten. Was seither geschah, geht verloren, außer dem Protokoll; was seither verwendet wurde, gilt wieder.",
  restoreNow: "Ja, den Mandanten ersetzen",
  remove: "Löschen",
  removeHint: "Der Mandant bleibt, wie er ist, und lässt sich nicht mehr auf dieses Abbild zurücksetzen.",
  removeNow: "Ja, das Abbild löschen",
  done: {
    advance: (ahead) => `Die Uhr wurde gestellt. Jetzt: ${ahead}.`,
    reset: () => "Die Uhr zeigt wieder die Zeit dieses Computers.",
    add_fault: () => "Die Störung ist eingestellt. Die nächsten Anfragen treffen auf sie.",
    clear_fault: () => "Die Störung ist beendet.",
    create: () => "Das Abbild wurde erstellt.",
    restore: () => "Der Mandant ist so, wie er beim Erstellen des Abbilds war.",
    delete: () => "Das Abbild wurde gelöscht.",
  },
  problems: {
    number_beside: (typed) =>
      html`Die Nummer ${typed} gilt nur für die Antwort „Ein Fehler von Entra“. Wählen Sie diese Antwort, oder lassen Sie die Nummer leer.`,
    number_unused: () =>
      html`Antworten dieses Endpunkts haben keine AADSTS-Nummer. Wählen Sie einen anderen Endpunkt oder eine andere Antwort.`,
    number_invalid: (typed) =>
      html`„${typed}“ ist keine AADSTS-Nummer. Geben Sie ihre fünf bis acht Ziffern ein, zum Beispiel 53003.`,
    times_invalid: (typed) =>
      html`„${typed}“ ist keine Anzahl von Anfragen. Geben Sie eine ganze Zahl von 1 bis 1.000.000 ein.`,
    too_many_faults: () => html`Es gibt schon zu viele Störungen. Beenden Sie zuerst eine.`,
    app_unused: () => html`Anfragen an diesen Endpunkt nennen keine App. Lassen Sie die App leer.`,
    app_unknown: (typed) => html`Keine App, oder mehr als eine, heißt „${typed}“. Geben Sie eine Client-ID ein.`,
    clock_too_far: () => html`Die Uhr lässt sich höchstens zehn Jahre vorstellen. Sie wurde nicht gestellt.`,
    name_invalid: (typed) =>
      html`Ein Abbild kann nicht „${typed}“ heißen. Verwenden Sie bis zu 64 Buchstaben, Ziffern, Punkte, Bindestriche und Unterstriche.`,
    name_taken: (typed) =>
      html`Es gibt schon ein Abbild „${typed}“. Wählen Sie einen anderen Namen, oder löschen Sie dieses zuerst.`,
    snapshot_unknown: (typed) => html`Das Abbild „${typed}“ gibt es nicht mehr.`,
  },
};
