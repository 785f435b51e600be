import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { after, before, describe, type TestContext, test } from "node:test";
import type { Browser, BrowserContextOptions, CDPSession, Page } from "playwright-core";
import { complaintsOf, launchChromium } from "../../fixtures/chromium.ts";
import { PASSWORD, type PagesUnderTest, pagesUnderTest } from "../pages-under-test.ts";

const ADA = "ada@contoso.example";

let chromium: Browser;
before(async () => {
  chromium = await launchChromium("--host-resolver-rules=MAP localhost 127.0.0.1");
});
after(() => chromium.close());

interface Device {
  page: Page;
  /** Console output, including violations of the content security policy. */
  complaints: string[];
  /** The authenticator of this device, if the browser supports passkeys. */
  cdp: CDPSession;
  authenticatorId: string;
}

/** The pages on a port, and Ada's account. */
async function served(t: TestContext) {
  const under = await pagesUnderTest(t);
  const user = await under.person(ADA);
  await under.app.listen({ port: 0, host: "127.0.0.1" });
  under.ctx.config.pagesOrigin = `http://localhost:${(under.app.server.address() as AddressInfo).port}`;
  return { ...under, user };
}

/** A separate browser with its own authenticator, and code that runs before the scripts of its pages. */
async function device(
  t: TestContext,
  options: { context?: BrowserContextOptions; first?: string } = {},
): Promise<Device> {
  const context = await chromium.newContext(options.context);
  t.after(() => context.close());
  if (options.first !== undefined) await context.addInitScript(options.first);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", {});
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { page, complaints, cdp, authenticatorId };
}

/** Makes the button sign in: the virtual authenticator answers the request of the email field at once. */
const WITHOUT_AUTOFILL = "PublicKeyCredential.isConditionalMediationAvailable = async () => false;";
const WITHOUT_JSON = `
  delete PublicKeyCredential.parseCreationOptionsFromJSON;
  delete PublicKeyCredential.parseRequestOptionsFromJSON;
  delete PublicKeyCredential.prototype.toJSON;
`;

async function openSignIn(page: Page, { ctx }: PagesUnderTest): Promise<void> {
  await page.goto(`${ctx.config.pagesOrigin}/me`);
  await page.locator('form[action="/me/sign-in-again"] button').click();
}

async function signInByPassword(page: Page, under: PagesUnderTest): Promise<void> {
  await openSignIn(page, under);
  await page.locator("#email").fill(ADA);
  await page.locator("#password").fill(PASSWORD);
  await page.locator('form[action="/sign-in"] button[type="submit"]').first().click();
  await page.waitForURL("**/me");
}

/** A user with a passkey must use it before they change their sign-in methods. */
async function confirmByPasskey(page: Page): Promise<void> {
  await page.locator('form[action="/me/sign-in-again"] button').click();
  await usePasskey(page).click();
  await page.waitForURL("**/me");
}

/** After a password alone a mailed code is asked for first. */
async function openAdding(page: Page, { mailedCode }: PagesUnderTest): Promise<void> {
  await page.locator('form[action="/me/passkeys/new"] button').click();
  await page.locator("h1").waitFor();
  if (page.url().includes("/second-factor/email")) {
    await page.locator('form[action="/second-factor/email/send"] button').click();
    await page.locator('input[name="code"]').fill(await mailedCode(ADA));
    await page.locator('form[action="/second-factor/email"] button').click();
    await page.waitForURL("**/me");
    await page.locator('form[action="/me/passkeys/new"] button').click();
  }
  await page.waitForURL("**/me/passkeys/add?*");
}

async function addPasskey(page: Page, under: PagesUnderTest, name: string): Promise<void> {
  await openAdding(page, under);
  await page.locator("#name").fill(name);
  await page.getByRole("button", { name: "Create passkey" }).click();
  await page.waitForURL("**/me");
}

async function signOut(page: Page): Promise<void> {
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForURL("**/sign-out");
}

const usePasskey = (page: Page) => page.getByRole("button", { name: "Use a passkey" });
const ownPasskeys = (page: Page) => page.locator('a[href^="/me/passkeys?id="]');
const said = (page: Page) => page.locator("[data-says]");

