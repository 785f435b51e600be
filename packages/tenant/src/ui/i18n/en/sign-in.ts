import { type Html, html } from "../../html.ts";

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
  keepHint: "For 30 days. Not on a computer that others use.",
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
