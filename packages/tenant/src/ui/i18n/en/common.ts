/** What more than one page says. */
export const common = {
  /** Before the title of a page that has something to put right. */
  problem: (title: string) => `Problem: ${title}`,
  email: "Email",
  password: "Password",
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
