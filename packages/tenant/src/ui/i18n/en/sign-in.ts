import { type Html, html } from "../../html.ts";
import { common } from "./common.ts";

export const signIn = {
  /** By the page that follows. */
  ledes: {
    device: "Next, you’ll see what your device asks for, and decide.",
    authorization: "Next, you’ll see what the program asks for, and decide.",
    account: "Next, you’ll see your account.",
    console: "Next, you’ll see the console.",
  },
  newHere: "New here?",
  createAccount: "Create an account",
  forgot: "Forgot your password?",
  codeInstead: "Email me a code instead",
  sendCode: "Email me a code",
  keep: "Keep me signed in on this browser",
  keepHint: (idleDays: number, days: number) =>
    `For ${days === 1 ? "1 day" : `${days} days`}${idleDays < days ? `, or until unused for ${idleDays}` : ""}. Don’t use this on a shared computer.`,
  changed: "Your password was changed. Sign in with the new one.",
  otherEmail: "Wrong email?",
  problems: {
    empty: "Enter your email and your password.",
    password_empty: "Enter your password.",
    wrong: "That email or password isn’t right. Check both and try again.",
  },
};

export const continueAs = {
  lede: "This account is already signed in here.",
  yes: "Yes, continue",
  no: "No, use another account",
};

export const signOut = {
  heading: (tenant: Html) => html`Sign out of ${tenant}?`,
  signedOut: "This ends any sign-in in this browser.",
  signedIn: (person: Html) => html`You’re signed in as ${person}. To stay signed in, close this page.`,
  button: "Sign out",
  /** What signing out does not end, and where to end it. */
  devicesStay: "Devices you signed in stay signed in. Sign them out on the device itself.",
  done: "This browser is signed out. You can close this page.",
};

export const signUp = {
  step: (number: number, of: number) => `New account · step ${number} of ${of}`,
  haveAccount: "Already have an account?",
  emailLede: "We’ll send a code there to check that it’s yours.",
  details: {
    lede: "Your name appears on devices where you sign in.",
    name: "Name",
    create: "Create account",
    optional: (label: string) => `${label} (optional)`,
    terms: "Read the terms of use",
    check: "Something is missing or isn’t right. It’s marked below.",
    nameProblems: { empty: "Enter your name.", long: "That name is too long. Enter a shorter one." },
    problems: {
      empty: "Fill this in.",
      unchosen: "Choose one.",
      unchecked: "Check this box to continue.",
      long: "Use at most 250 characters.",
      number: "Enter a whole number, in digits.",
      invalid: "That isn’t in the right format.",
    },
  },
};

/** Labels of the built-in attributes, unless the administrator named them. */
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

const mailFailed = "We couldn’t send the email. Try again in a minute.";

/** Asks for an email address, and for the code sent to it. */
export const mailedCode = {
  send: "Send code",
  lede: (email: Html, minutes: number) =>
    html`We sent a code to ${email}. It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`,
  /** Where the address may have no account. It then gets a mail that says so. */
  ledeIfAny: (email: Html, minutes: number) =>
    html`We sent an email to ${email}. The code in it works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`,
  label: "Code from the email",
  resent: "A new code is on its way. The old one no longer works.",
  slow: "The email is on its way. It can take a few minutes.",
  nothingThere: "No email?",
  resend: "Send a new code",
  problems: {
    invalid: "Enter an email address like name@example.com.",
    wrong: "That code isn’t right. Check the email and enter it again.",
    dead: "That code no longer works. Send a new one below.",
    too_many: common.tooManyTries,
    mail_failed: mailFailed,
    mail_refused: "The mail server for this address rejected our email. Check the address, or use another one.",
  },
};

/** Attributes that an app requires and this user has not given yet. */
export const details = {
  asked: {
    app: (app: Html) => html`${app} asks everyone for this. It’s kept with your account.`,
    account: "We ask everyone for this. It’s kept with your account.",
  },
  /** Where only the acceptance of the terms is missing. */
  termsAlone: {
    app: (app: Html) => html`${app} asks everyone to accept its terms of use.`,
    account: "We ask everyone to accept the terms of use.",
  },
};

export const newPassword = {
  lede: (email: Html) => html`For ${email}`,
  hint: "At least 8 characters. A few words in a row work well.",
  problems: {
    short: "Use at least 8 characters.",
    long: "Use at most 128 characters.",
    common: "That password is easy to guess. Choose another one.",
  },
};

export const reset = {
  lede: "Enter your account’s email. We’ll send a code there, and then you choose a new password.",
  passwordLede: (email: Html) => html`For ${email}. This signs you out everywhere else, including on devices.`,
  label: "New password",
  save: "Save password",
  remembered: "Remembered it?",
};
