import type { Administration } from "../../../directory/graph-scopes.ts";
import { type Html, html } from "../../html.ts";

/** What the consent pages of devices and of programs have in common. */
export const consent = {
  signedInAs: (email: Html) => html`Signed in as ${email}`,
  notYou: "Not you?",
  willBeAble: "It will be able to",
  fresh: "New: it will also be able to",
  /** What it does not ask for now, and gets at a renewal, which asks nobody. */
  byRenewal: "It may also, without asking again",
  freshByRenewal: "New: it may also, without asking again",
  already: "What it can do already",
  /** Below for how long it stays signed in. */
  alreadyElse: "What else it can do already",
  /** What reaches beyond the person's own account. */
  administration: "As an administrator, it will be able to",
  administrationWarning: "It asks for an administrator’s rights.",
  administrationAdvice: (tenant: Html) =>
    html`An administrator’s rights reach everybody and everything at ${tenant}. Say yes only if you started this yourself, just now.`,
  /** What is asked changed between the page and the yes. */
  changed: "What it asks for has changed. Look again.",
};

/** The consent page of a device. */
export const deviceConsent = {
  heading: (app: Html) => html`Are you trying to sign in to <em>${app}</em>?`,
  sameCode: "Say yes only if the device is in front of you and shows this code.",
  elsewhere: "The device is not on your network.",
  elsewhereAdvice: "If somebody sent you the code, say no.",
  started: "Started",
  from: "From",
  code: "Code",
  device: "Device",
  saysItIs: (name: Html) => html`says it is “${name}”`,
  with: (platform: Html) => html`with “${platform}”`,
  networks: {
    this_computer: "This computer",
    same_network: "Same network as you",
    other_network: "Another network",
  },
  yes: "Yes, sign it in",
  no: "No, I didn’t start this",
};

/** What a yes allows, one line each; an API's own permissions are in the words of its registration. */
export const permissions = {
  name_and_email: "Know your name and email",
  email: "Know your email",
  you: "Know that it is you",
  account: "See your account: your name, email and what you said at sign-up",
  administration: {
    see_apps: "See every app and API of this tenant",
    change_apps: "See, change and delete every app and API of this tenant",
    see_access: "See what apps may do and who may use them",
    change_access: "Decide what apps may do, for everybody, and who may use them",
    see_sign_in: "See how people sign in and sign up",
    change_sign_in: "Change how people sign in and sign up",
    see_people: "See everybody’s account and groups",
    change_people: "See, change and delete everybody’s account and groups",
    sign_people_out: "Sign anybody out everywhere",
    see_administrators: "See who is an administrator",
    change_administrators: "Make people administrators, and take that back",
    see_tenant: "See this tenant’s name and look",
    change_tenant: "Change this tenant’s name and look",
  } satisfies Record<Administration, string>,
  offline: (days: number, maxDays: number) =>
    days >= maxDays
      ? `Stay signed in for ${maxDays === 1 ? "1 day" : `${maxDays} days`}`
      : `Stay signed in until unused for ${days === 1 ? "1 day" : `${days} days`}, at most ${maxDays} days`,
  for_hours: (hours: number) => `Stay signed in for ${hours === 1 ? "one hour" : `${hours} hours`}`,
};

/** The consent page of a program that sent the person here. */
export const programConsent = {
  heading: (app: Html) => html`Sign in to <em>${app}</em>?`,
  otherAccount: "Use another account",
  backTo: "Back to",
  /** A web site is named by its host. */
  places: { loopback: "The program on this computer", app: "An app on this device", web: "Its web site" },
  startedByYou: "Say yes only if you started this a moment ago.",
  yes: "Yes, sign in",
  no: "No, go back",
  program_no_access: (email: Html, tenant: Html) => html`${email} may not use it. Ask the people at ${tenant}.`,
  program_needs_administrator: (email: Html, tenant: Html) =>
    html`What it asks for reaches beyond one account, and ${email} is no administrator of ${tenant}.`,
};

/** The page that sends a person back to the program, if it is seen at all. */
export const formPost = {
  lede: "Your browser goes back by itself. If nothing happens, use the button.",
  button: "Go back",
};
