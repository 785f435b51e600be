import type * as english from "../en/console-file.ts";
import { numbers } from "../numbers.ts";

const { number } = numbers.de;
const oneOr = (count: number, one: string, more: string) => (count === 1 ? one : `${number(count)} ${more}`);

export const consoleFile: typeof english.consoleFile = {
  title: "Mandantendatei",
  lede: "Der ganze Mandant als doorcode.tenant.yaml. Sie enthält keine Geheimnisse.",
  asYaml: "Als YAML",
  back: "Zurück",
  download: "Herunterladen",
  file: "Die Datei",
  again: "Datei ändern",
  text: "Inhalt",
  tooManyPeople: (people) =>
    `Dieser Mandant hat ${number(people)} Personen, darum wird seine Datei hier nicht gezeigt. Sie können sie herunterladen und unten eine Datei anwenden.`,
  hint: "Ändern Sie sie hier, oder fügen Sie eine andere ein. Nichts wird angewendet, bevor Sie gesehen haben, was sich ändern würde.",
  upload: "Oder eine Datei öffnen:",
  prune: "Auch löschen, was eine frühere Datei angelegt hat und diese nicht enthält",
  pruneHint: "Ohne dies wird nur hinzugefügt und geändert.",
  plan: "Zeigen, was sich ändern würde",
  planned: "Was sich ändern würde",
  nothing: "Nichts. Der Mandant entspricht dieser Datei.",
  same: (count) => oneOr(count, "Ein weiteres Objekt bleibt, wie es ist.", "weitere Objekte bleiben, wie sie sind."),
  apply: (count) => oneOr(count, "Diese Änderung anwenden", "Änderungen anwenden"),
  notes: "Hinweise",
  appliedTitle: "Was geändert wurde",
  applied: (count) => oneOr(count, "Angewendet: eine Änderung.", "Änderungen wurden angewendet."),
  nothingDone: "Nichts.",
  changed: "Der Mandant hat sich geändert, seit dieser Plan entstand. Es wurde nichts angewendet.",
  changedHint: "Dies ist der Plan für den Mandanten, wie er jetzt ist. Prüfen Sie ihn, und wenden Sie ihn dann an.",
  invalid: (count) =>
    oneOr(
      count,
      "Die Datei hat einen Fehler. Es wurde nichts geändert.",
      "Fehler in der Datei. Es wurde nichts geändert.",
    ),
  place: (line, column) => `Zeile ${line}, Spalte ${column}:`,
  more: (count) => `Und ${number(count)} weitere.`,
  actions: { create: "anlegen", change: "ändern", delete: "löschen", leave: "unverändert" },
  before: "vorher:",
  after: "nachher:",
  kinds: {
    tenant: "Mandant",
    attribute: "Attribut",
    api: "API",
    app: "App",
    consent: "Zustimmung für",
    group: "Gruppe",
    user: "Person",
    members: "Mitglieder von",
    assignment: "Zuweisung an",
    administrator: "Administrator",
    "user flow": "Benutzerflow",
    policy: "Richtlinie",
  },
  noPart: "Eine Mandantendatei kann dieses Objekt nicht für sich ausdrücken, oder sein Name ist nicht eindeutig.",
  elsewhere: {
    program: "Ein Programm hat diesen Mandanten gestartet, das keine Dateien liest. Die Befehlszeile tut es.",
    served:
      "Administratoren lesen und ändern diesen Mandanten als Datei mit der Befehlszeile, mit ihrer eigenen Anmeldung.",
    read: "Datei schreiben",
    apply: "Zeigen, was eine Datei ändern würde",
    hint: "Ohne --plan fragt der zweite Befehl und wendet sie dann an.",
  },
};
