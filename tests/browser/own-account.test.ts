// The account page in real Chromium: a lost TV is signed out, an address is changed and taken back, the account is deleted.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { createUser } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { poll, refresh, requestCode } from "../fixtures/device.ts";

const PASSWORD = "correct horse battery";

describe("the account page in a real browser", () => {
  let browser: Browser;
  let tenant: TestTenant;
  let passwordHash: string;

  before(async () => {
    [browser, tenant, passwordHash] = await Promise.all([launchChromium(), startTestTenant(), hashPassword(PASSWORD)]);
  });
  after(async () => {
    await browser.close();
    await tenant.close();
  });

  async function person(): Promise<string> {
    const email = `${randomUUID().slice(0, 8)}@contoso.example`;
    await createUser(tenant.context, { email, displayName: "Ada Lovelace", passwordHash });
    return email;
  }

  /** A separate browser. What its console or its policy reports fails the test. */
  async function screen(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser.newContext(options);
    const reported: string[] = [];
    try {
      const page = await context.newPage();
      page.on("console", (message) => {
        // The browser's own note about a response that says what happened by its status.
        if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) reported.push(message.text());
      });
      context.on("weberror", (error) => reported.push(String(error.error())));
      await use(page);
      assert.deepEqual(reported, []);
    } finally {
      await context.close();
    }
  }
  const phone = { viewport: { width: 390, height: 844 }, locale: "en-US" };
  const desktop = { viewport: { width: 1280, height: 900 }, locale: "de-DE", colorScheme: "dark" } as const;

  const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();
  const follow = (page: Page, name: string | RegExp) => page.getByRole("link", { name }).click();
  const heading = (page: Page) => page.locator("h1").innerText();

  async function at(page: Page, expected: string): Promise<void> {
    await page.getByRole("heading", { level: 1, name: expected, exact: true }).waitFor();
    assert.deepEqual(await accessibilityViolations(page), [], expected);
    assert.equal(await page.locator("script").count(), 0, `${expected} needs no JavaScript`);
    const wide = await page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
    assert.ok(wide <= 0, `${expected} is ${wide}px too wide`);
  }

  async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
    await page.locator("#email").fill(email);
    await page.locator("#password").fill(password);
    await page.locator('form[action="/sign-in"] button[type="submit"]:not([formaction])').click();
  }

  async function mailedCode(email: string): Promise<string> {
    const [mail] = await tenant.mailsTo(email);
    return /^\d{8}$/m.exec(mail?.text ?? "")?.[0] ?? assert.fail(`no code in the mail to ${email}`);
  }

  /** Signed in at the account page, with the mailed code that grave changes ask for. */
  async function home(page: Page, email: string): Promise<void> {
    await page.goto(`${tenant.pages}/me`);
    await page.locator('form[action="/me/sign-in-again"] button').click();
    await signIn(page, email);
    await page.goto(`${tenant.pages}/me/data`);
    await page.locator('form[action="/me/data/download"] button').click();
    await page.locator('form[action="/second-factor/email/send"] button').click();
    await page.locator("#code").fill(await mailedCode(email));
    await page.locator('form[action="/second-factor/email"] button[type="submit"]').click();
    await page.waitForURL("**/me");
  }

  /** From the code on the device to the end page. */
  async function approve(page: Page, code: string, email: string): Promise<void> {
    await page.goto(`${tenant.pages}/device?user_code=${code}`);
    await page.locator('form[action="/device"] button').first().click();
    await signIn(page, email);
    await page.waitForURL("**/confirm?*");
    await page.locator('button[value="yes"]').click();
    await page.waitForURL("**/done?*");
  }

  test("the end page says in place that the device continued, without a reload", async () => {
    const email = await person();
    const { body: code } = await requestCode(tenant);
    await screen(phone, async (page) => {
      await page.clock.install();
      await approve(page, code.user_code, email);
      const sentence = page.getByRole("status");
      assert.match(await sentence.innerText(), /Go back to your device/);
      await page.evaluate("window.sameDocument = true");
      const asked = page.waitForResponse("**/done?*");
      await page.clock.runFor(2_500);
      await asked;
      assert.match(await sentence.innerText(), /Go back to your device/);
      assert.equal((await poll(tenant, code.device_code)).status, 200);
      await page.clock.runFor(2_500);
      await sentence.filter({ hasText: "Your device has continued. You can close this page." }).waitFor();
      assert.equal(await page.evaluate("window.sameDocument"), true);
      // It has nothing more to ask.
      const asks: string[] = [];
      page.on("request", (request) => asks.push(request.url()));
      await page.clock.runFor(60_000);
      assert.deepEqual(asks, []);
      assert.deepEqual(await accessibilityViolations(page), []);
    });
  });

  test("the end page asks ever less often, and becomes the page of an expired code", async () => {
    const email = await person();
    const { body: code } = await requestCode(tenant);
    // The code is older than what the user does with it.
    tenant.clock.advance(60_000);
    await screen(phone, async (page) => {
      await page.clock.install();
      await approve(page, code.user_code, email);
      // From now on, only the test moves the page's time.
      await page.clock.pauseAt(Date.now() + 10_000);
      let asks = 0;
      let answered: Promise<unknown> = Promise.resolve();
      page.on("request", (request) => {
        if (request.resourceType() !== "fetch") return;
        asks++;
        answered = request.response().then((response) => response?.finished());
      });
      const second = async () => {
        await page.clock.runFor(1_000);
        await answered;
      };
      for (let n = 0; n < 60; n++) await second();
      assert.ok(asks > 5 && asks < 15, `${asks} requests in a minute`);
      tenant.clock.advance(14 * 60_000);
      for (let n = 0; n < 25 && (await page.getByRole("status").count()) > 0; n++) await second();
      await page.getByText("expired").first().waitFor();
      await page.clock.resume();
      assert.deepEqual(await accessibilityViolations(page), []);
    });
  });

  test("the end page is a plain page without JavaScript, and a reload says the newer sentence", async () => {
    const email = await person();
    const { body: code } = await requestCode(tenant);
    await screen({ ...phone, javaScriptEnabled: false }, async (page) => {
      await approve(page, code.user_code, email);
      await page.getByText("Go back to your device").waitFor();
      assert.equal((await poll(tenant, code.device_code)).status, 200);
      await page.reload();
      await page.getByText("Your device has continued").waitFor();
      assert.equal(await page.locator("script").count(), 0);
    });
  });

  test("a lost TV is signed out from the phone that signed it in, with the keyboard alone, and learns it at its renewal", async () => {
    const email = await person();
    const { body: code } = await requestCode(tenant);
    await screen(phone, async (page) => {
      await approve(page, code.user_code, email);
      const tokens = await poll(tenant, code.device_code);
      const tab = async (name: RegExp) => {
        for (let n = 0; n < 30; n++) {
          await page.keyboard.press("Tab");
          const focused = page.locator(":focus");
          if ((await focused.count()) > 0 && name.test(await focused.innerText())) return page.keyboard.press("Enter");
        }
        assert.fail(`${name} cannot be reached on “${await heading(page)}”`);
      };
      await tab(/passkey for next time/);
      await page.waitForURL("**/me");
      await at(page, "Your account");
      await tab(/^Your devices/);
      await page.waitForURL("**/me/devices");
      await at(page, "Your devices");
      await tab(/signed in/);
      await page.waitForURL("**/me/devices/device?*");
      assert.deepEqual(await accessibilityViolations(page), []);
      await page.getByLabel("Your name for it").fill("Lost TV");
      await page.keyboard.press("Enter");
      await page.getByRole("link", { name: /Lost TV/ }).click();
      await at(page, "Lost TV");
      await tab(/^Sign out this device$/);
      await page.getByText("No device is signed in").waitFor();
      const renewed = await refresh(tenant, tokens.body.refresh_token);
      assert.deepEqual([renewed.status, renewed.body.error], [400, "invalid_grant"]);
      await page.goto(`${tenant.pages}/me/activity`);
      await at(page, "Your activity");
      await page.getByText("Device signed out").waitFor();
    });
  });

  test("an app loses what it was allowed, on a dark German screen", async () => {
    const email = await person();
    const { body: code } = await requestCode(tenant);
    await screen(desktop, async (page) => {
      await approve(page, code.user_code, email);
      const tokens = await poll(tenant, code.device_code);
      await page.goto(`${tenant.pages}/me`);
      await at(page, "Ihr Konto");
      await follow(page, /^Ihre Apps/);
      await at(page, "Ihre Apps");
      await page.locator(".rows a").first().click();
      await page.getByText("Sie kann").waitFor();
      assert.deepEqual(await accessibilityViolations(page), []);
      await press(page, "Zugriff entziehen");
      await page.getByText("Keine App hat Zugriff").waitFor();
      assert.equal((await refresh(tenant, tokens.body.refresh_token)).status, 400);
    });
  });

  test("an address is changed by a mailed code, and taken back by the mail to the old one", async () => {
    const email = await person();
    const other = `new-${email}`;
    await screen(phone, async (page) => {
      await home(page, email);
      await follow(page, /^Name and email/);
      await at(page, "Name and email");
      await follow(page, "Change email");
      await at(page, "What’s your new email?");
      await page.getByLabel("Email").fill(email);
      await press(page, "Send code");
      await page.getByRole("alert").filter({ hasText: "your address already" }).waitFor();
      assert.deepEqual(await accessibilityViolations(page), []);
      await page.getByLabel("Email").fill(other);
      await press(page, "Send code");
      await at(page, "Check your new mailbox");
      await page.getByLabel("Code from the email").fill(await mailedCode(other));
      await press(page, "Continue");
      await at(page, "Name and email");
      await page.getByText(other).waitFor();
    });
    const notice = (await tenant.mailsTo(email)).find(({ subject }) => /new email address/.test(subject));
    const link = /https?:\/\/\S+\/not-me\/email\?token=\S+/.exec(notice?.text ?? "")?.[0] ?? assert.fail("no link");
    await screen(phone, async (page) => {
      await page.goto(link);
      await at(page, "Did you change your email?");
      await press(page, "No, take my account back");
      await at(page, "Your account is yours again");
      await page.goto(link);
      await at(page, "This link no longer works");
    });
    assert.notEqual(await tenant.context.store.directory.findUserByEmail(email), undefined);
  });

  test("the data is saved as a file, and the account deleted once its address was typed", async () => {
    const email = await person();
    await screen(phone, async (page) => {
      await home(page, email);
      await follow(page, /^Your data/);
      await at(page, "Your data");
      const saved = page.waitForEvent("download");
      await press(page, "Download");
      const download = await saved;
      assert.equal(download.suggestedFilename(), "my-account.json");
      assert.equal(JSON.parse(await readFile(await download.path(), "utf8")).profile.email, email);
      await follow(page, "Delete account");
      await at(page, "Delete your account?");
      await page.getByLabel(/To delete it, type/).fill("ada");
      await press(page, "Delete my account");
      await page.getByRole("alert").filter({ hasText: "isn’t the address" }).waitFor();
      assert.deepEqual(await accessibilityViolations(page), []);
      await page.getByLabel(/To delete it, type/).fill(email);
      await press(page, "Delete my account");
      await at(page, "Your account is deleted");
      await page.goto(`${tenant.pages}/me`);
      await at(page, "Sign in to see your account");
    });
    assert.equal(await tenant.context.store.directory.findUserByEmail(email), undefined);
  });
});
