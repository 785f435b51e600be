import { type Html, html } from "../../html.ts";
import { numbers } from "../numbers.ts";

const { number } = numbers.en;

/** The console's pages about people. */
export const consolePeople = {
  title: "People",
  count: (total: number) => (total === 1 ? "1 person has an account." : `${number(total)} people have an account.`),
  add: "Add a person",
  search: "Email address or name begins with",
  only: "Show",
  filters: { all: "Everyone", disabled: "Disabled", administrators: "Administrators" },
  none: "No person yet. Add one, or let someone sign up.",
  noneFound: "No one fits. The search looks at how an email address or a name begins.",
  columns: { name: "Name", email: "Email address", state: "State", since: "Since" },
  states: { administrator: "administrator", disabled: "disabled", active: "active" },
  removed: "The account was deleted, and every sign-in has ended.",
  adding: {
    title: "Add a person",
    email: "Email address",
    name: "Name",
    nameHint: "Empty: what is before the @ of the address.",
    password: "First password",
    kinds: {
      none: "None: the person sets one with “Forgot your password?”, or signs in without one",
      generated: "Generate one, and show it once",
      typed: "The one that I type below",
    },
    typed: "Password",
    administrator: "Administrator of this tenant",
    administratorHint: "May change everything here, in the console and through Microsoft Graph.",
    save: "Add",
    cancel: "Cancel",
    problems: {
      email_invalid: "This is not an email address. For example ada@contoso.example.",
      name_invalid: "The name is too long. Use up to 100 characters.",
      taken: "Another account has this address. Choose a different one, or open that account.",
      password_beside:
        "You typed a password, but chose another first password above. Choose “The one that I type below” and type it again, or leave this field empty.",
      short: "The password is too short. Use at least 8 characters.",
      long: "The password is too long. Use up to 128 characters.",
      common: "This password is one of the first that attackers try. Choose a different one.",
    },
  },
  added: {
    title: "Added",
    lede: (name: Html, email: Html) => html`${name} (${email}) can sign in with this password.`,
    once: "It is shown only now. Give it to the person, who can change it on the account page.",
    open: "Open the account",
    another: "Add another person",
  },
};

