// The second factor in real Chromium, during a device flow and from the account page, including failures.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { URI } from "otpauth";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { MailError } from "../../packages/tenant/src/mail/mailer.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations, scanQrCode } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { AuthenticatorApp, demandMfa } from "../fixtures/authenticator-app.ts";
import { claimsOf, poll, requestCode } from "../fixtures/device.ts";
import { freePort } from "../fixtures/free-port.ts";
import { Person } from "../fixtures/person.ts";

const PASSWORD = "correct horse battery";

describe("the second factor in a real browser", () => {
  let browser: Browser;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser.close());

  /** A phone with its own browser, which runs no scripts. */
  async function phone(use: (page: Page, context: BrowserContext) => Promise<void>) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    try {
      await use(await context.newPage(), context);
    } finally {
      await context.close();
    }
  }

  const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();
  const heading = (page: Page) => page.locator("h1").innerText();
  const enter = async (page: Page, code: string) => {
    await page.locator('input[name="code"]').fill(code);
    await page.locator('input[name="code"]').press("Enter");
  };

  async function enterCode(tenant: TestTenant, page: Page, code: string) {
    await page.goto(`${tenant.pages}/device`);
    await page.getByRole("textbox").fill(code);
    await press(page, "Continue");
  }

  async function signIn(page: Page, email: string) {
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password"]').press("Enter");
  }

  /** An account, created over plain HTTP before the second factor is required. */
  async function account(tenant: TestTenant, email: string) {
    const { body } = await requestCode(tenant);
    await (await new Person(tenant).enterCode(body.user_code)).signUp(email, PASSWORD, "Ada Lovelace");
  }

  async function assertAccessible(page: Page) {
    assert.deepEqual(await accessibilityViolations(page), [], await heading(page));
  }

  /** Goes from the page that asks for an app to the recovery codes. */
  async function setUp(tenant: TestTenant, page: Page, look: (page: Page) => Promise<void> = async () => {}) {
    await look(page);
    await press(page, "I have an app");
    await page.locator("svg.qr").waitFor();
    await look(page);
    const scanned = URI.parse(await scanQrCode(page.locator("svg.qr")));
    const typed = (await page.locator(".mono").innerText()).replaceAll(" ", "");
    assert.equal(scanned.secret.base32, typed);
    assert.deepEqual([scanned.issuer, scanned.digits, scanned.algorithm], [tenant.context.config.name, 6, "SHA1"]);
    const app = new AuthenticatorApp(tenant, typed);
    await enter(page, app.code());
    await page.locator(".codes").waitFor();
    await look(page);
    const codes = await page.locator(".codes li").allInnerTexts();
    return { app, codes };
  }

  test("an app is set up during sign-in: the QR code scans, the app's code works, recovery codes are shown once, amr has both", async () => {
    await using tenant = await startTestTenant();
    await account(tenant, "ada@contoso.example");
    await demandMfa(tenant, "totp");
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(tenant, page, code.user_code);
      await signIn(page, "ada@contoso.example");
      const { app, codes } = await setUp(tenant, page, assertAccessible);
      assert.equal(codes.length, 10);
      await press(page, "I saved them");
      await press(page, "Yes, sign it in");
      await page.getByText(/close this page/i).waitFor();
      const tokens = await poll(tenant, code.device_code);
      assert.deepEqual(claimsOf(tokens.body.id_token).amr, ["pwd", "otp", "mfa"]);

      // Another phone: a wrong code, the same code twice, then a recovery code.
      await phone(async (other) => {
        const { body: second } = await requestCode(tenant);
        await enterCode(tenant, other, second.user_code);
        await signIn(other, "ada@contoso.example");
        await assertAccessible(other);
        await enter(other, "123456" === app.code() ? "654321" : "123456");
        await other.getByRole("alert").filter({ hasText: "isn’t right" }).waitFor();
        await assertAccessible(other);
        await enter(other, app.code());
        await other.getByRole("alert").filter({ hasText: "already used" }).waitFor();
        await other.getByRole("link", { name: "Use a recovery code" }).click();
        await assertAccessible(other);
        await enter(other, codes[0]!.toLowerCase());
        await press(other, "Yes, sign it in");
        await other.getByText(/close this page/i).waitFor();
        assert.equal((await poll(tenant, second.device_code)).status, 200);
      });
    });
  });

  test("after a reload the recovery codes are gone, and new ones can be created", async () => {
    await using tenant = await startTestTenant();
    await account(tenant, "ada@contoso.example");
    await demandMfa(tenant, "totp");
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(tenant, page, code.user_code);
      await signIn(page, "ada@contoso.example");
      const { codes } = await setUp(tenant, page);
      await page.reload();
      assert.equal(await page.locator(".codes").count(), 0);
      await assertAccessible(page);
      await press(page, "Create new codes");
      const fresh = await page.locator(".codes li").allInnerTexts();
      assert.equal(fresh.length, 10);
      assert.ok(!fresh.includes(codes[0]!));
      await press(page, "I saved them");
      await page.getByRole("button", { name: "Yes, sign it in" }).waitFor();
    });
  });

  test("an emailed code is requested, expires, is sent again and works; going Back requests no other", async () => {
    await using tenant = await startTestTenant();
    const email = "ada@contoso.example";
    await account(tenant, email);
    await demandMfa(tenant, "email_code");
    const mailed = async () => /\b\d{8}\b/.exec((await tenant.mailsTo(email))[0]!.text)![0];
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(tenant, page, code.user_code);
      await signIn(page, email);
      await assertAccessible(page);
      await press(page, "Send code");
      await page.locator('input[name="code"]').waitFor();
      await assertAccessible(page);
      tenant.clock.advance(600_000);
      await enter(page, await mailed());
      await page.getByRole("alert").filter({ hasText: "no longer works" }).waitFor();
      await press(page, "Send a new code");
      await page.getByRole("status").waitFor();
      await enter(page, await mailed());
      await page.getByRole("button", { name: "Yes, sign it in" }).waitFor();
      await page.goBack();
      await page.getByRole("button", { name: "Yes, sign it in" }).click();
      await page.getByText(/close this page/i).waitFor();
      assert.equal((await poll(tenant, code.device_code)).status, 200);
    });
  });

  test("after a rejected email or too many attempts, the user can continue", async () => {
    let down = false;
    const mails: string[] = [];
    const send = async ({ text }: { text: string }) => {
      if (down) throw new MailError("mail_refused", "550", "Use another address.");
      mails.unshift(text);
    };
    await using tenant = await startTestTenant({ mailer: { send, close: async () => {} } });
    const email = "ada@contoso.example";
    const person = new Person({
      ...tenant,
      mailsTo: async () => mails.map((text) => ({ to: email, subject: "", text, html: "" })),
    });
    const { body: first } = await requestCode(tenant);
    await (await person.enterCode(first.user_code)).signUp(email, PASSWORD, "Ada");
    await demandMfa(tenant, "email_code");
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(tenant, page, code.user_code);
      await signIn(page, email);
      down = true;
      await press(page, "Send code");
      await page.getByRole("alert").filter({ hasText: "rejected our email" }).waitFor();
      await assertAccessible(page);
      down = false;
      await press(page, "Send code");
      await page.locator('input[name="code"]').waitFor();
      await press(page, "Send a new code");
      await page.getByRole("alert").filter({ hasText: "Too many attempts" }).waitFor();
      await enter(page, /\b\d{8}\b/.exec(mails[0]!)![0]);
      await page.getByRole("button", { name: "Yes, sign it in" }).waitFor();
    });
  });

  test("an interaction cannot be continued in another browser", async () => {
    await using tenant = await startTestTenant();
    await account(tenant, "ada@contoso.example");
    await demandMfa(tenant, "totp");
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(tenant, page, code.user_code);
      await signIn(page, "ada@contoso.example");
      await press(page, "I have an app");
      await page.locator("svg.qr").waitFor();
      await phone(async (thief) => {
        await thief.goto(page.url());
        assert.equal(await thief.locator("svg.qr").count(), 0);
        assert.match(await heading(thief), /out of date/);
      });
    });
  });

  test("after a restart between steps, the person continues at the same step, and no code works twice", async () => {
    const folder = await mkdtemp(join(tmpdir(), "doorcode-second-factor-"));
    try {
      const sqliteFile = join(folder, "tenant.db");
      const ports = { port: await freePort(), pagesPort: await freePort() };
      const options = { sqliteFile, dataDir: join(folder, "data"), ...ports };
      let tenant = await startTestTenant(options);
      const { clock } = tenant;
      const restart = async () => {
        await tenant.close();
        tenant = await startTestTenant({ ...options, clock });
      };
      try {
        await account(tenant, "ada@contoso.example");
        await demandMfa(tenant, "totp");
        await phone(async (page) => {
          const { body: code } = await requestCode(tenant);
          await enterCode(tenant, page, code.user_code);
          await signIn(page, "ada@contoso.example");
          await restart();
          await press(page, "I have an app");
          await page.locator("svg.qr").waitFor();
          const app = new AuthenticatorApp(tenant, (await page.locator(".mono").innerText()).replaceAll(" ", ""));
          await restart();
          const proof = app.code();
          await enter(page, proof);
          await page.locator(".codes").waitFor();
          await restart();
          await press(page, "I saved them");
          await press(page, "Yes, sign it in");
          await page.getByText(/close this page/i).waitFor();
          assert.equal((await poll(tenant, code.device_code)).status, 200);

          await phone(async (other) => {
            const { body: second } = await requestCode(tenant);
            await enterCode(tenant, other, second.user_code);
            await signIn(other, "ada@contoso.example");
            await restart();
            await enter(other, proof);
            await other.getByRole("alert").filter({ hasText: "already used" }).waitFor();
            clock.advance(30_000);
            await enter(other, app.code());
            await other.getByRole("button", { name: "Yes, sign it in" }).waitFor();
          });
        });
      } finally {
        await tenant.close();
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("an app is added on the account page after signing in", async () => {
    await using tenant = await startTestTenant();
    const email = "ada@contoso.example";
    await account(tenant, email);
    await phone(async (page) => {
      await page.goto(`${tenant.pages}/me/authenticator`);
      await assertAccessible(page);
      await press(page, "Sign in");
      await signIn(page, email);
      await page.waitForURL(/\/me$/);
      await page.goto(`${tenant.pages}/me/authenticator`);
      await assertAccessible(page);
      await press(page, "Set up an app");
      await press(page, "Send code");
      await enter(page, /\b\d{8}\b/.exec((await tenant.mailsTo(email))[0]!.text)![0]);
      await page.locator("svg.qr").waitFor();
      const app = new AuthenticatorApp(tenant, (await page.locator(".mono").innerText()).replaceAll(" ", ""));
      await enter(page, app.code());
      await page.locator(".codes").waitFor();
      await page.goto(`${tenant.pages}/me/recovery-codes`);
      await page.getByText("10 codes left").waitFor();
      await assertAccessible(page);
    });
  });
});
