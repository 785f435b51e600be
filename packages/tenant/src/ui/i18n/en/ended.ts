import { type Html, html } from "../../html.ts";

export const ended = {
  doneHeading: (app: Html) => html`${app} is signed in`,
  no_access: (email: Html, tenant: Html) =>
    html`${email} may not use it. Ask the people at ${tenant}; your device goes on waiting meanwhile.`,
  needs_administrator: (email: Html, tenant: Html) =>
    html`What it asks for reaches beyond one account, and ${email} is no administrator of ${tenant}. Your device goes on waiting meanwhile.`,
  otherAccount: "Use another account",
  done: "Return to your device: it goes on by itself in a few seconds. You can close this page.",
  deviceSays: (name: Html) => html`The device says it is “${name}”.`,
  addPasskey: "Add a passkey for next time",
  declined: (app: Html) => html`You said no, so ${app} got nothing. You can close this page.`,
  sentToYou: "Did somebody send you the code?",
  sentToYouAdvice: "Don’t enter another one from them.",
  expired: "A code works for a short time only. Start again on your device and enter the new one.",
  used: "It was answered already and works once only. If your device isn’t signed in, start again there and enter the new code.",
  used_twice:
    "Two accounts entered the same code, so we stopped it, and nobody was signed in. Start again on your device and show its new code to nobody.",
  elsewhere: "You opened this sign-in in another browser or tab. Finish it there, or go on here.",
  goOnHere: "Go on here",
  sign_in_over: "It was answered already, or took too long. Start again in the program that sent you here.",
  request_refused:
    "The program that sent you here asked in a way that is not registered for it. Nothing was signed in. Tell whoever made it these numbers:",
  stale_form:
    "It was open too long, or the form did not come from here. Nothing was changed. Enter the code on your device again, or start again in the program that sent you here.",
  not_found: "The address may be mistyped. To sign in on a device, enter its code.",
  too_many: "Wait a few minutes, then try again. Your device keeps its code meanwhile.",
  failed: (tenant: Html) =>
    html`It isn’t your fault. Wait a minute and try again. If it keeps happening, tell ${tenant} this number:`,
};
