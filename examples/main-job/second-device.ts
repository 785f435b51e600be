import { randomBytes } from "node:crypto";
import { TOTP } from "otpauth";
import type { Transcript } from "./transcript.ts";
import { openBrowser, textOf, type WebPage } from "./web-pages.ts";

export interface Invited {
  /** Where the device said to go, and the code it shows. */
  page: string;
  code: string;
  /** The embedded tenant's mailbox; its REST fetch needs the token. */
  inbox: string;
  inboxToken: string;
}

export type SecondDevice = (invited: Invited, transcript: Transcript, signal: AbortSignal) => Promise<void>;

const email = "demo@example.com";
const name = "Demo Person";

/** A person without an account, on the tenant's real pages: everything a browser would send, and nothing else. */
export const signUpAndAgree: SecondDevice = (...place) => signUpAndAnswer("yes", ...place);

/** The same, until the question whether to sign in the device. */
export const signUpAndDecline: SecondDevice = (...place) => signUpAndAnswer("no", ...place);

async function signUpAndAnswer(
  decision: "yes" | "no",
  invited: Invited,
  { person }: Transcript,
  signal: AbortSignal,
): Promise<void> {
  const browser = openBrowser(signal);

  let page = await browser.open(invited.page);
  does(page, invited.code);
  page = await browser.send(page, "/device", { user_code: invited.code });
  does(page, "create an account");
  page = await browser.follow(page, "/sign-up");
  does(page, email);
  page = await browser.send(page, "/sign-up", { email });
  const code = await mailedCode(invited, signal);
  does(page, `${code}, as the mail says`);
  page = await browser.send(page, "/sign-up/code", { code });
  const password = randomBytes(12).toString("base64url");
  does(page, "•".repeat(password.length));
  page = await browser.send(page, "/sign-up/password", { password });
  does(page, name);
  page = await browser.send(page, "/sign-up/details", { display_name: name });
  if (new URL(page.url).pathname === "/second-factor/set-up") page = await setUpAuthenticator(page);
  does(page, decision, whatIsAsked(page));
  page = await browser.send(page, "/confirm", { decision });
  person(page.heading);

  /** With an app that computes what the key on the page makes it show, as the one on a phone does. */
  async function setUpAuthenticator(needed: WebPage): Promise<WebPage> {
    does(needed, "I have an app");
    const key = await browser.send(needed, "/second-factor/set-up/start", {});
    const secret = textOf(/<span class="mono">(.*?)<\/span>/.exec(key.html)?.[1] ?? "").replaceAll(" ", "");
    const shown = new TOTP({ secret }).generate();
    does(key, `${shown}, as the app shows`);
    const codes = await browser.send(key, "/second-factor/set-up", { code: shown });
    does(codes, `${codes.html.match(/<li><bdi>/g)?.length ?? 0} codes, written down`);
    return await browser.send(codes, "/second-factor/codes", { answer: "saved" });
  }

  /** What the page asks, and what the person answers. */
  function does({ heading }: WebPage, answer: string, details: string[] = []): void {
    const lines = details.length === 0 ? [heading] : [heading, ...details, ""];
    for (const line of lines.slice(0, -1)) person(line);
    person(`${lines.at(-1)!.padEnd(32)} ${answer}`);
  }
}

async function mailedCode({ inbox, inboxToken }: Invited, signal: AbortSignal): Promise<string> {
  const response = await fetch(`${inbox}/messages?to=${encodeURIComponent(email)}`, {
    headers: { authorization: `Bearer ${inboxToken}` },
    signal,
  });
  const code = /\b\d{8}\b/.exec(await response.text())?.[0];
  if (code === undefined) throw new Error(`No mailed code in the inbox (status ${response.status}).`);
  return code;
}

/** The facts and the permissions that the question shows. */
function whatIsAsked({ html }: WebPage): string[] {
  const facts = [...html.matchAll(/<dt>(.*?)<\/dt>\s*<dd>(.*?)<\/dd>/gs)];
  const lists = [...html.matchAll(/<ul class="ticks">(.*?)<\/ul>/gs)];
  const permissions = lists.flatMap(([, list]) => [...list!.matchAll(/<li>(.*?)<\/li>/gs)]);
  return [
    ...facts.map(([, term, detail]) => `  ${textOf(term!).padEnd(8)} ${textOf(detail!)}`),
    ...permissions.map(([, item], index) => `  ${(index === 0 ? "It may" : "").padEnd(8)} ${textOf(item!)}`),
  ];
}