/** One person. */
export const consolePerson = {
  back: "All people",
  done: {
    group_joined: "Added to the group. Tokens list it from the next sign-in or renewal on.",
    group_left: "Removed from the group.",
    added: "The account was added.",
    edited: "Saved.",
    enabled: "The account is enabled. Earlier sign-ins stay ended.",
    disabled: "The account is disabled, and every sign-in has ended.",
    signed_out: "Signed out everywhere. Programs learn it when they renew, within an hour.",
    password:
      "The password no longer works, and every sign-in has ended. The person sets a new one with “Forgot your password?”.",
    factors: "Passkeys, authenticator app and recovery codes are removed, and every sign-in has ended.",
    tries: "The wrong passwords are forgotten. The person can try again now.",
    promoted: "This person is an administrator now.",
    demoted: "This person is no longer an administrator.",
  },
  profile: "Profile",
  name: "Name",
  email: "Email address",
  emailHint: "A new address is not verified. The old one gets an email about it; its sign-ins stay.",
  voidLinks: "Switch off all links in earlier emails about this account",
  voidLinksHint:
    "Emails about a new address, password or device have a link that undoes it. Anyone who reads such an email can use its link, even to take the account back to an earlier address. Tick this when you return a stolen account to its owner.",
  save: "Save",
  id: "Object ID",
  created: "Created",
  disabledSince: "Disabled since",
  attributes: "Sign-up answers",
  yes: "Yes",
  no: "No",
  methods: {
    title: "Sign-in methods",
    password: "Password",
    passwordOff: "no longer works, until the person sets a new one with “Forgot your password?”",
    none: "None yet. The person signs in with a code by email if the user flow of the app offers it, or sets a password with “Forgot your password?”.",
    passkey: "Passkey",
    passkeyUsed: (when: string) => `last used ${when}`,
    passkeyUnused: "not used yet",
    authenticator: "Authenticator app",
    since: (day: string) => `since ${day}`,
    codes: (left: number) => (left === 1 ? "1 recovery code left" : `${number(left)} recovery codes left`),
  },
  refused: {
    title: "Passwords are refused for now",
    until: (time: Html) =>
      html`There were too many wrong passwords for this address. Until ${time}, the right one is refused, too.`,
    hint: "Other ways to sign in still work. If a stranger is guessing, they can go on after your click, too.",
    tryAgain: "Let them try again",
  },
  groups: "Groups",
  noGroups: "In no group.",
  group: "Name of the group",
  groupHint: "An app that is only for assigned people and groups takes everyone in an assigned group.",
  createGroup: "Add the group, if there is none with this name",
  joinGroup: "Add to a group",
  leaveGroup: "Remove",
  devices: "Devices and programs",
  noDevices: "No program is signed in.",
  unknownApp: "an app that was deleted",
  signedIn: (day: string) => `signed in ${day}`,
  lastUsed: (day: string) => `last used ${day}`,
  allDevices: "All sign-ins of this person",
  activity: "Last 90 days",
  noActivity: "Nothing happened.",
  allActivity: "All in the audit log",
  actions: {
    title: "Actions",
    signOut: "Sign out everywhere",
    signOutHint: "Ends every sign-in in browsers and programs. The person can sign in again.",
    password: "Reset the password",
    passwordHint:
      "The password stops working and every sign-in ends. The person sets a new one with “Forgot your password?”, and gets a code by email for it.",
    factors: "Reset sign-in methods",
    factorsHint:
      "Removes passkeys, authenticator app and recovery codes, and ends every sign-in. The password stays. First make sure that it is the person who asks.",
    promote: "Make an administrator",
    promoteHint: "Administrators may change everything here, and through Microsoft Graph.",
    demote: "No longer an administrator",
    demoteHint: "Takes effect at once, also for the console and for tokens that exist.",
    disable: "Disable",
    disableHint: "Ends every sign-in. The person cannot sign in until you enable the account.",
    enable: "Enable",
    enableHint: "The person can sign in again. What has ended stays ended.",
    remove: "Delete",
    removeHint: "Deletes the account and everything of it. It can’t be restored; audit records stay.",
    removeConfirm: (email: Html) => html`To delete it, type ${email}`,
    sure: "Yes, it is my own account",
  },
  problems: {
    group_unknown: "No group has this name. Check it, or let it be added.",
    group_ambiguous: "More than one group has this name. Enter its ID instead.",
    group_invalid: "A group needs a name of at most 256 characters.",
    email_invalid: "This is not an email address. Nothing was changed.",
    name_invalid: "Enter a name of up to 100 characters. Nothing was changed.",
    taken: "Another account has this address. Choose a different one. Nothing was changed.",
    last_administrator:
      "This is the last administrator. Make another person one first, so that the tenant stays in your hands. Nothing was changed.",
    no_password: "This account has no password. Nothing was changed.",
    not_refused: "Passwords of this person are no longer refused. Nothing was changed.",
    not_confirmed: "The address does not fit. To delete the account, type its address as shown.",
    oneself: {
      disable:
        "This is your own account. You would be signed out now, and could not come back without another administrator. Nothing was changed yet.",
      administrator:
        "This is your own account. You would lose the console now, and could not come back without another administrator. Nothing was changed yet.",
    },
  },
};

/** Two administrators changed the same thing. */
export const consoleConflict = {
  title: "Changed in the meantime",
  by: (who: Html, when: Html) => html`${who} changed it at ${when}.`,
  unknown: "It was changed while you had it open.",
  operator: "The operator",
  itself: "The person",
  nothing: "Nothing of yours was saved. Your text is still in the form; saving again replaces what is there now.",
  field: "Field",
  now: "Now",
  yours: "Yours",
};
