import { type Html, html } from "../../html.ts";
import { numbers } from "../numbers.ts";

const { number } = numbers.en;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "always", style: "short" });

/** The frame of the console. */
const frame = {
  name: "Console",
  menu: "Menu",
  skip: "Skip to content",
  operator: "Operator, at this computer",
  leave: "Sign out",
  other: { locale: "de", name: "Deutsch" },
  lost: {
    title: "No connection to the tenant",
    text: "It may have been stopped. This page shows what was last known, and nothing is sent until the tenant answers again.",
  },
  left: (time: Html) => html`${time} left`,
  copy: "Copy",
  copied: "Copied",
  search: "Search",
  showAll: "Show all",
  number: (value: number) => number(value),
  rail: {
    "/console": "Now",
    "/console/inbox": "Inbox",
    "/console/people": "People",
    "/console/apps": "Apps and APIs",
    "/console/user-flows": "User flows",
    "/console/policies": "Policies",
    "/console/tenant-file": "Tenant file",
    "/console/sign-ins": "Sign-ins",
    "/console/audit": "Audit",
    "/console/keys": "Keys",
    "/console/testing": "Clock and faults",
    "/console/tokens": "Test tokens",
  },
  pages: { name: "Pages", first: "Back to the start", next: "Next 50" },
  problems: {
    back: "Back to the console",
    again: "Load the page again",
    refused: "That didn’t work",
    not_found: { title: "Not found", text: "It may have been deleted meanwhile, or the address is wrong." },
    too_large: { title: "Too large", text: "The tenant does not take a form of this size. Nothing was changed." },
    stale_form: {
      title: "This form is out of date",
      text: "Nothing was changed. Load the page again, and repeat your change. Your browser’s Back button still has what you typed.",
    },
  },
};

export { frame as console };

/** The pages in front of the console. */
export const consoleAccess = {
  lede: "Open the address that the terminal shows after “Console”. It contains the key of this start.",
  key: "Key of this start",
  keyHint: "The part after # in that address. It changes when the tenant is started again.",
  open: "Open the console",
  problems: { wrong_key: "This isn’t the key of this start. Copy it again from the terminal." },
  staysHere: "Only browsers on this computer can open the console.",
  signedInAs: (email: Html) => html`You’re signed in as ${email}`,
  setUp: "Set one up on your account page",
  whys: {
    signed_out: "For administrators of this tenant, with an authenticator app or a passkey.",
    not_administrator: "Your account is not an administrator of this tenant. Sign out, then sign in with one that is.",
    second_factor: "The console needs an authenticator app or a passkey, which your sign-in didn’t use.",
    too_old: "You signed in more than an hour ago. Confirm that it’s you.",
  },
  ways: {
    signed_out: "Sign in",
    not_administrator: "Sign out",
    second_factor: "Continue with a second step",
    too_old: "Sign in again",
  },
};

/** What happens at this moment. */
export const consoleNow = {
  title: "Now",
  requests: "Sign-ins of devices",
  beside: "Email and activity",
  waiting: (count: number) =>
    count === 0
      ? "No device is waiting to be signed in"
      : count === 1
        ? "One device is waiting to be signed in"
        : `${number(count)} devices are waiting to be signed in`,
  none: "When a device asks for a code, it appears here at once.",
  tryIt: "Run the command above to try it.",
  unknownApp: (clientId: string) => `Unknown app ${clientId}`,
  says: (name: Html) => html`says it is “${name}”`,
  asksFor: "Asks for",
  step: {
    asked: "Asked",
    opened: "Opened",
    signingIn: "Signing in",
    signedIn: "Signed in",
    decided: "Decided",
    approved: "Approved",
    byOperator: (email: Html) => html`by the operator for ${email}`,
    tokens: "Tokens",
  },
  redeemed: "tokens taken",
  ended: "sign-in ended",
  timeline: "Timeline",
  timelineOf: (code: string) => `Timeline of ${code}`,
  denied: {
    user: "declined",
    operator: "declined here",
    two_users: "used by two people",
    withdrawn: "withdrawn",
  },
  approveAs: "Approve as…",
  person: "Email address of the person",
  mfa: "As if an authenticator app had been used",
  approveHint: "All checks of a browser apply. The audit log says that you approved, not this person.",
  approve: "Approve",
  decline: "Decline",
  expire: "Expire now",
  activity: "Activity",
  aProgram: "A program",
  aPerson: "A person",
  noActivity: "Nothing has happened yet.",
  wholeLog: "Audit log",
  latestMail: "Latest email",
  noMail: "No email yet. Codes for sign-up and sign-in arrive here.",
  ago: (ms: number) =>
    ms < 45_000
      ? "just now"
      : ms < 3_600_000
        ? relative.format(-Math.max(1, Math.round(ms / 60_000)), "minute")
        : ms < 86_400_000
          ? relative.format(-Math.round(ms / 3_600_000), "hour")
          : relative.format(-Math.round(ms / 86_400_000), "day"),
  problems: {
    administration_not_allowed: "This app may not request administrative scopes by device code.",
    administrator_needed: "The app requests something that only an administrator can grant. Choose an administrator.",
    app_unavailable:
      "The app, or what it requests, was disabled or removed. Restore it, then start again on the device.",
    code_expired: "This code has expired. Start the sign-in on the device again.",
    code_unknown: "No device shows this code any more.",
    code_used: "This code was decided a moment ago, or a browser continued with it.",
    code_used_twice: "Two people used this code, so it was declined. Start again on the device.",
    email_missing: "Enter the email address of the person for whom you approve.",
    mfa_required: "This app needs a second factor. Tick “As if an authenticator app had been used” to test it.",
    not_assigned:
      "The app needs an assignment, and this person has none. Assign them, then approve. The code stays valid.",
    user_disabled: "This account is disabled. Choose another person.",
    user_unknown: "No account has this email address. Check it, or add the person first.",
  },
};
