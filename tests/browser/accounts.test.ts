// Emailed codes, password reset and sign-up questions in real Chromium and the device flow, including failures.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import type { FlowAttribute, UserFlow } from "../../packages/tenant/src/directory/user-flow.ts";
import { MailError } from "../../packages/tenant/src/mail/mailer.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { manualClock } from "../../packages/tenant/test/fixtures/manual-clock.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { claimsOf, clientIdOf, poll, refresh, requestCode, todoScope, userinfo } from "../fixtures/device.ts";
import { freePort } from "../fixtures/free-port.ts";

const PASSWORD = "correct horse battery";
const NEW_PASSWORD = "nine noisy newts";

let browser: Browser;
before(async () => {
  browser = await launchChromium();
});
after(() => browser.close());

/** A separate browser with its own cookies and screen. Without JavaScript, because every page works without it. */
async function phone(use: (page: Page, context: BrowserContext) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false });
  try {
    await use(await context.newPage(), context);
  } finally {
    await context.close();
  }
}

const heading = (page: Page) => page.locator("h1").innerText();
const press = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).click();

async function enterCode(page: Page, tenant: TestTenant, code: string): Promise<void> {
  await page.goto(`${tenant.pages}/device`);
  await page.getByRole("textbox").fill(code);
  await press(page, "Continue");
}

async function person(tenant: TestTenant, password: string | null = PASSWORD): Promise<string> {
  const email = `${randomUUID()}@contoso.example`;
  const passwordHash = password === null ? null : await hashPassword(password);
  await createUser(tenant.context, { email, displayName: "Ada Lovelace", passwordHash });
  return email;
}

async function mailedCode(tenant: TestTenant, email: string): Promise<string> {
  const [mail] = await tenant.mailsTo(email);
  return /^\d{8}$/m.exec(mail?.text ?? "")?.[0] ?? assert.fail(`no code in the mail to ${email}`);
}

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function askForCode(page: Page, email: string): Promise<void> {
  await page.getByLabel("Email").fill(email);
  await press(page, /^Email me a code/);
}

async function typeCode(page: Page, code: string): Promise<void> {
  await page.getByLabel("Code from the email").fill(code);
  await press(page, "Continue");
}

/** Gives the built-in program its own user flow. */
async function useUserFlow(tenant: TestTenant, changes: Partial<UserFlow>): Promise<void> {
  const { directory } = tenant.context.store;
  const id = randomUUID();
  const flow: UserFlow = {
    id,
    name: `Flow ${id}`,
    signUpAllowed: true,
    methods: ["password", "email_code"],
    mfaRequired: false,
    mfaMethods: [],
    attributes: [],
    termsOfUse: null,
    createdAt: 0,
    ...changes,
  };
  const app = await directory.findApp(clientIdOf(tenant));
  assert.ok(
    app &&
      (await seed(tenant.context.store).putUserFlow(flow)) &&
      (await seed(tenant.context.store).putApp({ ...app, userFlowId: id })),
  );
}

/** Approves, and checks that the device gets its tokens. */
async function finish(page: Page, tenant: TestTenant, deviceCode: string) {
  await press(page, "Yes, sign it in");
  await page.waitForURL(/\/done/);
  const tokens = await poll(tenant, deviceCode);
  assert.equal(tokens.status, 200);
  return tokens.body;
}

