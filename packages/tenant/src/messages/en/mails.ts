/** Plain text; `mail/letter.ts` makes a mail's two parts of it. */
export const mails = {
  signUpCode: {
    subject: (tenant: string) => `Your code for ${tenant}`,
    enter: (tenant: string) => `Enter this code to create your ${tenant} account:`,
    works: (minutes: number) =>
      `It works for ${minutes === 1 ? "1 minute" : `${minutes} minutes`}, in the browser where you asked for it.`,
    warning:
      "If you did not ask for it, ignore this mail. Never tell anybody the code: nobody of ours will ask for it.",
  },
  accountExists: {
    subject: (tenant: string) => `Your account at ${tenant}`,
    exists: (tenant: string) =>
      `Somebody, probably you, tried to create a ${tenant} account with this address. You have one already.`,
    signIn: "Go back to the page and choose to sign in instead, with your password.",
    notYou: "If that was not you, there is nothing to do: your account has not changed.",
  },
};
