/** Mails that tell a person what was done with their account, in case it was not them. Plain text. */
const securityNotifications = {
  subject: {
    new_device: (tenant: string) => `A device was signed in to your ${tenant} account`,
    password_changed: (tenant: string) => `Your ${tenant} password was changed`,
    authenticator_added: (tenant: string) => `An authenticator app was added to your ${tenant} account`,
    authenticator_removed: (tenant: string) => `The authenticator app was removed from your ${tenant} account`,
    passkey_added: (tenant: string) => `A passkey was added to your ${tenant} account`,
    passkey_removed: (tenant: string) => `A passkey was removed from your ${tenant} account`,
    recovery_codes_replaced: (tenant: string) => `Your ${tenant} recovery codes were replaced`,
    recovery_code_used: (tenant: string) => `A recovery code was used for your ${tenant} account`,
    refresh_token_reused: (tenant: string) => `A program was signed out of your ${tenant} account`,
    refresh_token_repeated: (tenant: string) => `A sign-in with your ${tenant} account came from two networks`,
  },
  deviceSignedIn: (app: string, tenant: string) => `${app} was signed in on a device, with your ${tenant} account.`,
  told: {
    password_changed: (tenant: string) => `The password of your ${tenant} account was changed.`,
    authenticator_added: (tenant: string) =>
      `An authenticator app was added to your ${tenant} account. Its codes can be asked for when you sign in.`,
    authenticator_removed: (tenant: string) =>
      `The authenticator app was removed from your ${tenant} account. Its codes no longer work.`,
    passkey_added: (tenant: string) =>
      `A passkey was added to your ${tenant} account. It signs in without the password.`,
    passkey_removed: (tenant: string) => `A passkey was removed from your ${tenant} account. It no longer works.`,
    recovery_codes_replaced: (tenant: string) =>
      `New recovery codes were made for your ${tenant} account. The ones before no longer work.`,
    recovery_code_used: (tenant: string) =>
      `Somebody signed in to your ${tenant} account with one of its recovery codes. It no longer works.`,
  },
  /** About a program's sign-in. */
  toldOfProgram: {
    refresh_token_reused: (app: string, tenant: string) =>
      `A copy of the sign-in of ${app} may have been used. It was signed in with your ${tenant} account, and a key of this sign-in came again after it had been replaced. Another computer may have a copy of it, so this sign-in was ended. The program asks you to sign in again.`,
    refresh_token_repeated: (app: string, tenant: string) =>
      `A copy of the sign-in of ${app} may have been used. It is signed in with your ${tenant} account, and the same key of this sign-in came twice within seconds, from two network addresses. That happens when a device changes its network. It also happens when another computer has a copy of the key.`,
  },
  when: (time: string) => `When: ${time}`,
  fromBefore: (ip: string) => `And a moment before from: ${ip}`,
  from: (ip: string) => `From the network address: ${ip}`,
  deviceFrom: (ip: string) => `The device’s network address: ${ip}`,
  approvedFrom: (ip: string) => `Yes was said from: ${ip}`,
  byOperator: "Yes was said for you by the people who run this service.",
  deviceSays: (name: string) => `The device says it is: “${name}”`,
  deviceSaysPlatform: (platform: string) => `and that it runs: “${platform}”`,
  passkeyNamed: (name: string) => `It was given the name: “${name}”`,
  codesLeft: (left: number) => `Recovery codes left: ${left}`,
  wasYou: "If that was you, there is nothing to do.",
  wasNotYouDevice: (until: string) =>
    `If it was not you, sign the device out with the link below. It works once, until ${until}.`,
  wasNotYou: (until: string) =>
    `If it was not you, secure your account with the link below. It works once, until ${until}.`,
  link: "This wasn’t me",
  why: "You get this mail because it is your account. We never ask for your password or a code by mail.",
};

/** Plain text; `mail/messages.ts` makes the two parts of a mail from it. */
export const mails = {
  code: {
    subject: (tenant: string) => `Your code for ${tenant}`,
    enter: {
      signUp: (tenant: string) => `Enter this code to create your ${tenant} account:`,
      signIn: (tenant: string) => `Enter this code to sign in to ${tenant}:`,
      secondFactor: (tenant: string) => `Enter this code to finish signing in to ${tenant}:`,
      reset: (tenant: string) => `Enter this code to choose a new password for ${tenant}:`,
    },
    works: (minutes: number) =>
      `It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}, in the browser where you asked for it.`,
    warning:
      "If you did not ask for it, ignore this mail. Never tell anybody the code: nobody of ours will ask for it.",
    warningOfPassword:
      "If you are not signing in just now, somebody knows your password: change it, and tell nobody the code. Nobody of ours will ask for it.",
  },
  accountExists: {
    subject: (tenant: string) => `Your account at ${tenant}`,
    exists: (tenant: string) =>
      `Somebody, probably you, tried to create a ${tenant} account with this address. You have one already.`,
    signIn: "Go back to the page and choose to sign in instead.",
    notYou: "If that was not you, there is nothing to do: your account has not changed.",
  },
  securityNotifications,
  noPassword: {
    subject: (tenant: string) => `Your account at ${tenant}`,
    none: (tenant: string) =>
      `Somebody, probably you, asked for a new password for ${tenant}. Your account has no password.`,
    passkey: "Sign in with your passkey. To have a password as well, choose one on your account page after that.",
    notYou: "If that was not you, there is nothing to do: your account has not changed.",
  },
  noAccount: {
    subject: (tenant: string) => `Your account at ${tenant}`,
    none: (tenant: string) =>
      `Somebody, probably you, wanted to sign in to ${tenant} with this address. There is no account that this address can sign in to.`,
    create: "To create one, go back to the sign-in page and choose “Create an account”.",
    other: "Perhaps you have an account with another address. If it was not you, there is nothing to do.",
  },
};
