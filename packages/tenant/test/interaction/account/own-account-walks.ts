import { randomUUID } from "node:crypto";
import type { User } from "../../../src/directory/entities.ts";
import { DAY, sampleAudit } from "../../storage/samples.ts";
import type { Browser, Page } from "../browser.ts";
import type { PagesUnderTest } from "../pages-under-test.ts";
import { ADA, signInToAccount } from "../passkeys/passkey-walks.ts";

/** A browser in which this user is signed in to the account page, by password. */
export async function atHome(under: PagesUnderTest, email = ADA): Promise<{ user: User; browser: Browser }> {
  const user = (await under.ctx.store.directory.findUserByEmail(email)) ?? (await under.person(email));
  const browser = under.browser();
  const page = await signInToAccount(browser, email);
  if (page.at !== "/me") throw new Error(`${email} is at “${page.heading}”`);
  return { user, browser };
}

/** The same with the mailed code that grave changes ask for after a password. */
export async function atHomeByBoth(under: PagesUnderTest, email = ADA): Promise<{ user: User; browser: Browser }> {
  const home = await atHome(under, email);
  const page = await home.browser.send(await home.browser.get("/me/data"), "/me/data/download");
  await enterSecondFactor(under, home.browser, page, email);
  return home;
}

/** The mailed code of the second step, which ends at the account page. */
export async function enterSecondFactor(
  under: PagesUnderTest,
  browser: Browser,
  page: Page,
  email = ADA,
): Promise<Page> {
  if (!page.at.startsWith("/second-factor/email")) throw new Error(`not asked for a code: “${page.heading}”`);
  const sent = await browser.send(page, "/second-factor/email/send");
  return browser.send(sent, "/second-factor/email", { code: await under.mailedCode(email) });
}

/** Asks for another address, and returns the page that asks for the code. */
export async function askForAddress(browser: Browser, email: string): Promise<Page> {
  return browser.send(await browser.get("/me/email"), "/me/email", { email });
}

/** Changes the address with the code that is mailed to the new one. */
export async function changeAddress(under: PagesUnderTest, browser: Browser, email: string): Promise<Page> {
  const page = await askForAddress(browser, email);
  return browser.send(page, "/me/email/code", { code: await under.mailedCode(email) });
}

/** The link of the newest mail to this address that says that the account has another one now. */
export async function takeBackLink({ mailsTo }: PagesUnderTest, email: string): Promise<string> {
  for (const { text } of await mailsTo(email)) {
    const path = /https?:\/\/[^/\s]+(\/not-me\/email\?token=\S+)/.exec(text)?.[1];
    if (path !== undefined) return path;
  }
  throw new Error(`no mail to ${email} has a link that takes the account back`);
}

/** A device that this user signed in, with its tokens. Returns the ID of its sign-in. */
export async function signedInDevice(
  { ctx, grant: ask, device }: PagesUnderTest,
  user: User,
  deviceName = "Living-room TV",
  tokenHash: string = randomUUID(),
): Promise<string> {
  const { store } = ctx;
  const now = ctx.clock.now();
  const { id: grantId } = await ask({ deviceName });
  const sessionId = randomUUID();
  const audit = { ...sampleAudit("device_grant.approved", now), userId: user.id, clientId: device.clientId };
  await store.sessions.ensure({ id: `${sessionId} before`, createdAt: now, expiresAt: now + DAY });
  const signIn = { id: sessionId, createdAt: now, expiresAt: now + DAY, methods: ["password" as const], authTime: now };
  const { credentialsVersion = 0 } = (await store.directory.findUser(user.id)) ?? {};
  await store.sessions.signIn(`${sessionId} before`, { ...signIn, userId: user.id, credentialsVersion });
  await store.grants.claim(grantId, { sessionId, userId: user.id, now, audit });
  const approved = (await store.grants.findById(grantId))?.requested;
  const by = {
    sessionId,
    userId: user.id,
    methods: signIn.methods,
    authTime: now,
    reach: [],
    decidedBy: "user" as const,
  };
  await store.grants.approve(grantId, { ...by, approved: approved!, now, audit });
  await store.sessions.end(sessionId);
  const grant = await store.grants.findById(grantId);
  const id = randomUUID();
  const { outcome } = await store.tokens.redeem({
    deviceCodeHash: grant!.deviceCodeHash,
    clientId: device.clientId,
    family: {
      ...{ id, userId: user.id, clientId: device.clientId, grantId, scopes: grant!.approved!, reach: [] },
      ...{ methods: signIn.methods, authTime: now, createdAt: now, expiresAt: now + 90 * DAY },
    },
    refreshToken: { tokenHash, expiresAt: now + 90 * DAY },
    now,
    audit: { ...audit, event: "device_grant.redeemed" },
  });
  if (outcome !== "redeemed") throw new Error(`redemption: ${outcome}`);
  return id;
}
