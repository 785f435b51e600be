import { html } from "../../html.ts";
import type { Messages } from "../messages.ts";

export const ended: Messages["ended"] = {
  doneHeading: (app) => html`${app} ist angemeldet`,
  no_access: (email, tenant) =>
    html`${email} darf es nicht verwenden. Wenden Sie sich an ${tenant}; Ihr Gerät wartet so lange weiter.`,
  needs_administrator: (email, tenant) =>
    html`Was verlangt wird, reicht über ein einzelnes Konto hinaus, und ${email} hat bei ${tenant} keine Administratorrechte. Ihr Gerät wartet so lange weiter.`,
  otherAccount: "Anderes Konto verwenden",
  done: "Kehren Sie zu Ihrem Gerät zurück: Dort geht es in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.",
  deviceSays: (name) => html`Das Gerät nennt sich „${name}“.`,
  addPasskey: "Für das nächste Mal einen Passkey hinzufügen",
  declined: (app) => html`Sie haben Nein gesagt; ${app} hat nichts erhalten. Sie können diese Seite schließen.`,
  sentToYou: "Hat Ihnen jemand den Code geschickt?",
  sentToYouAdvice: "Geben Sie keinen weiteren von dieser Person ein.",
  expired: "Ein Code gilt nur kurze Zeit. Beginnen Sie an Ihrem Gerät von vorn und geben Sie den neuen ein.",
  used: "Er wurde schon beantwortet und gilt nur einmal. Wenn Ihr Gerät nicht angemeldet ist, beginnen Sie dort von vorn und geben Sie den neuen Code ein.",
  used_twice:
    "Zwei Konten haben denselben Code eingegeben. Deshalb haben wir die Anmeldung abgebrochen, und niemand wurde angemeldet. Beginnen Sie an Ihrem Gerät von vorn und zeigen Sie den neuen Code niemandem.",
  elsewhere:
    "Sie haben diese Anmeldung in einem anderen Browser oder Tab geöffnet. Schließen Sie sie dort ab, oder machen Sie hier weiter.",
  goOnHere: "Hier weitermachen",
  sign_in_over:
    "Sie wurde schon beantwortet oder hat zu lange gedauert. Beginnen Sie in dem Programm von vorn, das Sie hierher geführt hat.",
  request_refused:
    "Das Programm, das Sie hierher geführt hat, hat auf eine Weise gefragt, die für es nicht eingetragen ist. Es wurde nichts angemeldet. Nennen Sie denen, die es gemacht haben, diese Nummern:",
  stale_form:
    "Sie war zu lange offen, oder das Formular kam nicht von hier. Es wurde nichts geändert. Geben Sie den Code Ihres Geräts noch einmal ein, oder beginnen Sie in dem Programm von vorn, das Sie hierher geführt hat.",
  not_found:
    "Vielleicht ist die Adresse falsch geschrieben. Um sich an einem Gerät anzumelden, geben Sie dessen Code ein.",
  too_many: "Warten Sie einige Minuten und versuchen Sie es dann noch einmal. Ihr Gerät behält seinen Code so lange.",
  failed: (tenant) =>
    html`Es liegt nicht an Ihnen. Warten Sie eine Minute und versuchen Sie es noch einmal. Wenn es wieder geschieht, nennen Sie ${tenant} diese Nummer:`,
};
