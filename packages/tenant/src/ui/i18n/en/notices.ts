/** Mails that tell a person what was done with their account, in case it was not them. Plain text. */
export const notices = {
  subject: {
    new_device: (tenant: string) => `A device was signed in to your ${tenant} account`,
    password_changed: (tenant: string) => `Your ${tenant} password was changed`,
    authenticator_added: (tenant: string) => `An authenticator app was added to your ${tenant} account`,
    authenticator_removed: (tenant: string) => `The authenticator app was removed from your ${tenant} account`,
    passkey_added: (tenant: string) => `A passkey was added to your ${tenant} account`,
    passkey_removed: (tenant: string) => `A passkey was removed from your ${tenant} account`,
    recovery_codes_replaced: (tenant: string) => `Your ${tenant} recovery codes were replaced`,
    recovery_code_used: (tenant: string) => `A recovery code was used for your ${tenant} account`,
  },
  deviceSignedIn: (app: string, tenant: string) => `${app} was signed in on a device, with your ${tenant} account.`,
  told: {
    new_device: (tenant: string) => `A device was signed in with your ${tenant} account.`,
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
  when: (time: string) => `When: ${time}`,
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