describe("accounts in a real browser", () => {
  let tenant: TestTenant;
  before(async () => {
    tenant = await startTestTenant();
  });
  after(() => tenant.close());

  test("a code instead of the password, staying signed in: the device is signed in by one method", async () => {
    const email = await person(tenant);
    const { body: code } = await requestCode(tenant);
    await phone(async (page, context) => {
      await enterCode(page, tenant, code.user_code);
      await page.getByLabel(/Keep me signed in/).check();
      await askForCode(page, email);
      assert.equal(await heading(page), "Check your email");
      await typeCode(page, await mailedCode(tenant, email));
      const tokens = await finish(page, tenant, code.device_code);
      assert.deepEqual(claimsOf(tokens.id_token).amr, ["otp"]);
      const cookie = (await context.cookies()).find(({ name }) => name.startsWith("doorcode_session"));
      assert.ok((cookie?.expires ?? -1) > Date.now() / 1000 + 29 * 86_400, "outlives the browser");
      await page.goto(`${tenant.pages}/sign-out`);
      await press(page, "Sign out");
      const after = (await context.cookies()).find(({ name }) => name.startsWith("doorcode_session"));
      assert.notEqual(after?.value, cookie?.value);
    });
  });

  test("a code is rejected in another browser and after five wrong ones; a new code works once", async () => {
    const email = await person(tenant);
    const { body: code } = await requestCode(tenant);
    await phone(async (page) => {
      await enterCode(page, tenant, code.user_code);
      await askForCode(page, email);
      const first = await mailedCode(tenant, email);
      await phone(async (other) => {
        await enterCode(other, tenant, code.user_code);
        await askForCode(other, "eve@contoso.example");
        await typeCode(other, first);
        assert.match(await other.getByRole("alert").innerText(), /isn’t right/);
      });
      for (let tries = 0; tries < 5; tries++) {
        await typeCode(page, first === "00000000" ? "11111111" : "00000000");
        assert.match(await page.getByRole("alert").innerText(), /isn’t right/);
      }
      await typeCode(page, first);
      assert.match(await page.getByRole("alert").innerText(), /no longer works/);
      await press(page, "Send a new code");
      assert.match(await page.getByRole("status").innerText(), /on its way/);
      await press(page, "Send a new code");
      assert.match(await page.getByRole("alert").innerText(), /Too many attempts/);
      await typeCode(page, await mailedCode(tenant, email));
      await page.waitForURL(/\/confirm/);
      // After a form response, Chromium's Back shows its own page; this is the address behind it.
      await page.goto(page.url().replace("/confirm", "/sign-in/code"));
      assert.match(await heading(page), /Is this you\?/, "the address of before does not sign in again");
    });
  });

  test("an unknown address gets the same pages; a late code is rejected", async () => {
    const { body: code } = await requestCode(tenant);
    await phone(async (page) => {
      await enterCode(page, tenant, code.user_code);
      await askForCode(page, "unknown@contoso.example");
      assert.equal(await heading(page), "Check your email");
      const [mail] = await tenant.mailsTo("unknown@contoso.example");
      assert.match(mail!.text, /no account.*Create an account/s);
      const email = await person(tenant);
      await page.goBack();
      await askForCode(page, email);
      const late = await mailedCode(tenant, email);
      tenant.clock.advance(600_000);
      await typeCode(page, late);
      assert.match(await page.getByRole("alert").innerText(), /no longer works/);
    });
  });

  test("password reset: every device is signed out, and the new password signs in and leads to the question", async () => {
    const email = await person(tenant);
    const { body: before } = await requestCode(tenant);
    let signedIn = { refresh_token: "" };
    await phone(async (page) => {
      await enterCode(page, tenant, before.user_code);
      await signIn(page, email, PASSWORD);
      signedIn = await finish(page, tenant, before.device_code);
    });
    const { body: code } = await requestCode(tenant);
    await phone(async (page) => {
      await enterCode(page, tenant, code.user_code);
      await page.getByRole("link", { name: "Forgot your password?" }).click();
      await page.getByLabel("Email").fill(email);
      await press(page, "Send code");
      await typeCode(page, await mailedCode(tenant, email));
      const choose = page.url();
      await page.getByLabel("New password").fill("password1");
      await press(page, "Save password");
      assert.match(await page.getByRole("alert").innerText(), /easy to guess/);
      await page.getByLabel("New password").fill(NEW_PASSWORD);
      await press(page, "Save password");
      assert.match(await page.getByRole("status").innerText(), /was changed/);
      assert.equal((await refresh(tenant, signedIn.refresh_token)).body.error, "invalid_grant");
      assert.equal((await poll(tenant, code.device_code)).body.error, "authorization_pending");

      const changed = page.url();
      await page.goto(choose);
      assert.equal(await heading(page), "Forgot your password?", "Back has nothing left to do");
      await page.goto(changed);
      await signIn(page, email, PASSWORD);
      assert.match(await page.getByRole("alert").innerText(), /isn’t right/);
      await signIn(page, email, NEW_PASSWORD);
      tenant.clock.advance(5_000);
      await finish(page, tenant, code.device_code);
    });
  });

  test("an app that accepts only codes and asks questions: an account without a password, with its answers in the tokens", async () => {
    const text: FlowAttribute = {
      id: "surname",
      inputType: "TextBox",
      dataType: "String",
      required: true,
      options: [],
      label: "",
      validationRegEx: null,
    };
    const news: FlowAttribute = {
      ...text,
      id: `extension_${"0".repeat(32)}_news`,
      label: "What may we write about?",
      inputType: "CheckboxMultiSelect",
      dataType: "StringCollection",
      options: ["Offers", "Events"].map((label) => ({ value: label.toLowerCase(), label })),
    };
    await using codesOnly = await startTestTenant();
    await useUserFlow(codesOnly, {
      methods: ["email_code"],
      attributes: [{ ...text, id: "givenName", validationRegEx: "\\p{Lu}.*" }, text, news],
      termsOfUse: { label: "I accept the terms of use.", url: "https://contoso.example/terms" },
    });
    const email = "grace@contoso.example";
    const { body: code } = await requestCode(codesOnly, { scope: "openid profile offline_access" });
    await phone(async (page) => {
      await enterCode(page, codesOnly, code.user_code);
      assert.equal(await page.locator('input[type="password"]').count(), 0);
      await page.getByRole("link", { name: "Create an account" }).click();
      await page.getByLabel("Email").fill(email);
      await press(page, "Send code");
      await typeCode(page, await mailedCode(codesOnly, email));
      assert.equal(await heading(page), "About you");
      await page.getByLabel("Name", { exact: true }).fill("Grace H.");
      await page.getByLabel("Given name").fill("grace");
      await page.getByLabel("Events").check();
      await press(page, "Create account");
      assert.equal(await page.getByLabel("Given name").inputValue(), "grace", "what was typed stays");
      assert.equal(await page.getByLabel("Events").isChecked(), true);
      assert.equal(await page.locator(".wrong").count(), 3);
      await page.getByLabel("Given name").fill("Grace");
      await page.getByLabel("Surname").fill("Hopper");
      await page.getByLabel("I accept the terms of use.").check();
      await press(page, "Create account");
      const tokens = await finish(page, codesOnly, code.device_code);
      const expected = { name: "Grace H.", given_name: "Grace", family_name: "Hopper", preferred_username: email };
      const claims = claimsOf(tokens.id_token);
      for (const [claim, value] of Object.entries(expected)) assert.equal(claims[claim], value, claim);
      const { sub, ...info } = (await userinfo(codesOnly, tokens.access_token)).body;
      assert.deepEqual(info, expected);
      assert.equal(sub, claims.sub);
    });
    const user = await codesOnly.context.store.directory.findUserByEmail(email);
    assert.deepEqual([user?.passwordHash, user?.attributes[news.id]], [null, ["events"]]);
  });

  test("a rejection by the mail server is reported, and the next attempt works", async () => {
    let refuses = true;
    const sent: string[] = [];
    const mailer = {
      async send(mail: { text: string }) {
        if (refuses) throw new MailError("mail_refused", "550 no such mailbox", "Check the address.");
        sent.push(mail.text);
      },
      close: async () => undefined,
    };
    await using strict = await startTestTenant({ mailer });
    const email = await person(strict);
    const { body: code } = await requestCode(strict);
    await phone(async (page) => {
      await enterCode(page, strict, code.user_code);
      await askForCode(page, email);
      assert.match(await page.getByRole("alert").innerText(), /rejected our email/);
      refuses = false;
      await askForCode(page, email);
      await typeCode(page, /^\d{8}$/m.exec(sent[0] ?? "")?.[0] ?? "");
      await finish(page, strict, code.device_code);
    });
  });

  test("after a restart between email and code, the user continues, and nothing used works again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "doorcode-accounts-"));
    const clock = manualClock();
    const ports = { port: await freePort(), pagesPort: await freePort() };
    const open = () =>
      startTestTenant({ clock, dataDir: join(folder, "data"), sqliteFile: join(folder, "store.db"), ...ports });
    let running = await open();
    const restart = async () => {
      await running.close();
      running = await open();
    };
    try {
      const email = await person(running);
      const { body: code } = await requestCode(running, { scope: todoScope(running) });
      await phone(async (page) => {
        await enterCode(page, running, code.user_code);
        await page.getByRole("link", { name: "Forgot your password?" }).click();
        await page.getByLabel("Email").fill(email);
        await press(page, "Send code");
        const mailed = await mailedCode(running, email);
        await restart();
        await typeCode(page, mailed);
        const proven = page.url();
        await restart();
        await page.getByLabel("New password").fill(NEW_PASSWORD);
        await press(page, "Save password");
        assert.match(await page.getByRole("status").innerText(), /was changed/);
        const signInUrl = page.url();
        await restart();
        await page.goto(proven);
        assert.equal(await heading(page), "Forgot your password?");
        await page.goto(signInUrl);
        await signIn(page, email, NEW_PASSWORD);
        await finish(page, running, code.device_code);
      });
    } finally {
      await running.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
