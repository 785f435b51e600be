import { type Html, html } from "../../html.ts";
import { common } from "./common.ts";

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
