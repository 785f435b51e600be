export const signUp = {
  step: (number: number, of: number) => `New account · step ${number} of ${of}`,
  haveAccount: "Have an account?",
  emailLede: "We send a code there, to see that it is yours.",
  details: {
    lede: "Your name is shown on the devices where you sign in.",
    name: "Name",
    create: "Create the account",
    optional: (label: string) => `${label} (optional)`,
    terms: "Read the terms of use",
    check: "Something is missing or needs another look. It is marked below.",
    nameProblems: { empty: "Enter your name.", long: "That name is too long. Enter a shorter one." },
    problems: {
      empty: "Enter something here.",
      unchosen: "Choose one.",
      unchecked: "Tick this to go on.",
      long: "Use at most 250 characters.",
      number: "Enter a whole number, in digits.",
      invalid: "That doesn’t have the form that is needed here.",
    },
  },
};

/** What the built-in attributes are called where the administrator gave them no name. */
export const attributes = {
  city: "City",
  country: "Country or region",
  givenName: "Given name",
  jobTitle: "Job title",
  postalCode: "Postal code",
  state: "State or province",
  streetAddress: "Street address",
  surname: "Surname",
};
