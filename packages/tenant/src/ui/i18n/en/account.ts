import { type Html, html } from "../../html.ts";

export const account = {
  signedOut: "You see here who you are to us and what you sign in with, and can change it.",
  signInAgain: (email: Html) =>
    html`You signed in as ${email} a while ago. Before you change what you sign in with, sign in once more.`,
  signInAgainButton: "Sign in again",
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
