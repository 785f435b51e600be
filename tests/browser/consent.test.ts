// Consent, required assignment and "this wasn't me" in real Chromium, while a device waits.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { User } from "../../packages/tenant/src/directory/entities.ts";
import { hashPassword } from "../../packages/tenant/src/directory/password.ts";
import { sendSecurityNotification } from "../../packages/tenant/src/mail/security-notifications.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { createUser, seed } from "../../packages/tenant/test/fixtures/seed.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { linkIn } from "../../packages/tenant/test/interaction/account/notice-link.ts";
import { clientIdOf, poll, refresh, requestCode } from "../fixtures/device.ts";
import { freePort } from "../fixtures/free-port.ts";
import { addApi } from "../fixtures/registrations.ts";

const PASSWORD = "correct horse battery";
const DAY = 24 * 60 * 60 * 1000;

describe("consent and undoing it in a real browser", () => {
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

  async function person(email: string, on = tenant): Promise<User> {
    const user = await createUser(on.context, { email, displayName: "Ada", passwordHash });
    if (user === "taken") throw new Error(`${email} is taken`);
    return user;
  }

  async function phone(use: (page: Page, context: BrowserContext) => Promise<void>) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    try {
      await use(await context.newPage(), context);
    } finally {
      await context.close();
    }
  }

  const heading = (page: Page) => page.locator("h1").innerText();
  const yes = (page: Page) => page.getByRole("button", { name: "Yes, sign it in" });
  const notMe = (page: Page) => page.getByRole("button", { name: /^No, / });

  async function assertAccessible(page: Page) {
    assert.deepEqual(await accessibilityViolations(page), [], await heading(page));
  }

  /** Goes from the code to the question, or to the page shown instead. */
  async function walk(page: Page, code: string, email: string, on = tenant) {
    await page.goto(`${on.pages}/device`);
    await page.getByRole("textbox").fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password"]').press("Enter");
    await page.waitForURL(/\/confirm/);
  }

  async function sayYes(page: Page, email: string, more: Record<string, string> = {}, on = tenant) {
    const { body: code } = await requestCode(on, more);
    await walk(page, code.user_code, email, on);
    await yes(page).click();
    await page.waitForURL(/\/done/);
    return code as { device_code: string };
  }

  async function newestLink(email: string, on = tenant) {
    const [mail] = await on.mailsTo(email);
    return linkIn(mail?.text ?? "").href;
  }

  test("new permissions are highlighted, earlier ones can be expanded, by keyboard too", async () => {
    const email = "more@contoso.example";
    await person(email);
    const api = await addApi(tenant.context, "Plants", ["Look.At.Plants", "Water.Plants"]);
    const asking = (...scopes: string[]) => ({
      scope: `${scopes.map((scope) => `${api.identifierUri}/${scope}`).join(" ")} openid offline_access`,
    });
    await phone(async (page) => void (await sayYes(page, email, asking("Look.At.Plants"))));
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant, asking("Look.At.Plants", "Water.Plants"));
      await walk(page, code.user_code, email);
      await page.getByText("New: it will also be able to").waitFor();
      assert.equal(await page.getByText("Water.Plants").isVisible(), true);
      const known = page.getByText("Look.At.Plants");
      assert.equal(await known.isVisible(), false);
      await assertAccessible(page);
      await page.locator("summary").focus();
      await page.keyboard.press("Enter");
      assert.equal(await known.isVisible(), true);
      await assertAccessible(page);
    });
  });

  test("if the requested permissions change before approval, the page is shown again, and the device waits for its approval", async () => {
    const email = "changed@contoso.example";
    await person(email);
    const { directory } = tenant.context.store;
    const app = await directory.findApp(clientIdOf(tenant));
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await walk(page, code.user_code, email);
      await seed(tenant.context.store).putApp({ ...app!, name: "Contoso Gardener" });
      await yes(page).click();
      await page.getByRole("alert").getByText("What it asks for has changed. Check it again.").waitFor();
      assert.match(await heading(page), /Contoso Gardener/);
      await assertAccessible(page);
      assert.equal((await poll(tenant, code.device_code)).body.error, "authorization_pending");
      await yes(page).click();
      await page.waitForURL(/\/done/);
      tenant.clock.advance(6_000);
      assert.equal((await poll(tenant, code.device_code)).status, 200);
    });
    await seed(tenant.context.store).putApp(app!);
  });

  test("the link in the email signs the device out, once, and requires no sign-in", async () => {
    const email = "undo@contoso.example";
    await person(email);
    await phone(async (page) => {
      const code = await sayYes(page, email, { device_name: "Living-room TV" });
      const { body: tokens } = await poll(tenant, code.device_code);
      const [mail] = await tenant.mailsTo(email);
      assert.match(mail?.text ?? "", /Living-room TV/);
      const href = await newestLink(email);
      await phone(async (reader) => {
        const requests: string[] = [];
        reader.on("request", (request) => requests.push(request.headers().referer ?? ""));
        await reader.goto(href);
        assert.equal(await heading(reader), "Was this you?");
        await assertAccessible(reader);
        assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
        await notMe(reader).click();
        await reader.getByRole("heading", { name: "The device is signed out" }).waitFor();
        await assertAccessible(reader);
        assert.ok(!requests.some((referer) => referer.includes("token")), String(requests));
        assert.equal(await reader.getByRole("link", { name: "Choose a new password" }).getAttribute("href"), "/reset");
        await reader.goto(href);
        assert.equal(await heading(reader), "This link no longer works");
        await assertAccessible(reader);
      });
      assert.equal((await refresh(tenant, tokens.refresh_token)).body.error, "invalid_grant");
      await page.goto(`${tenant.pages}/sign-out`);
      assert.equal(await heading(page), "You’re signed out");
    });
  });

  test("if two browsers open the link and confirm, the second shows that it was already done", async () => {
    const email = "twice@contoso.example";
    await person(email);
    await phone(async (page) => {
      const code = await sayYes(page, email);
      const href = await newestLink(email);
      await phone(async (first) => {
        await first.goto(href);
        await page.goto(href);
        await notMe(first).click();
        await first.getByRole("heading", { name: "The device is signed out" }).waitFor();
        await notMe(page).click();
        await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
        await first.goBack();
        await first.locator("h1").waitFor();
      });
      assert.equal((await poll(tenant, code.device_code)).body.error, "access_denied");
    });
  });

  test("after a week the link no longer works", async () => {
    const email = "late@contoso.example";
    await person(email);
    await phone(async (page) => {
      const code = await sayYes(page, email);
      const { body: tokens } = await poll(tenant, code.device_code);
      const href = await newestLink(email);
      await page.goto(href);
      tenant.clock.advance(7 * DAY);
      await notMe(page).click();
      await page.getByRole("heading", { name: "This link no longer works" }).waitFor();
      assert.equal((await refresh(tenant, tokens.refresh_token)).status, 200);
    });
  });

  test("after a password change by someone else, the link signs the account out everywhere and makes that password invalid", async () => {
    const email = "changed-password@contoso.example";
    const user = await person(email);
    await phone(async (intruder) => {
      const code = await sayYes(intruder, email);
      const { body: tokens } = await poll(tenant, code.device_code);
      await sendSecurityNotification(tenant.context, user, { kind: "password_changed" }, { ip: "198.51.100.7" });
      const href = await newestLink(email);
      await phone(async (reader) => {
        await reader.goto(href);
        await notMe(reader).click();
        await reader.getByRole("heading", { name: "Your account is signed out everywhere" }).waitFor();
        await assertAccessible(reader);
      });
      assert.equal((await refresh(tenant, tokens.refresh_token)).body.error, "invalid_grant");
      const { body: next } = await requestCode(tenant);
      await intruder.goto(next.verification_uri);
      await intruder.getByRole("textbox").fill(next.user_code);
      await intruder.getByRole("button", { name: "Continue" }).click();
      await intruder.locator('input[name="email"]').fill(email);
      await intruder.locator('input[name="password"]').fill(PASSWORD);
      await intruder.locator('input[name="password"]').press("Enter");
      await intruder.getByRole("alert").waitFor();
    });
  });

  test("after a restart on the same file, a used link stays used, an unused one works, and the consent is remembered", async () => {
    const folder = mkdtempSync(join(tmpdir(), "doorcode-not-me-"));
    const where = { sqliteFile: join(folder, "store.db"), dataDir: folder };
    const email = "restart@contoso.example";
    try {
      const ports = { port: await freePort(), pagesPort: await freePort() };
      const first = await startTestTenant({ ...where, ...ports });
      await person(email, first);
      let codes: { device_code: string }[] = [];
      const links: string[] = [];
      await phone(async (page) => {
        codes = [await sayYes(page, email, {}, first)];
        links.push(await newestLink(email, first));
        await page.context().clearCookies();
        codes.push(await sayYes(page, email, {}, first));
        links.push(await newestLink(email, first));
        await page.goto(links[0]!);
        await notMe(page).click();
        await page.getByRole("heading", { name: "The device is signed out" }).waitFor();
      });
      await first.close();

      await using second = await startTestTenant({ ...where, ...ports, clock: first.clock });
      await phone(async (page) => {
        await page.goto(links[0]!);
        assert.equal(await heading(page), "This link no longer works");
        assert.equal((await poll(second, codes[0]!.device_code)).body.error, "access_denied");
        await page.goto(links[1]!);
        await notMe(page).click();
        await page.getByRole("heading", { name: "The device is signed out" }).waitFor();
        assert.equal((await poll(second, codes[1]!.device_code)).body.error, "access_denied");
        const { body: code } = await requestCode(second);
        await walk(page, code.user_code, email, second);
        await page.getByText("What else it can already do").waitFor();
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("an unassigned user gets an error and can continue with another account; if the assignment is withdrawn after approval, the device gets nothing", async () => {
    await using own = await startTestTenant();
    const { directory } = own.context.store;
    const app = await directory.findApp(clientIdOf(own));
    await seed(own.context.store).putApp({ ...app!, assignmentRequired: true });
    await person("outside@contoso.example", own);
    const inside = await person("inside@contoso.example", own);
    await seed(own.context.store).assign(app!.clientId, inside.id);
    const { body: code } = await requestCode(own);
    await phone(async (page) => {
      await walk(page, code.user_code, "outside@contoso.example", own);
      assert.match(await heading(page), /You don’t have access to/);
      await assertAccessible(page);
      assert.equal((await poll(own, code.device_code)).body.error, "authorization_pending");
      await page.getByRole("button", { name: "Use another account" }).click();
      await page.locator('input[name="email"]').fill("inside@contoso.example");
      await page.locator('input[name="password"]').fill(PASSWORD);
      await page.locator('input[name="password"]').press("Enter");
      await yes(page).click();
      await page.waitForURL(/\/done/);
    });
    await seed(own.context.store).unassign(app!.clientId, inside.id);
    own.clock.advance(6_000);
    const refused = await poll(own, code.device_code);
    assert.deepEqual(refused.body.error_codes, [50105]);
    assert.deepEqual(await own.context.store.tokens.revokeUser(inside.id, "none", 0, audit), 0);
  });
});

const audit = {
  at: 0,
  event: "none",
  actor: "tenant",
  userId: null,
  clientId: null,
  grantId: null,
  ip: null,
  detail: {},
} as const;
