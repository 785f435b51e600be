import { type Html, html } from "../../html.ts";

/** What more than one page says. */
export const common = {
  /** Before the title of a page that has something to put right. */
  problem: (title: string) => `Problem: ${title}`,
  email: "Email",
  password: "Password",
  showPassword: "Show password",
  hidePassword: "Hide password",
  continue: "Continue",
  signIn: "Sign in",
  enterCode: "Enter a code",
  tooManyTries: "Too many tries. Wait a few minutes, then try again.",
};

const moment = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const universal = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

export const time = {
  /** In this computer's time zone. */
  at: (at: number) => moment.format(at),
  /** Where a reader's time zone is not known. */
  utc: (at: number) => `${universal.format(at)} UTC`,
  /** In this computer's time zone. */
  day: (at: number) => day.format(at),
  justNow: "Just now",
  secondsAgo: (seconds: number) => relative.format(-seconds, "second"),
  minutesAgo: (minutes: number) => relative.format(-minutes, "minute"),
};

export const device = {
  /** `message` of RFC 8628's answer in Entra's words: programs read the address and the code out of them. */
  message: (uri: string, code: string) =>
    `To sign in, use a web browser to open the page ${uri} and enter the code ${code} to authenticate.`,
};

/** The question or statement of each page, by the page's name in `ui/view.ts`; `compare` is `enter_code` with a code to compare, `sign_up_name` is `sign_up_details` with nothing else to ask. */
export const titles = {
  enter_code: "Enter the code shown on your device",
  compare: "Is this the code on your device?",
  continue_as: "Is this you?",
  sign_in: "Sign in",
  sign_in_code: "Check your email",
  reset_email: "Forgot your password?",
  reset_code: "Check your email",
  reset_password: "Choose a new password",
  sign_up_email: "What is your email?",
  sign_up_code: "Check your email",
  sign_up_password: "Choose a password",
  sign_up_name: "What is your name?",
  sign_up_details: "About you",
  details: "Before you go on",
  device_consent: (app: string) => `Are you trying to sign in to ${app}?`,
  program_consent: (app: string) => `Sign in to ${app}?`,
  form_post: "Going back",
  sign_in_over: "This sign-in is over",
  request_refused: "This sign-in can’t start",
  no_access: (app: string) => `You don’t have access to ${app}`,
  needs_administrator: (app: string) => `${app} needs an administrator`,
  done: (app: string) => `${app} is signed in`,
  declined: "Nothing was signed in",
  expired: "This code has expired",
  used: "This code was used before",
  used_twice: "This code was used twice",
  elsewhere: "You continued elsewhere",
  sign_out: "Sign out?",
  signed_out: "You are signed out",
  second_factor_app: "Enter the code from your app",
  second_factor_email: "Confirm by email",
  second_factor_passkey: "Confirm with your passkey",
  second_factor_recovery: "Enter a recovery code",
  authenticator_needed: "Set up an authenticator app",
  authenticator_set_up: "Add this to your app",
  recovery_codes: "Save your recovery codes",
  recovery_codes_hidden: "Did you save your recovery codes?",
  authenticator: "Authenticator app",
  my_recovery_codes: "Recovery codes",
  account: "Your account",
  my_password: "Choose a new password",
  account_signed_out: "Sign in to see your account",
  sign_in_again: "Is it still you?",
  passkey_add: "Add a passkey",
  passkey: "Your passkey",
  inbox: "Inbox",
  not_me: "Was this not you?",
  not_me_done: "Your account is signed out everywhere",
  device_signed_out: "The device is signed out",
  dead_link: "This link no longer works",
  stale_form: "This page is out of date",
  not_found: "There is no such page",
  too_many: "Too many tries",
  failed: "Something went wrong here",
};

export const enterCode = {
  lede: "It is on the screen that sent you here: a TV, a printer, a terminal.",
  label: "Code",
  hint: "Capitals and the dash don’t matter.",
  problems: {
    empty: "Enter the code that your device shows.",
    unknown: "No device is waiting with that code. Check its letters, or start again on the device to get a new one.",
    too_many: "Too many tries. Wait ten minutes, then enter the code again.",
  },
  compareLede: "Compare it with the screen that sent you here, letter by letter.",
  same: "Yes, it’s the same",
  different: "No, it’s different",
  sentToYou: "Did somebody send you this code?",
  sentToYouAdvice: "Stop here. Only use a code from a device in front of you.",
};

export const inbox = {
  staysHere: "Mail of this tenant stays on this computer; nothing is sent.",
  empty: "No mail yet. When somebody creates an account, the code arrives here. Reload to look again.",
  lede: "Newest first. Reload to look again.",
  to: (email: Html) => html`To ${email}`,
  back: "Back to the inbox",
};
