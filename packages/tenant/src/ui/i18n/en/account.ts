import { type Html, html } from "../../html.ts";

export const account = {
  savedName: "Your name was saved.",
  signedOut: "See your devices and details, and change how you sign in.",
  signInAgain: {
    change: (email: Html) => html`You’re signed in as ${email}. Sign in once more before you change your account.`,
    policy: (email: Html) =>
      html`You’re signed in as ${email}. To open your account, sign in another way or add a second step.`,
  },
  signInAgainButton: "Continue",
  password: "Password",
  passwordStates: {
    set: "Set.",
    none: "Not set. Other ways to sign in need none.",
    switched_off: "It no longer works. Set a new one to sign in with it.",
  },
  changePassword: "Change password",
  choosePassword: "Set a password",
  passkeys: "Passkeys",
  noPasskeys: "Sign in with your fingerprint, face, or PIN instead of a password.",
  passkeysImpossible: "Passkeys don’t work at this web address.",
  passkeyAdded: (day: string) => `Added ${day}`,
  passkeyUsed: (day: string) => `last used ${day}`,
  addPasskey: "Add a passkey",
  authenticator: "Authenticator app",
  noAuthenticator: "An app on your phone shows a code that you enter after your password.",
  authenticatorSince: (day: string) => `Set up ${day}`,
  setUpAuthenticator: "Set up an app",
  changeAuthenticator: "Change app",
  recoveryCodes: "Recovery codes",
  recoveryCodesLeft: (count: number) => (count === 1 ? "1 code left." : `${count} codes left.`),
  seeRecoveryCodes: "Create new codes",
  signOut: "Sign out",
};

/** The pages behind the "This wasn’t me" link of a mail. */
export const notMe = {
  deviceSignedIn: (app: Html) => html`${app} was signed in on a device with your account.`,
  events: {
    new_device: "A device was signed in with your account.",
    password_changed: "Your password was changed.",
    authenticator_added: "An authenticator app was added to your account.",
    authenticator_removed: "The authenticator app was removed from your account.",
    passkey_added: "A passkey was added to your account.",
    passkey_removed: "A passkey was removed from your account.",
    recovery_codes_replaced: "Your recovery codes were replaced.",
    recovery_code_used: "Someone signed in to your account with a recovery code.",
  },
  /** About a program’s sign-in. `app` is `aProgram` where its name is unknown. */
  programEvents: {
    refresh_token_reused: (app: Html | string) =>
      html`The sign-in to ${app} may have been copied: one of its keys was used again after it was replaced.`,
    refresh_token_repeated: (app: Html | string) =>
      html`The sign-in to ${app} may have been copied: one of its keys was used twice, from two networks.`,
  },
  aProgram: "a program",
  willEnd: "If you say no",
  ended: "Done",
  /** What the button ends, one line each. */
  ends: {
    device: "The device is signed out; access it already has ends within an hour",
    browser: "The browser that approved it is signed out",
    authenticator: "The new authenticator app and its recovery codes are removed",
    passkey: "The new passkey is removed",
    recoveryCodes: "All recovery codes are removed",
    recent: "Passkeys, authenticator apps, and recovery codes from the last seven days are removed",
    everywhere: "Every browser and device with this account is signed out",
    password: "The password no longer works; you choose a new one by email",
  },
  signOutDevice: "No, sign it out",
  secure: "No, secure my account",
  wasYou: "If it was you, close this page. Nothing changes.",
  deviceNext: "Could someone know your password? Choose a new one too.",
  accountNext: "Choose a new password now. We’ll email you a code.",
  reset: "Choose a new password",
  dead: "Each link works once, within a week. If you already used yours, there’s nothing more to do. If something looks wrong, choose a new password.",
};

export const ended = {
  doneHeading: (app: Html) => html`${app} is signed in`,
  no_access: (email: Html, tenant: Html) =>
    html`${email} isn’t allowed to use it. Ask ${tenant} for access. Your device keeps waiting.`,
  needs_administrator: (email: Html, tenant: Html) =>
    html`It asks for access beyond a single account, and ${email} is not an administrator at ${tenant}. Your device keeps waiting.`,
  otherAccount: "Use another account",
  done: "Go back to your device. It continues in a few seconds. You can close this page.",
  doneSignedIn: "Your device has continued. You can close this page.",
  yourDevices: "See and manage your devices",
  changedYourMind: "Changed your mind? You can sign it out there at any time.",
  deviceSays: (name: Html) => html`The device calls itself “${name}”.`,
  addPasskey: "Add a passkey for next time",
  declined: (app: Html) => html`You said no, so ${app} got nothing. You can close this page.`,
  sentToYou: "Did someone send you the code?",
  sentToYouAdvice: "Don’t enter any other code they send.",
  expired: "Codes work for a short time. Start again on your device and enter the new code.",
  used: "Codes work once. If your device isn’t signed in, start again there and enter the new code.",
  used_twice:
    "Two accounts entered this code, so no one was signed in. Start again on your device, and don’t show the new code to anyone.",
  elsewhere: "You opened this sign-in in another browser or tab. Finish it there, or continue here.",
  goOnHere: "Continue here",
  sign_in_over: "It was already answered, or it took too long. Start again in the program that sent you here.",
  request_refused:
    "The program that sent you here isn’t set up for this sign-in. Nothing was signed in. Give these details to its developers:",
  ownProgram: {
    heading: "Is it your own program?",
    lines: "Add this address to doorcode.tenant.yaml, then start this service with that file:",
  },
  stale_form:
    "It was open too long, or the form came from somewhere else. Nothing was changed. Enter your device’s code again, or start again in the program that sent you here.",
  too_large: (kilobytes: number) =>
    `What you entered is longer than this page accepts: at most ${kilobytes} KB in all fields together. Nothing was changed. Go back, and shorten it.`,
  not_found: "Check the address. To sign in on a device, enter its code.",
  too_many: "Wait a few minutes, then try again.",
  tooManyDevice: "Wait a few minutes, then try again. Your device keeps its code.",
  failed: (tenant: Html) =>
    html`It’s not your fault. Wait a minute and try again. If it keeps happening, give ${tenant} this ID:`,
};
