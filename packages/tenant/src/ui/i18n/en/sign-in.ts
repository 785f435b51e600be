import { type Html, html } from "../../html.ts";
import { common } from "./common.ts";

export const signIn = {
  /** By what comes next. */
  ledes: {
    device: "Next, you see what your device asks for, and decide.",
    authorization: "Next, you see what the program asks for, and decide.",
    account: "Next, you see your account.",
  },
  newHere: "New here?",
  createAccount: "Create an account",
  forgot: "Forgot your password?",
  codeInstead: "Email me a code instead",
  sendCode: "Email me a code",
  keep: "Keep me signed in on this browser",
  keepHint: (idleDays: number, days: number) =>
    `For ${days === 1 ? "1 day" : `${days} days`}${idleDays < days ? `, or until unused for ${idleDays}` : ""}. Not on a computer that others use.`,
  changed: "Your password was changed. Sign in with it.",
  otherEmail: "Another email?",
  problems: {
    empty: "Enter your email and your password.",
    password_empty: "Enter your password.",
    wrong: "The email or the password isn’t right. Check both and try again.",
  },
};

export const continueAs = {
  lede: "This person is signed in here already.",
  yes: "Yes, continue",
  no: "No, use another account",
};

export const signOut = {
  heading: (tenant: Html) => html`Sign out of ${tenant}?`,
  nobody: "This ends any sign-in in this browser.",
  somebody: (person: Html) => html`You are signed in as ${person}. To stay signed in, close this page.`,
  button: "Sign out",
  /** What it does not end, and where that is ended. */
  devicesStay: "Devices that you signed in stay signed in. Sign those out on the device itself.",
  done: "This browser is signed out. You can close this page.",
};

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

const mailFailed = "We couldn’t send the email just now. Try again in a minute.";

/** Asking for an email, and for the code that was sent there. */
export const mailedCode = {
  send: "Send the code",
  lede: (email: Html, minutes: number) =>
    html`We sent a code to ${email}. It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`,
  /** Where it may have no account: it then gets a mail that says so. */
  ledeIfAny: (email: Html, minutes: number) =>
    html`We sent an email to ${email}. The code in it works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`,
  label: "Code from the email",
  resent: "A new code is on its way. The one before no longer works.",
  slow: "The email is on its way. It can take some minutes.",
  nothingThere: "Nothing there?",
  resend: "Send a new code",
  problems: {
    invalid: "Enter an email like name@example.com.",
    wrong: "That code isn’t right. Check the email and enter it again.",
    dead: "That code no longer works. Send a new one below.",
    too_many: common.tooManyTries,
    mail_failed: mailFailed,
    mail_refused: "The mail server for this address refused our mail. Check the address, or use another one.",
  },
};

/** What an app requires of everybody, and this person has not given yet. */
export const details = {
  asked: {
    app: (app: Html) => html`${app} asks everybody for this. It is kept with your account.`,
    account: "Everybody is asked for this. It is kept with your account.",
  },
  /** Where the acceptance of its terms is all that is missing. */
  termsAlone: {
    app: (app: Html) => html`${app} asks everybody to accept its terms of use.`,
    account: "Everybody is asked to accept the terms of use.",
  },
};

export const newPassword = {
  lede: (email: Html) => html`For ${email}`,
  hint: "At least 8 characters. A few words in a row are good.",
  problems: {
    short: "Use at least 8 characters.",
    long: "Use at most 128 characters.",
    common: "That password is easy to guess. Choose one that nobody else would think of.",
  },
};

export const reset = {
  lede: "Tell us the email of your account. We send a code there, and you choose a new password.",
  passwordLede: (email: Html) => html`For ${email}. Every other sign-in of this account ends, on devices too.`,
  label: "New password",
  save: "Save the password",
  remembered: "Remembered it?",
};
