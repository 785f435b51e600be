import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";

export const consent: Messages["consent"] = {
  heading: (app) => html`Bei <em>${app}</em> anmelden?`,
  otherAccount: "Anderes Konto verwenden",
  backTo: "Zurück zu",
  places: { loopback: "Programm auf diesem Computer", app: "App auf diesem Gerät", web: "Deren Website" },
  startedByYou: "Sagen Sie nur Ja, wenn Sie das gerade selbst begonnen haben.",
  yes: "Ja, anmelden",
  no: "Nein, zurück",
  program_no_access: (email, tenant) => html`${email} darf es nicht verwenden. Wenden Sie sich an ${tenant}.`,
  program_needs_administrator: (email, tenant) =>
    html`Was verlangt wird, reicht über ein einzelnes Konto hinaus, und ${email} hat bei ${tenant} keine Administratorrechte.`,
};

export const returning: Messages["returning"] = {
  lede: "Ihr Browser kehrt von selbst zurück. Wenn nichts geschieht, drücken Sie den Knopf.",
  button: "Zurück",
};
