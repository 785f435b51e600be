import type { User } from "../../../src/directory/entities.ts";
import type { Browser, Page } from "../browser.ts";
import { BEARER, type PagesUnderTest } from "../pages-under-test.ts";
import { signIn } from "../walks.ts";
import { Authenticator, type Quirks } from "./software-authenticator.ts";

export const ADA = "ada@contoso.example";

/** What the page passes to its script. */
export function optionsOf<T = { challenge: string; rpId: string; rp: { id: string }; user: { id: string } }>(
  page: Page,
): T {
  const options = /data-options="([^"]*)"/.exec(page.html)?.[1];
  if (options === undefined) throw new Error(`“${page.heading}” (${page.status}, ${page.at}) asks for no passkey`);
  return JSON.parse(options.replaceAll("&quot;", '"').replaceAll("&amp;", "&").replaceAll("&#39;", "'")) as T;
}

/** From the account page, signed out, to its sign-in page. */
export async function openAccountSignIn(browser: Browser): Promise<Page> {
  return browser.send(await browser.get("/me"), "/me/sign-in-again");
}

export async function signInToAccount(browser: Browser, email: string): Promise<Page> {
  return signIn(browser, await openAccountSignIn(browser), email);
}

/**
 * From an account page to the page that creates a passkey. After a password alone a mailed code is asked for, and a
 * user who has a passkey is asked for that (`own`).
 */
export async function openAdding(browser: Browser, own?: Authenticator): Promise<Page> {
  const begin = async () => browser.send(await browser.get("/me"), "/me/passkeys/new");
  let page = await begin();
  if (own && page.heading === "Confirm it’s you") {
    await confirmByPasskey(browser, page, own);
    return begin();
  }
  if (!page.at.startsWith("/second-factor/email")) return page;
  page = await browser.send(page, "/second-factor/email/send");
  const code = newestCode(await browser.get("/inbox/messages", { headers: { authorization: `Bearer ${BEARER}` } }));
  page = await browser.send(page, "/second-factor/email", { code });
  return page.at === "/me" ? begin() : page;
}

function newestCode({ html }: Page): string {
  return /\b\d{8}\b/.exec(JSON.parse(html).mails[0].text)?.[0] ?? "";
}

export async function addPasskey(
  browser: Browser,
  authenticator: Authenticator,
  values: { name?: string; quirks?: Quirks; own?: Authenticator } = {},
): Promise<Page> {
  const page = await openAdding(browser, values.own);
  const passkey = authenticator.create(optionsOf(page), values.quirks);
  return browser.send(page, "/me/passkeys/add", { passkey, name: values.name ?? "" });
}

/** Uses the passkey on the sign-in page that the browser is on. */
export async function showPasskey(
  browser: Browser,
  page: Page,
  authenticator: Authenticator,
  quirks: Quirks = {},
): Promise<Page> {
  return browser.send(page, "/sign-in/passkey", { passkey: authenticator.get(optionsOf(page), quirks) });
}

/** From "Confirm it’s you" back to the account page. */
export async function confirmByPasskey(browser: Browser, page: Page, own: Authenticator): Promise<Page> {
  return showPasskey(browser, await browser.send(page, "/me/sign-in-again"), own);
}

/** A user with a password and a passkey, created in their own browser. */
export async function personWithPasskey(
  under: PagesUnderTest,
  options: { email?: string; quirks?: Quirks } = {},
): Promise<{ user: User; authenticator: Authenticator }> {
  const user = await under.person(options.email);
  const browser = under.browser();
  const authenticator = new Authenticator(under.ctx.config.pagesOrigin);
  await signInToAccount(browser, user.email);
  const page = await addPasskey(browser, authenticator, options.quirks ? { quirks: options.quirks } : {});
  if (page.at !== "/me") throw new Error(`No passkey was made: ${page.heading}`);
  return { user, authenticator };
}

/** Ada, signed in to her account page, with a passkey not yet created. */
export async function adaAtHerAccount(under: PagesUnderTest) {
  const user = await under.person(ADA);
  const browser = under.browser();
  await signInToAccount(browser, ADA);
  return { user, browser, authenticator: new Authenticator(under.ctx.config.pagesOrigin) };
}
