import { notices } from "./notices.ts";

/** Plain text; `mail/letter.ts` makes a mail's two parts of it. */
export const mails = {
  code: {
    subject: (tenant: string) => `Your code for ${tenant}`,
    enter: {
      signUp: (tenant: string) => `Enter this code to create your ${tenant} account:`,
      signIn: (tenant: string) => `Enter this code to sign in to ${tenant}:`,
      secondFactor: (tenant: string) => `Enter this code to finish signing in to ${tenant}:`,
      reset: (tenant: string) => `Enter this code to choose a new password for ${tenant}:`,
    },
    works: (minutes: number) =>
      `It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}, in the browser where you asked for it.`,
    warning:
      "If you did not ask for it, ignore this mail. Never tell anybody the code: nobody of ours will ask for it.",
    warningOfPassword:
      "If you are not signing in just now, somebody knows your password: change it, and tell nobody the code. Nobody of ours will ask for it.",
  },
  accountExists: {
    subject: (tenant: string) => `Your account at ${tenant}`,
    exists: (tenant: string) =>
      `Somebody, probably you, tried to create a ${tenant} account with this address. You have one already.`,
    signIn: "Go back to the page and choose to sign in instead.",
    notYou: "If that was not you, there is nothing to do: your account has not changed.",
  },
  notices,
  noAccount: {
    subject: (tenant: string) => `Your account at ${tenant}`,
    none: (tenant: string) =>
      `Somebody, probably you, wanted to sign in to ${tenant} with this address. There is no account that this address can sign in to.`,
    create: "To create one, go back to the sign-in page and choose “Create an account”.",
    other: "Perhaps you have an account with another address. If it was not you, there is nothing to do.",
  },
};
