import type { Administration } from "../../../directory/graph-scopes.ts";
import { type Html, html } from "../../html.ts";

/** Texts that the consent pages of devices and programs share. */
export const consent = {
  signedInAs: (email: Html) => html`Signed in as ${email}`,
  notYou: "Not you?",
  willBeAble: "It will be able to",
  fresh: "New: it will also be able to",
  /** Not requested now, but available to a renewal, which asks no one. */
  byRenewal: "It may also, without asking again",
  freshByRenewal: "New: it may also, without asking again",
  already: "What it can already do",
  /** Below the line that says how long it stays signed in. */
  alreadyElse: "What else it can already do",
  /** Permissions beyond the user's own account. */
  administration: "As an administrator, it will be able to",
  administrationWarning: "It asks for administrator rights.",
  administrationAdvice: (tenant: Html) =>
    html`Administrator rights cover everyone and everything at ${tenant}. Only say yes if you started this yourself, just now.`,
  /** The request changed after the page was shown. */
  changed: "What it asks for has changed. Check it again.",
};

/** The consent page of a device. */
export const deviceConsent = {
  heading: (app: Html) => html`Are you trying to sign in to <em>${app}</em>?`,
  sameCode: "Only say yes if the device is in front of you and shows this code.",
  elsewhere: "The device is not on your network.",
  elsewhereAdvice: "If someone sent you the code, say no.",
  started: "Started",
  from: "From",
  code: "Code",
  device: "Device",
  saysItIs: (name: Html) => html`calls itself “${name}”`,
  with: (platform: Html) => html`running “${platform}”`,
  networks: {
    this_computer: "This computer",
    same_network: "Same network as you",
    other_network: "Another network",
  },
  yes: "Yes, sign it in",
  no: "No, I didn’t start this",
};

/** One line for each permission. The permissions of an API use the texts of its registration. */
export const permissions = {
  name_and_email: "Know your name and email",
  email: "Know your email",
  you: "Know that it is you",
  account: "See your account: name, email, and what you entered at sign-up",
  administration: {
    see_apps: "See all apps and APIs in this tenant",
    change_apps: "See, change, and delete all apps and APIs in this tenant",
    see_access: "See what apps can do and who can use them",
    change_access: "Decide for everyone what apps can do and who can use them",
    see_sign_in: "See how people sign in and sign up",
    change_sign_in: "Change how people sign in and sign up",
    see_people: "See everyone’s account and groups",
    change_people: "See, change, and delete everyone’s account and groups",
    sign_people_out: "Sign anyone out everywhere",
    see_administrators: "See who is an administrator",
    change_administrators: "Add and remove administrators",
    see_tenant: "See this tenant’s name and look",
    change_tenant: "Change this tenant’s name and look",
  } satisfies Record<Administration, string>,
  offline: (days: number, maxDays: number) =>
    days >= maxDays
      ? `Stay signed in for ${maxDays === 1 ? "1 day" : `${maxDays} days`}`
      : `Stay signed in for up to ${maxDays} days, or until unused for ${days === 1 ? "1 day" : `${days} days`}`,
  for_hours: (hours: number) => `Stay signed in for ${hours === 1 ? "one hour" : `${hours} hours`}`,
};

/** The consent page of a program that redirected the user here. */
export const programConsent = {
  heading: (app: Html) => html`Sign in to <em>${app}</em>?`,
  otherAccount: "Use another account",
  backTo: "Back to",
  /** A website is shown by its host name. */
  places: { loopback: "The program on this computer", app: "An app on this device", web: "Its website" },
  startedByYou: "Only say yes if you started this just now.",
  yes: "Yes, sign in",
  no: "No, go back",
  program_no_access: (email: Html, tenant: Html) => html`${email} isn’t allowed to use it. Ask ${tenant} for access.`,
  program_needs_administrator: (email: Html, tenant: Html) =>
    html`It asks for access beyond a single account, and ${email} is not an administrator at ${tenant}.`,
};

/** The page that posts the answer back to the program. It is often too brief to see. */
export const formPost = {
  lede: "If nothing happens, use the button.",
  button: "Go back",
};
