import { type Html, html } from "../../html.ts";

export const account = {
  signedOut: "You see here who you are to us and what you sign in with, and can change it.",
  signInAgain: {
    change: (email: Html) =>
      html`You are signed in as ${email}. Before you change what you sign in with, confirm once more that it is you.`,
    policy: (email: Html) =>
      html`You are signed in as ${email}. Your account asks for another way to sign in, or for a second step, before it opens.`,
  },
  signInAgainButton: "Confirm",
  password: "Password",
  hasPassword: "You have one.",
  noPassword: "You have none: we mail you a code when you sign in.",
  changePassword: "Change it",
  choosePassword: "Choose one",
  passkeys: "Passkeys",
  noPasskeys: "Sign in with your finger, your face or your PIN instead of a password.",
  passkeysImpossible: "This address cannot have passkeys.",
  passkeyAdded: (day: string) => `Added ${day}`,
  passkeyUsed: (day: string) => `last used ${day}`,
  addPasskey: "Add a passkey",
  authenticator: "Authenticator app",
  noAuthenticator: "An app on your phone shows a code that you enter after your password.",
  authenticatorSince: (day: string) => `Set up ${day}`,
  setUpAuthenticator: "Set it up",
  changeAuthenticator: "Change it",
  recoveryCodes: "Recovery codes",
  recoveryCodesLeft: (count: number) => (count === 1 ? "1 code is left." : `${count} codes are left.`),
  seeRecoveryCodes: "Make new codes",
  signOut: "Sign out",
};

/** "This wasn't me": what a link in a mail leads to. */
export const notMe = {
  deviceSignedIn: (app: Html) => html`${app} was signed in on a device, with your account.`,
  told: {
    new_device: "A device was signed in with your account.",
    password_changed: "The password of your account was changed.",
    authenticator_added: "An authenticator app was added to your account.",
    authenticator_removed: "The authenticator app was removed from your account.",
    passkey_added: "A passkey was added to your account.",
    passkey_removed: "A passkey was removed from your account.",
    recovery_codes_replaced: "New recovery codes were made for your account.",
    recovery_code_used: "Somebody signed in to your account with a recovery code.",
  },
  /** About a program's sign-in; `aProgram` where its name is not known. */
  toldOfProgram: {
    refresh_token_reused: (app: Html | string) =>
      html`A copy of the sign-in of ${app} may have been used: a replaced key of it came again.`,
    refresh_token_repeated: (app: Html | string) =>
      html`A copy of the sign-in of ${app} may have been used: a key of it came twice, from two networks.`,
  },
  aProgram: "a program",
  willEnd: "If it wasn’t you, this happens now",
  ended: "This was done",
  /** What the button ends, a line each. */
  ends: {
    device: "The device is signed out; what it has already stops working within an hour",
    browser: "The browser that said yes to it is signed out",
    authenticator: "The new authenticator app and its recovery codes are removed",
    passkey: "The new passkey is removed",
    recoveryCodes: "All recovery codes are removed",
    recent: "Passkeys, authenticator apps and recovery codes of the last seven days are removed",
    everywhere: "Every browser and every device with this account is signed out",
    password: "The password no longer works; a new one is chosen by email",
  },
  signOutDevice: "It wasn’t me: sign it out",
  secure: "It wasn’t me: secure my account",
  wasYou: "If it was you, close this page. Nothing changes.",
  deviceNext: "Could somebody know your password? Then choose a new one too.",
  accountNext: "Choose a new password now: we send a code to your email.",
  reset: "Choose a new password",
  dead: "A link like this works once, and for a week. If you have used it, what it was about is ended. If something looks wrong to you, choose a new password.",
};

export const ended = {
  doneHeading: (app: Html) => html`${app} is signed in`,
  no_access: (email: Html, tenant: Html) =>
    html`${email} may not use it. Ask the people at ${tenant}; your device goes on waiting meanwhile.`,
  needs_administrator: (email: Html, tenant: Html) =>
    html`What it asks for reaches beyond one account, and ${email} is no administrator of ${tenant}. Your device goes on waiting meanwhile.`,
  otherAccount: "Use another account",
  done: "Return to your device: it goes on by itself in a few seconds. You can close this page.",
  deviceSays: (name: Html) => html`The device says it is “${name}”.`,
  addPasskey: "Add a passkey for next time",
  declined: (app: Html) => html`You said no, so ${app} got nothing. You can close this page.`,
  sentToYou: "Did somebody send you the code?",
  sentToYouAdvice: "Don’t enter another one from them.",
  expired: "A code works for a short time only. Start again on your device and enter the new one.",
  used: "It was answered already and works once only. If your device isn’t signed in, start again there and enter the new code.",
  used_twice:
    "Two accounts entered the same code, so we stopped it, and nobody was signed in. Start again on your device and show its new code to nobody.",
  elsewhere: "You opened this sign-in in another browser or tab. Finish it there, or go on here.",
  goOnHere: "Go on here",
  sign_in_over: "It was answered already, or took too long. Start again in the program that sent you here.",
  request_refused:
    "The program that sent you here asked in a way that is not registered for it. Nothing was signed in. Give this to the people who made it:",
  ownProgram: {
    heading: "Is it your own program?",
    lines: "Then add this address in doorcode.tenant.yaml, and start this service with that file:",
  },
  stale_form:
    "It was open too long, or the form did not come from here. Nothing was changed. Enter the code on your device again, or start again in the program that sent you here.",
  not_found: "The address may be mistyped. To sign in on a device, enter its code.",
  too_many: "Wait a few minutes, then try again.",
  tooManyDevice: "Wait a few minutes, then try again. Your device keeps its code meanwhile.",
  failed: (tenant: Html) =>
    html`It isn’t your fault. Wait a minute and try again. If it keeps happening, give ${tenant} this ID:`,
};
