import { email, longEmail, type Sample } from "./sample-accounts.ts";

/** The pages in front of the console. */
export const consoleAccessSamples: Sample[] = [
  { name: "console-key", view: { page: "console_key", to: "/console", problem: null } },
  { name: "console-key-wrong", view: { page: "console_key", to: "/console", problem: "wrong_key" } },
  { name: "console-sign-in", view: { page: "console_sign_in", why: "signed_out", email: null } },
  { name: "console-sign-in-not-administrator", view: { page: "console_sign_in", why: "not_administrator", email } },
  { name: "console-sign-in-second-factor", view: { page: "console_sign_in", why: "second_factor", email: longEmail } },
  { name: "console-sign-in-too-old", view: { page: "console_sign_in", why: "too_old", email } },
];
