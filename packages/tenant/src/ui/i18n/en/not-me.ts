import { type Html, html } from "../../html.ts";

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
  willEnd: "If it wasn’t you, this happens now",
  ended: "This was done",
  /** What the button ends, a line each. */
  ends: {
    device: "The device is signed out; what it has already stops working within an hour",
    browser: "The browser that said yes to it is signed out",
    authenticator: "The new authenticator app and its recovery codes are removed",
    passkey: "The new passkey is removed",
    recoveryCodes: "All recovery codes are removed",
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
