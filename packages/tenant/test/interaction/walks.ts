import type { Browser, Page } from "./browser.ts";
import { PASSWORD } from "./pages-under-test.ts";

/** Enters a code and stops at the page after it: sign-in, or "continue as". */
export async function enterCode(browser: Browser, code: string): Promise<Page> {
  return browser.send(await browser.get("/device"), "/device", { user_code: code });
}

export async function signIn(browser: Browser, page: Page, email: string, password = PASSWORD): Promise<Page> {
  return browser.send(page, "/sign-in", { email, password });
}

/** From the code to the question. */
export async function walkToConfirm(browser: Browser, code: string, email: string): Promise<Page> {
  return signIn(browser, await enterCode(browser, code), email);
}

export async function openSignUp(browser: Browser, code: string): Promise<Page> {
  const page = await enterCode(browser, code);
  return browser.get(`/sign-up${page.at.slice(page.at.indexOf("?"))}`);
}

/** Selects "Email me a code instead" on the sign-in page. */
export async function askForCode(browser: Browser, page: Page, email: string): Promise<Page> {
  return browser.send(page, "/sign-in/code/send", { email });
}

/** From the sign-in page to the page that asks for the mailed code. */
export async function askForReset(browser: Browser, page: Page, email: string): Promise<Page> {
  return browser.send(await browser.get(page.at.replace("/sign-in", "/reset")), "/reset", { email });
}

/** Another eight digits. */
export function wrongCode(right: string): string {
  return right === "00000000" ? "00000001" : "00000000";
}
