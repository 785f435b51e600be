import { type Html, html } from "../../pages/html.ts";

export const confirm = {
  heading: (app: Html) => html`Are you trying to sign in to <em>${app}</em>?`,
  signedInAs: (email: Html) => html`Signed in as ${email}`,
  notYou: "Not you?",
  sameCode: "Say yes only if the device is in front of you and shows this code.",
  elsewhere: "The device is not on your network.",
  elsewhereAdvice: "Say yes only if it is in front of you and shows this code. If somebody sent you the code, say no.",
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
  willBeAble: "It will be able to",
  yes: "Yes, sign it in",
  no: "No, I didn’t start this",
};

/** What a yes allows, one line each; an API's own permissions are in the words of its registration. */
export const permissions = {
  name_and_email: "Know your name and email",
  name: "Know your name",
  email: "Know your email",
  you: "Know that it is you",
  offline: (days: number) => `Stay signed in until unused for ${days} days`,
};
