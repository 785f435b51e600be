import { type Html, html } from "../../html.ts";

/** Texts used by more than one page. */
export const common = {
  /** Document title of a page that shows an error. */
  problem: (title: string) => `Problem: ${title}`,
  email: "Email",
  password: "Password",
  showPassword: "Show password",
  hidePassword: "Hide password",
  continue: "Continue",
  signIn: "Sign in",
  enterCode: "Enter a code",
  tooManyTries: "Too many attempts. Wait a few minutes, then try again.",
  /** The computer of an embedded tenant, within a sentence. */
  thisComputer: "this computer",
  fromHere: "from this computer",
  from: (place: Html) => html`from ${place}`,
};

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const universal = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const universalShort = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const minute = new Intl.DateTimeFormat("en-GB", { timeStyle: "short" });
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

export const time = {
  /** In the time zone of this computer. */
  at: (at: number) => moment.format(at),
  /** For readers whose time zone is unknown. */
  utc: (at: number) => `${universal.format(at)} UTC`,
  /** The same in lists, whose page says that times are UTC. */
  utcShort: (at: number) => universalShort.format(at),
  /** Of the day, in the time zone of this computer. */
  clock: (at: number) => clock.format(at),
  /** Of the day, without seconds. */
  minute: (at: number) => minute.format(at),
  /** Which time zone the others are in. */
  zone: (at: number) =>
    `Times are in ${zone.formatToParts(at).find(({ type }) => type === "timeZoneName")?.value ?? "UTC"}.`,
  /** In the time zone of this computer. */
  day: (at: number) => day.format(at),
  justNow: "Just now",
  secondsAgo: (seconds: number) => relative.format(-seconds, "second"),
  minutesAgo: (minutes: number) => relative.format(-minutes, "minute"),
};

export const device = {
  /** `message` of the device authorization response, worded like Entra's: programs parse the address and the code from it. */
  message: (uri: string, code: string) =>
    `To sign in, use a web browser to open the page ${uri} and enter the code ${code} to authenticate.`,
};

/**
 * Page titles by page name in `ui/view.ts`. Two more: `compare` is `enter_code` with a code to compare, `sign_up_name` is
 * `sign_up_details` without further questions.
 */
export const titles = {
  enter_code: "Enter the code shown on your device",
  compare: "Is this the code on your device?",
  continue_as: "Is this you?",
  sign_in: "Sign in",
  sign_in_code: "Check your email",
  reset_email: "Forgot your password?",
  reset_code: "Check your email",
  reset_password: "Choose a new password",
  sign_up_email: "What’s your email?",
  sign_up_code: "Check your email",
  sign_up_password: "Choose a password",
  sign_up_name: "What’s your name?",
  sign_up_details: "About you",
  details: "Before you continue",
  device_consent: (app: string) => `Are you trying to sign in to ${app}?`,
  program_consent: (app: string) => `Sign in to ${app}?`,
  form_post: "Taking you back",
  sign_in_over: "This sign-in has ended",
  request_refused: "This sign-in can’t start",
  no_access: (app: string) => `You don’t have access to ${app}`,
  needs_administrator: (app: string) => `${app} needs an administrator`,
  done: (app: string) => `${app} is signed in`,
  declined: "Nothing was signed in",
  expired: "This code has expired",
  used: "This code was already used",
  used_twice: "This code was used twice",
  elsewhere: "You continued elsewhere",
  sign_out: "Sign out?",
  signed_out: "You’re signed out",
  second_factor_app: "Enter the code from your app",
  second_factor_email: "Confirm by email",
  second_factor_passkey: "Confirm with your passkey",
  second_factor_recovery: "Enter a recovery code",
  authenticator_needed: "Set up an authenticator app",
  authenticator_set_up: "Add this account to your app",
  recovery_codes: "Save your recovery codes",
  recovery_codes_hidden: "Did you save your recovery codes?",
  authenticator: "Authenticator app",
  my_recovery_codes: "Recovery codes",
  account: "Your account",
  my_password: "Choose a new password",
  my_devices: "Your devices",
  my_device: "This device",
  my_apps: "Your apps",
  my_app: (app: string) => app,
  my_activity: "Your activity",
  my_profile: "Name and email",
  my_email: "What’s your new email?",
  my_email_code: "Check your new mailbox",
  my_data: "Your data",
  my_deletion: "Delete your account?",
  my_deletion_later: "You can’t delete your account yet",
  account_deleted: "Your account is deleted",
  not_my_email: "Did you change your email?",
  not_my_email_done: "Your account is yours again",
  not_my_email_taken: "Your old address is in use",
  account_signed_out: "Sign in to see your account",
  sign_in_again: "Confirm it’s you",
  passkey_add: "Add a passkey",
  passkey: "Your passkey",
  console_key: "Open the console",
  console_sign_in: "Console",
  not_me: "Was this you?",
  not_me_done: "Your account is signed out everywhere",
  device_signed_out: "The device is signed out",
  dead_link: "This link no longer works",
  stale_form: "This page is out of date",
  too_large: "That’s too long",
  not_found: "Page not found",
  too_many: "Too many attempts",
  failed: "Something went wrong",
};

export const enterCode = {
  lede: "It’s on the TV, printer, or terminal that sent you here.",
  label: "Code",
  hint: "Capitals and the dash don’t matter.",
  problems: {
    empty: "Enter the code your device shows.",
    unknown: "That code isn’t right. Check the letters, or start again on your device to get a new one.",
    too_many: "Too many attempts. Wait ten minutes, then enter the code again.",
  },
  compareLede: "Compare it letter by letter with the screen that sent you here.",
  same: "Yes, it’s the same",
  different: "No, it’s different",
  sentToYou: "Did someone send you this code?",
  sentToYouAdvice: "Stop here. Only use a code from a device in front of you.",
};
