import { type Html, html } from "../../html.ts";
import { common } from "./common.ts";

export const secondFactor = {
  app: {
    lede: "Open the authenticator app on your phone. It shows six digits, new ones every half minute.",
    label: "Code from the app",
    problems: {
      wrong: "That code isn’t right. Enter the one that the app shows now.",
      used: "That code was used already. Wait until the app shows the next one.",
      too_many: common.tooManyTries,
    },
  },
  email: {
    before: (email: Html) => html`To be sure that it is you, we send a code to ${email}.`,
    send: "Send the code",
    refused: "The mail server of this address refused our mail. Use another way if you have one, or try again later.",
  },
  passkey: {
    lede: "Your finger, your face or the PIN of your device is enough.",
    without: "This browser cannot use passkeys. Use another way, or the device that has your passkey.",
  },
  recovery: {
    lede: "One of those that you saved when you set up your authenticator app. Each works once.",
    label: "Recovery code",
    hint: "Capitals and dashes don’t matter.",
    problems: {
      wrong: "That code isn’t right, or it was used before. Try another one.",
      too_many: common.tooManyTries,
    },
  },
  otherWays: "Other ways:",
  byApp: "Use the authenticator app",
  byEmail: "Get a code by email",
  byRecovery: "Use a recovery code",
  byPasskey: "Use a passkey",
};

export const authenticator = {
  needed: {
    lede: "Signing in here takes your password and one more thing that only you have: an app on your phone that shows codes.",
    choose:
      "Any app for this will do: Google Authenticator, Microsoft Authenticator, or the passwords app of your phone. Install one first if you have none.",
    start: "I have the app",
  },
  setUp: {
    lede: "In the app, choose to add an account and scan this picture.",
    picture: "QR code for your authenticator app",
    byHand: "Or enter this key in the app:",
    onThisPhone: "The app is on this phone: open it",
    label: "Code that the app shows then",
    problems: {
      wrong:
        "That code isn’t right. Check that the time on your phone is set by itself, then enter the code that the app shows now.",
    },
  },
  own: {
    has: "You have an authenticator app. You are asked for its code whenever you sign in with your password or by email.",
    hasNone: "With an authenticator app, nobody who learns your password can sign in without your phone.",
    add: "Set up an app",
    replace: "Set up another in its place",
    remove: "Remove it",
    whenRemoved: "Once it is removed, your recovery codes no longer work either.",
  },
};

export const recoveryCodes = {
  lede: "If you lose your phone, one of these lets you in. Each works once. We show them now and never again.",
  where: "Print them or write them down, and keep them where your phone is not.",
  saved: "I have saved them",
  hidden: "They were shown once. If you did not save them, make new ones; those before no longer work then.",
  makeNew: "Make new codes",
  goOn: "Go on",
  left: (count: number) => (count === 1 ? "You have 1 code left." : `You have ${count} codes left.`),
  whenNew: "If you make new ones, those before no longer work.",
};

export const passkeys = {
  use: "Use a passkey",
  /** Shown at sign-in for whatever was wrong with one. */
  refused: "That passkey didn’t work here. Try again, or sign in another way.",
  /** Said by the page's script. */
  cancelled: "Nothing happened: it was cancelled, or took too long. Try again when you are ready.",
  exists: "This device has a passkey for your account already.",
  broken: "This browser could not do it. Try another browser or device.",
  add: {
    lede: "Your device asks for your finger, your face or your PIN, and remembers the rest.",
    without: "This browser cannot make passkeys, or runs no scripts here. Open this page in another browser.",
    name: "Name",
    nameHint: "Tells this passkey from others: “Phone”, “Work laptop”. You can leave it empty.",
    button: "Make the passkey",
    back: "Back to your account",
    problems: {
      failed: "That didn’t work, and no passkey was kept. Try again.",
      taken: "This passkey is known here already.",
      full: "You have as many passkeys as one account can have. Remove one first.",
      long: "That name is too long. Use 50 characters at most.",
    },
  },
  edit: {
    name: "Name",
    rename: "Save the name",
    remove: "Remove this passkey",
    removeHint: "Once it is removed, you cannot sign in with it any more. Remove it in your device’s settings as well.",
    empty: "Enter a name for the passkey.",
  },
};
