/** Mails about changes to an account, in case someone else made them. Plain text. */
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
    refresh_token_repeated: (tenant: string) => `A sign-in to your ${tenant} account came from two networks`,
  },
  deviceSignedIn: (app: string, tenant: string) => `${app} was signed in on a device with your ${tenant} account.`,
  events: {
    password_changed: (tenant: string) => `Your ${tenant} password was changed.`,
    authenticator_added: (tenant: string) =>
      `An authenticator app was added to your ${tenant} account. You may be asked for its codes when you sign in.`,
    authenticator_removed: (tenant: string) =>
      `The authenticator app was removed from your ${tenant} account. Its codes no longer work.`,
    passkey_added: (tenant: string) =>
      `A passkey was added to your ${tenant} account. It signs in without your password.`,
    passkey_removed: (tenant: string) => `A passkey was removed from your ${tenant} account. It no longer works.`,
    recovery_codes_replaced: (tenant: string) =>
      `Your ${tenant} recovery codes were replaced. The old codes no longer work.`,
    recovery_code_used: (tenant: string) =>
      `Someone signed in to your ${tenant} account with one of its recovery codes. That code no longer works.`,
  },
  /** About a program’s sign-in. */
  programEvents: {
    refresh_token_reused: (app: string, tenant: string) =>
      `The sign-in to ${app} with your ${tenant} account may have been copied. A key of this sign-in was used again after it was replaced, so another computer may have a copy. We ended this sign-in. The program will ask you to sign in again.`,
    refresh_token_repeated: (app: string, tenant: string) =>
      `The sign-in to ${app} with your ${tenant} account may have been copied. A key of this sign-in was used twice within seconds, from two network addresses. This happens when a device changes networks. It also happens when another computer has a copy of the key.`,
  },
  /** Instead of a network address, if it is of the computer that the tenant runs on. */
  ownComputer: "the tenant’s own computer",
  when: (time: string) => `When: ${time}`,
  fromBefore: (ip: string) => `A moment earlier, from: ${ip}`,
  from: (ip: string) => `Network address: ${ip}`,
  deviceFrom: (ip: string) => `Network address of the device: ${ip}`,
  approvedFrom: (ip: string) => `Approved from: ${ip}`,
  byOperator: "Approved for you by the people who run this service.",
  deviceSays: (name: string) => `The device calls itself: “${name}”`,
  deviceSaysPlatform: (platform: string) => `It says it runs: “${platform}”`,
  passkeyNamed: (name: string) => `Passkey name: “${name}”`,
  codesLeft: (left: number) => `Recovery codes left: ${left}`,
  wasYou: "If it was you, you don’t need to do anything.",
  wasNotYouDevice: (until: string) =>
    `If it wasn’t you, sign the device out with the link below. It works once, until ${until}.`,
  wasNotYou: (until: string) =>
    `If it wasn’t you, secure your account with the link below. It works once, until ${until}.`,
  link: "This wasn’t me",
  why: "You’re getting this email because it’s your account. We never ask for your password or a code by email.",
};

/** Plain text. `mail/messages.ts` renders the text and HTML parts from it. */
export const mails = {
  code: {
    subject: (tenant: string) => `Your code for ${tenant}`,
    enter: {
      signUp: (tenant: string) => `Enter this code to create your ${tenant} account:`,
      signIn: (tenant: string) => `Enter this code to sign in to ${tenant}:`,
      secondFactor: (tenant: string) => `Enter this code to finish signing in to ${tenant}:`,
      reset: (tenant: string) => `Enter this code to choose a new password for ${tenant}:`,
      changeEmail: (tenant: string) => `Enter this code to use this address for your ${tenant} account:`,
    },
    works: (minutes: number) =>
      `It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}, in the browser where you asked for it.`,
    warning:
      "If you didn’t ask for it, ignore this email. Don’t share the code with anyone. We’ll never ask you for it.",
    warningOfPassword:
      "If you’re not signing in right now, someone knows your password. Change it. Don’t share the code with anyone. We’ll never ask you for it.",
  },
  accountExists: {
    subject: (tenant: string) => `Your ${tenant} account`,
    exists: (tenant: string) =>
      `Someone, probably you, tried to create a ${tenant} account with this address. You already have one.`,
    signIn: "Go back to the page and choose to sign in instead.",
    notYou: "If it wasn’t you, you don’t need to do anything. Your account hasn’t changed.",
  },
  securityNotifications,
  addressTaken: {
    subject: (tenant: string) => `Your ${tenant} account`,
    taken: (tenant: string) =>
      `Someone, probably you, tried to use this address for another ${tenant} account. It already belongs to an account, and an address can have only one.`,
    other: "Choose another address.",
    notYou: "If it wasn’t you, you don’t need to do anything. Your account hasn’t changed.",
  },
  emailChanged: {
    subject: (tenant: string) => `Your ${tenant} account has a new email address`,
    changed: (tenant: string) =>
      `Your ${tenant} account now uses another email address. This one no longer signs you in.`,
    wasNotYou: (until: string) =>
      `If it wasn’t you, take your account back with the link below. It works once, until ${until}.`,
    why: "You’re getting this email because the account had this address. We never ask for your password or a code by email.",
  },
  emailTakenBack: {
    subject: (tenant: string) => `Your ${tenant} account no longer uses this address`,
    back: (tenant: string) =>
      `Your ${tenant} account has its earlier email address again. This one no longer signs you in.`,
    wasNotYou: (tenant: string) =>
      `If it wasn’t you, contact the people who run ${tenant}. They see in their records when it happened.`,
    why: "You’re getting this email because the account had this address. We never ask for your password or a code by email.",
  },
  emailReplaced: {
    subject: (tenant: string) => `Your ${tenant} account no longer uses this address`,
    replaced: (tenant: string) =>
      `An administrator gave your ${tenant} account another email address. This one no longer signs you in.`,
  },
  accountDeleted: {
    subject: (tenant: string) => `Your ${tenant} account was deleted`,
    deleted: (tenant: string) => `Your ${tenant} account was deleted, and every device was signed out.`,
    again: "It can’t be restored. If it wasn’t you, contact the people who run this service.",
  },
  noPassword: {
    subject: (tenant: string) => `Your ${tenant} account`,
    none: (tenant: string) =>
      `Someone, probably you, asked for a new password for ${tenant}. Your account has no password.`,
    passkey: "Sign in with your passkey. You can then set a password on your account page.",
    notYou: "If it wasn’t you, you don’t need to do anything. Your account hasn’t changed.",
  },
  noAccount: {
    subject: (tenant: string) => `Your ${tenant} account`,
    none: (tenant: string) =>
      `Someone, probably you, tried to sign in to ${tenant} with this address. There’s no account that you can use with this address.`,
    create: "To create one, go back to the sign-in page and choose “Create an account”.",
    other: "You may have an account with another address. If it wasn’t you, you don’t need to do anything.",
  },
};
