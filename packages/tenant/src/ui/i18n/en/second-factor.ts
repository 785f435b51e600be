import { type Html, html } from "../../html.ts";
import { common } from "./common.ts";

export const secondFactor = {
  app: {
    lede: "Open the authenticator app on your phone. It shows a new six-digit code every 30 seconds.",
    label: "Code from the app",
    problems: {
      wrong: "That code isn’t right. Enter the one the app shows now.",
      used: "That code was already used. Wait until the app shows the next one.",
      too_many: common.tooManyTries,
    },
  },
  email: {
    before: (email: Html) => html`To check that it’s you, we’ll send a code to ${email}.`,
    send: "Send code",
    refused:
      "The mail server for this address rejected our email. Use another way if you have one, or try again later.",
  },
  passkey: {
    lede: "Use your fingerprint, face, or device PIN.",
    without: "This browser can’t use passkeys. Use another way, or the device that has your passkey.",
  },
  recovery: {
    lede: "Use one that you saved when you set up your authenticator app. Each works once.",
    label: "Recovery code",
    hint: "Capitals and dashes don’t matter.",
    problems: {
      wrong: "That code isn’t right, or it was already used. Try another one.",
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
    lede: "To sign in here, you also need an app on your phone that shows codes.",
    choose:
      "Any authenticator app works: Google Authenticator, Microsoft Authenticator, or your phone’s password app. If you don’t have one, install it first.",
    start: "I have an app",
  },
  setUp: {
    lede: "Scan this QR code with the app.",
    picture: "QR code for your authenticator app",
    byHand: "Or enter this key in the app:",
    onThisPhone: "Open the app on this phone",
    label: "Code from the app",
    problems: {
      wrong:
        "That code isn’t right. Check that your phone sets its time automatically, then enter the code the app shows now.",
    },
  },
  own: {
    has: "You have an authenticator app. We ask for its code when you sign in with your password or by email.",
    hasNone: "With an authenticator app, no one can sign in with just your password.",
    add: "Set up an app",
    replace: "Set up a different app",
    remove: "Remove the app",
    whenRemoved: "If you remove it, your recovery codes stop working too.",
  },
};

export const recoveryCodes = {
  lede: "If you lose your phone, sign in with one of these. Each works once. We won’t show them again.",
  where: "Print them or write them down, and don’t keep them with your phone.",
  saved: "I saved them",
  hidden: "We showed them once. If you didn’t save them, create new ones. The old ones then stop working.",
  makeNew: "Create new codes",
  goOn: "Continue",
  left: (count: number) => (count === 1 ? "You have 1 code left." : `You have ${count} codes left.`),
  whenNew: "If you create new ones, the old ones stop working.",
};

export const passkeys = {
  use: "Use a passkey",
  /** Shown at sign-in for any problem with a passkey. */
  refused: "That passkey didn’t work here. Try again, or sign in another way.",
  /** Shown by the script of the page. */
  cancelled: "It was canceled or took too long. Try again when you’re ready.",
  exists: "This device already has a passkey for your account.",
  broken: "This browser couldn’t do it. Try another browser or device.",
  add: {
    lede: "Your device asks for your fingerprint, face, or PIN. You don’t need to remember anything.",
    without: "This browser can’t create passkeys, or scripts are turned off. Open this page in another browser.",
    name: "Name",
    nameHint: "Helps you tell your passkeys apart: “Phone”, “Work laptop”. You can leave it empty.",
    button: "Create passkey",
    back: "Back to your account",
    problems: {
      failed: "That didn’t work, and no passkey was saved. Try again.",
      taken: "This passkey is already in use here.",
      full: "Your account has the maximum number of passkeys. Remove one first.",
      long: "That name is too long. Use at most 50 characters.",
    },
  },
  edit: {
    name: "Name",
    rename: "Save name",
    remove: "Remove this passkey",
    removeHint: "If you remove this passkey, you can’t sign in with it. Remove it in your device’s settings too.",
    empty: "Enter a name for the passkey.",
  },
};