describe("passkeys in a real browser", { concurrency: 3 }, () => {
  test("one is created on the account page, and its button signs in and approves a device", async (t) => {
    const under = await served(t);
    const { page, complaints } = await device(t, { first: WITHOUT_AUTOFILL });
    await signInByPassword(page, under);
    await addPasskey(page, under, "Work laptop");
    assert.match(await ownPasskeys(page).innerText(), /^Work laptop\nAdded /);
    await signOut(page);

    await openSignIn(page, under);
    await usePasskey(page).click();
    await page.waitForURL("**/me");
    assert.match(await ownPasskeys(page).innerText(), /last used/);
    await signOut(page);

    const { id, userCode } = await under.grant();
    await page.goto(`${under.ctx.config.pagesOrigin}/device?user_code=${userCode}`);
    await page.locator('form[action="/device"] button').click();
    await usePasskey(page).click();
    await page.waitForURL("**/confirm?*");
    await page.locator('button[value="yes"]').click();
    await page.waitForURL("**/done?*");
    const grant = await under.ctx.store.grants.findById(id);
    assert.deepEqual([grant?.status, grant?.userId, grant?.methods], ["approved", under.user.id, ["passkey"]]);
    const [kept] = await under.ctx.store.passkeys.listOf(under.user.id);
    assert.ok(kept && kept.counter >= 2, "the authenticator counts its signatures");
    assert.deepEqual(complaints, []);
  });

  test("the browser offers it in the email field, and it signs in from there", async (t) => {
    const under = await served(t);
    const { page, complaints } = await device(t);
    await signInByPassword(page, under);
    await addPasskey(page, under, "Phone");
    await signOut(page);
    const { id, userCode } = await under.grant();
    await page.goto(`${under.ctx.config.pagesOrigin}/device?user_code=${userCode}`);
    await page.locator('form[action="/device"] button').click();
    await page.waitForURL("**/confirm?*");
    assert.equal((await under.ctx.store.grants.findById(id))?.userId, under.user.id);
    assert.deepEqual(complaints, []);
  });

  test("a browser without WebAuthn's JSON methods creates and uses one as well", async (t) => {
    const under = await served(t);
    const { page, complaints } = await device(t, { first: WITHOUT_JSON + WITHOUT_AUTOFILL });
    await signInByPassword(page, under);
    await addPasskey(page, under, "");
    assert.deepEqual((await under.ctx.store.passkeys.listOf(under.user.id))[0]?.transports, ["internal"]);
    // Now there is one to exclude.
    await page.locator('form[action="/me/passkeys/new"] button').click();
    await confirmByPasskey(page);
    await openAdding(page, under);
    await page.getByRole("button", { name: "Create passkey" }).click();
    await said(page).waitFor();
    assert.match(await said(page).innerText(), /This device already has a passkey for your account/);
    await page.getByRole("link", { name: "Back to your account" }).click();
    await signOut(page);
    await openSignIn(page, under);
    await usePasskey(page).click();
    await page.waitForURL("**/me");
    assert.deepEqual(complaints, []);
  });

  test("a device that already has one says so, and creates no second", async (t) => {
    const under = await served(t);
    const { page } = await device(t, { first: WITHOUT_AUTOFILL });
    await signInByPassword(page, under);
    await addPasskey(page, under, "Phone");
    await page.locator('form[action="/me/passkeys/new"] button').click();
    await confirmByPasskey(page);
    await openAdding(page, under);
    await page.getByRole("button", { name: "Create passkey" }).click();
    await said(page).waitFor();
    assert.match(await said(page).innerText(), /This device already has a passkey for your account/);
    assert.equal((await under.ctx.store.passkeys.listOf(under.user.id)).length, 1);
  });

  test("a user who is not verified, or cancels, sees an error and can try again or sign in another way", async (t) => {
    const under = await served(t);
    const { page, cdp, authenticatorId } = await device(t, { first: WITHOUT_AUTOFILL });
    await signInByPassword(page, under);
    await addPasskey(page, under, "Phone");
    await signOut(page);
    await openSignIn(page, under);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await usePasskey(page).click();
    await said(page).waitFor();
    assert.match(await said(page).innerText(), /It was canceled or took too long/);
    assert.match(page.url(), /\/sign-in\?/);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
    await usePasskey(page).click();
    await page.waitForURL("**/me");
  });

  test("another browser, without the key, signs in by password as before", async (t) => {
    const under = await served(t);
    const first = await device(t);
    await signInByPassword(first.page, under);
    await addPasskey(first.page, under, "Phone");
    const { page, complaints } = await device(t);
    await openSignIn(page, under);
    await usePasskey(page).click();
    await said(page).waitFor();
    assert.match(await said(page).innerText(), /canceled or took too long/);
    await signInByPassword(page, under);
    assert.match(await ownPasskeys(page).innerText(), /Phone/);
    assert.deepEqual(complaints, []);
  });

  test("a passkey that was removed here is refused although the device still has it", async (t) => {
    const under = await served(t);
    const { page } = await device(t, { first: WITHOUT_AUTOFILL });
    await signInByPassword(page, under);
    await addPasskey(page, under, "Phone");
    await ownPasskeys(page).click();
    await page.getByRole("button", { name: "Remove this passkey" }).click();
    await confirmByPasskey(page);
    await ownPasskeys(page).click();
    await page.getByRole("button", { name: "Remove this passkey" }).click();
    await page.waitForURL("**/me");
    await signOut(page);
    await openSignIn(page, under);
    await usePasskey(page).click();
    await page.locator("#problem").waitFor();
    assert.match(await page.locator("#problem").innerText(), /That passkey didn’t work here/);
    assert.match(await page.title(), /^Problem: Sign in/);
  });

  test("without JavaScript the pages work as before, and say what is unavailable", async (t) => {
    const under = await served(t);
    const { page, complaints } = await device(t, { context: { javaScriptEnabled: false } });
    await openSignIn(page, under);
    assert.equal(await usePasskey(page).isVisible(), false);
    await signInByPassword(page, under);
    await openAdding(page, under);
    assert.equal(await page.getByRole("button", { name: "Create passkey" }).isVisible(), false);
    assert.match(await page.locator("[data-without]").innerText(), /This browser can’t create passkeys/);
    await page.getByRole("link", { name: "Back to your account" }).click();
    await page.waitForURL("**/me");
    assert.deepEqual(complaints, []);
  });

  test("a browser without passkeys is offered none", async (t) => {
    const under = await served(t);
    const { page, complaints } = await device(t, { first: "delete window.PublicKeyCredential;" });
    await openSignIn(page, under);
    assert.equal(await usePasskey(page).isVisible(), false);
    await signInByPassword(page, under);
    await openAdding(page, under);
    assert.equal(await page.locator("[data-without]").isVisible(), true);
    assert.deepEqual(complaints, []);
  });

  test("no other script runs on the page with the script", async (t) => {
    const under = await served(t);
    const { page, complaints } = await device(t, { first: WITHOUT_AUTOFILL });
    await openSignIn(page, under);
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement("script"), { text: "window.ran = 1" }))`,
    );
    assert.equal(await page.evaluate("window.ran"), undefined);
    assert.match(complaints.join(), /Content Security Policy/);
  });
});
