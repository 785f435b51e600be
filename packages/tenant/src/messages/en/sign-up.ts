import { type Html, html } from "../../pages/html.ts";
import { common } from "./common.ts";

const mailFailed = "We couldn’t send the email just now. Try again in a minute.";

export const signUp = {
  step: (number: number, of: number) => `New account · step ${number} of ${of}`,
  haveAccount: "Have an account?",
  email: {
    lede: "We send a code there, to see that it is yours.",
    send: "Send the code",
    problems: {
      invalid: "Enter an email like name@example.com.",
      too_many: common.tooManyTries,
      mail_failed: mailFailed,
      mail_refused: "The mail server for this address refused our mail. Check the address, or use another one.",
    },
  },
  code: {
    lede: (email: Html, minutes: number) =>
      html`We sent a code to ${email}. It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}.`,
    label: "Code from the email",
    resent: "A new code is on its way. The one before no longer works.",
    slow: "The mail is on its way. It can take some minutes.",
    nothingThere: "Nothing there?",
    resend: "Send a new code",
    problems: {
      wrong: "That code isn’t right. Check the email and enter it again.",
      dead: "That code no longer works. Send a new one below.",
      too_many: common.tooManyTries,
      mail_failed: mailFailed,
    },
  },
  password: {
    lede: (email: Html) => html`For ${email}`,
    hint: "At least 8 characters. A few words in a row are good.",
    problems: {
      short: "Use at least 8 characters.",
      long: "Use at most 128 characters.",
      common: "That password is easy to guess. Choose one that nobody else would think of.",
    },
  },
  name: {
    lede: "It is shown on the devices where you sign in.",
    label: "Name",
    create: "Create the account",
    problems: { empty: "Enter your name.", long: "That name is too long. Enter a shorter one." },
  },
};
