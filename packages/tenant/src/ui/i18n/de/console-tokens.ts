import { html } from "../../html.ts";
import type * as en from "../en/console-tokens.ts";

export const consoleTokens: typeof en.consoleTokens = {
  lede: "Nur zum Testen, für den eigenen Mandanten dieses Computers. Das Protokoll vermerkt jede Ausstellung, nicht das Token selbst.",
  check: "Token prüfen",
  checkHint: "Zeigt, was ein Token enthält und ob der Guard einer Web-API es jetzt annimmt. Nichts wird gespeichert.",
  token: "Token",
  api: "Web-API (Name, Client-ID oder Bezeichner-URI)",
  checkNow: "Prüfen",
  accepted: "Angenommen",
  refused: "Abgelehnt",
  guardOf: (api) => html`vom Guard von ${api}`,
  clockMoved:
    "Die Uhr des Mandanten wurde verstellt und entscheidet hier. Ein Guard richtet sich nach der Uhr seines Computers.",
  contents: "Was das Token enthält",
  audience: "Empfänger",
  profile: "Profil",
  issue: "Token ausstellen",
  issueHint:
    "Eine Anmeldung mit einem Gerätecode, die sofort genehmigt und eingelöst wird, so dass jede Regel einer Anmeldung gilt.",
  as: "E‑Mail-Adresse der Person",
  app: "App (Name oder Client-ID)",
  scopes: "Berechtigungen (Scopes) einer Web-API",
  scopesHint: "Vollständig oder kurz, durch Leerzeichen getrennt.",
  issueNow: "Ausstellen",
  issued: (email) => html`Ein Token für ${email}`,
  validUntil: (until) => html`Gültig bis ${until}. Es wird nur jetzt gezeigt. Halten Sie es geheim.`,
  problems: {
    missing: {
      as: "Geben Sie die E‑Mail-Adresse der Person ein, für die das Token ist.",
      app: "Geben Sie die App ein, die das Token bekommt.",
      scopes: "Geben Sie mindestens eine Berechtigung (Scope) einer Web-API ein.",
      token: "Fügen Sie das Token ein, das geprüft werden soll.",
      api: "Geben Sie die Web-API ein, deren Guard das Token bekäme.",
    },
    app_unknown: (typed) => html`Keine oder mehr als eine App heißt „${typed}“. Geben Sie eine Client-ID ein.`,
    api_unknown: (typed) => html`Keine oder mehr als eine Web-API heißt „${typed}“. Geben Sie eine Client-ID ein.`,
  },
};
