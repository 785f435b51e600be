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
  remove: "Löschen",
};
