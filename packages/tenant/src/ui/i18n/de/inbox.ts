import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";

export const inbox: Messages["inbox"] = {
  staysHere: "E‑Mails dieses Mandanten bleiben auf diesem Computer; es wird nichts versendet.",
  empty:
    "Noch keine E‑Mails. Wenn jemand ein Konto erstellt, kommt der Code hier an. Laden Sie die Seite neu, um wieder nachzusehen.",
  lede: "Die neuesten zuerst. Laden Sie die Seite neu, um wieder nachzusehen.",
  to: (email) => html`An ${email}`,
  back: "Zurück zum Posteingang",
};
