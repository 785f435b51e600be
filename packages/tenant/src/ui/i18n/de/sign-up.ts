import type { Messages } from "../messages.ts";

export const signUp: Messages["signUp"] = {
  step: (number, of) => `Neues Konto · Schritt ${number} von ${of}`,
  haveAccount: "Haben Sie schon ein Konto?",
  emailLede: "Wir senden einen Code dorthin, um zu sehen, dass sie Ihnen gehört.",
  details: {
    lede: "Ihr Name erscheint auf den Geräten, an denen Sie sich anmelden.",
    name: "Name",
    create: "Konto erstellen",
    optional: (label) => `${label} (freiwillig)`,
    terms: "Nutzungsbedingungen lesen",
    check: "Etwas fehlt oder stimmt noch nicht. Es ist unten markiert.",
    nameProblems: {
      empty: "Geben Sie Ihren Namen ein.",
      long: "Dieser Name ist zu lang. Geben Sie einen kürzeren ein.",
    },
    problems: {
      empty: "Geben Sie hier etwas ein.",
      unchosen: "Wählen Sie etwas aus.",
      unchecked: "Setzen Sie hier einen Haken, um weiterzukommen.",
      long: "Verwenden Sie höchstens 250 Zeichen.",
      number: "Geben Sie eine ganze Zahl in Ziffern ein.",
      invalid: "Das hat nicht die Form, die hier gebraucht wird.",
    },
  },
};

export const attributes: Messages["attributes"] = {
  city: "Ort",
  country: "Land oder Region",
  givenName: "Vorname",
  jobTitle: "Berufsbezeichnung",
  postalCode: "Postleitzahl",
  state: "Bundesland oder Kanton",
  streetAddress: "Straße und Hausnummer",
  surname: "Nachname",
};
