// A complete sign-in, and how it can fail, in real Chromium against a real tenant and a real web API.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { startTodoListApi } from "../../examples/todolist-api/src/start.ts";
import { launchChromium } from "../../packages/tenant/test/fixtures/chromium.ts";
import { accessibilityViolations } from "../../packages/tenant/test/fixtures/page-checks.ts";
import { startTestTenant, type TestTenant } from "../../packages/tenant/test/fixtures/start-test-tenant.ts";
import { poll, refresh, requestCode, revoke } from "../fixtures/device.ts";

const PASSWORD = "correct horse battery";

describe("in a real browser", () => {
  let browser: Browser;
  let tenant: TestTenant;

  before(async () => {
    [browser, tenant] = await Promise.all([launchChromium(), startTestTenant()]);
  });
  after(async () => {
    await browser.close();
    await tenant.close();
  });

  /** A phone with its own cookies and screen, which checks every page on the way. */
  async function phone(
    use: (page: Page, context: BrowserContext) => Promise<void>,
    colorScheme: "light" | "dark" = "light",
  ) {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 }, colorScheme, bypassCSP: false });
    try {
      await use(await context.newPage(), context);
    } finally {
      await context.close();
    }
  }

  const heading = (page: Page) => page.locator("h1").innerText();

  /** Runs axe-core on the current page through the debugger, because the page's policy forbids scripts. */
  async function assertAccessible(page: Page) {
    assert.deepEqual(await accessibilityViolations(page), [], await heading(page));
  }

  async function enterCode(page: Page, code: string) {
    await page.goto(`${tenant.pages}/device`);
    await page.getByRole("textbox").fill(code);
    await page.getByRole("button", { name: "Continue" }).click();
  }

  async function signUp(page: Page, email: string, look: (page: Page) => Promise<void> = async () => undefined) {
    await page.getByRole("link", { name: /create/i }).click();
    await look(page);
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="email"]').press("Enter");
    await look(page);
    const [mail] = await tenant.mailsTo(email);
    await page.locator('input[name="code"]').fill(/\b\d{8}\b/.exec(mail!.text)![0]);
    await page.locator('input[name="code"]').press("Enter");
    await look(page);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password"]').press("Enter");
    await look(page);
    await page.locator('input[name="display_name"]').fill("Ada Lovelace");
    await page.locator('input[name="display_name"]').press("Enter");
    await page.waitForURL(/\/(confirm|done)/);
    await look(page);
  }

  async function signIn(page: Page, email: string) {
    await page.locator('input[name="email"]').fill(email);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator('input[name="password"]').press("Enter");
  }

  const yes = (page: Page) => page.getByRole("button", { name: "Yes, sign it in" });
  const no = (page: Page) => page.getByRole("button", { name: /^No,/ });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`sign-up with the emailed code, consent, tokens, the API, renewal, sign-out; every page accessible (${colorScheme})`, async () => {
      const api = await startTodoListApi({
        issuer: tenant.issuer,
        audience: tenant.apis[0]!.clientId,
        tenantId: tenant.tenantId,
        ca: tenant.ca,
        clock: tenant.clock,
      });
      try {
        await phone(async (page) => {
          const { body: code } = await requestCode(tenant, {
            scope: `api://${tenant.apis[0]!.clientId}/ToDoList.ReadWrite openid profile offline_access`,
            device_name: "Living-room TV",
          });
          await page.goto(code.verification_uri);
          await assertAccessible(page);
          await enterCode(page, code.user_code);
          await assertAccessible(page);
          await signUp(page, `whole-${colorScheme}@contoso.example`, assertAccessible);
          await yes(page).click();
          await page.getByText(/close this page/i).waitFor();
          await assertAccessible(page);

          const tokens = await poll(tenant, code.device_code);
          assert.equal(tokens.status, 200);
          const call = (token: string, init: RequestInit = {}) =>
            fetch(`${api.url}/api/todolist`, {
              ...init,
              headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
            });
          const added = await call(tokens.body.access_token, {
            method: "POST",
            body: JSON.stringify({ description: "Water the plants" }),
          });
          assert.equal(added.status, 201);
          const renewed = await refresh(tenant, tokens.body.refresh_token);
          const listed = (await (await call(renewed.body.access_token)).json()) as { description: string }[];
          assert.deepEqual(
            listed.map(({ description }) => description),
            ["Water the plants"],
          );
          assert.equal((await revoke(tenant, renewed.body.refresh_token)).status, 200);
          assert.equal((await refresh(tenant, renewed.body.refresh_token)).body.error, "invalid_grant");
        }, colorScheme);
      } finally {
        await api.close();
      }
    });
  }

  test("the complete URI shows the code to compare, and nothing happens before the person continues", async () => {
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await page.goto(code.verification_uri_complete);
      assert.ok((await page.locator("body").innerText()).includes(code.user_code));
      await assertAccessible(page);
      assert.equal((await poll(tenant, code.device_code)).body.error, "authorization_pending");
    });
  });

  test("declining is shown on the page and reported to the device", async () => {
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(page, code.user_code);
      await signUp(page, "decline@contoso.example");
      await no(page).click();
      await page.waitForURL(/done|confirm/);
      await assertAccessible(page);
      assert.equal((await poll(tenant, code.device_code)).body.error, "access_denied");
    });
  });

  test("a wrong code is reported on the page, and the next attempt works", async () => {
    await phone(async (page) => {
      await enterCode(page, "BBBB-BBBB");
      await page.getByRole("alert").waitFor();
      await assertAccessible(page);
      const { body: code } = await requestCode(tenant);
      await page.getByRole("textbox").fill(code.user_code.toLowerCase().replace("-", " "));
      await page.getByRole("button", { name: "Continue" }).click();
      await page.locator('input[name="password"]').waitFor();
    });
  });

  test("an expired code leads to a page with a link to enter another", async () => {
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      tenant.clock.advance(901_000);
      await enterCode(page, code.user_code);
      await assertAccessible(page);
      await page.locator('a[href="/device"]').click();
      await page.getByRole("textbox").waitFor();
    });
  });

  test("Back after a decision does nothing", async () => {
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await enterCode(page, code.user_code);
      await signUp(page, "back@contoso.example");
      await no(page).click();
      await page.waitForURL(/done/);
      await page.goBack();
      if (await yes(page).isVisible()) await yes(page).click();
      await page.locator("h1").waitFor();
      assert.equal((await poll(tenant, code.device_code)).body.error, "access_denied");
    });
  });

  test("the same user in two browsers: the later one continues, the earlier one shows that", async () => {
    const email = "two-tabs@contoso.example";
    const { body: code } = await requestCode(tenant);
    await phone(async (first) => {
      await enterCode(first, code.user_code);
      await signUp(first, email);
      await phone(async (second) => {
        await enterCode(second, code.user_code);
        await signIn(second, email);
        await yes(second).waitFor();
        await yes(first).click();
        assert.match(await heading(first), /elsewhere|another/i);
        await assertAccessible(first);
        await yes(second).click();
        await second.getByText(/close this page/i).waitFor();
      });
    });
    assert.equal((await poll(tenant, code.device_code)).status, 200);
  });

  test("two tabs of one browser with two codes: each approves the code that it shows", async () => {
    const { body: one } = await requestCode(tenant);
    const { body: two } = await requestCode(tenant);
    await phone(async (first, context) => {
      await enterCode(first, one.user_code);
      await signUp(first, "tabs@contoso.example");
      const second = await context.newPage();
      await enterCode(second, two.user_code);
      await second.getByRole("button", { name: "Yes, continue" }).click();
      await yes(second).waitFor();
      await no(second).click();
      await yes(first).click();
      await first.getByText(/close this page/i).waitFor();
    });
    assert.equal((await poll(tenant, one.device_code)).status, 200);
    assert.equal((await poll(tenant, two.device_code)).body.error, "access_denied");
  });

  test("two users with one code: both get an error, and the device is denied", async () => {
    const { body: code } = await requestCode(tenant);
    await phone(async (first) => {
      await enterCode(first, code.user_code);
      await signUp(first, "person-one@contoso.example");
      await phone(async (second) => {
        await enterCode(second, code.user_code);
        await second.getByRole("link", { name: /create/i }).waitFor();
        await signUp(second, "person-two@contoso.example");
        assert.match(await heading(second), /twice|two/i);
        await assertAccessible(second);
        await yes(first).click();
        assert.match(await heading(first), /twice|two/i);
      });
    });
    assert.equal((await poll(tenant, code.device_code)).body.error, "access_denied");
  });

  test("the keyboard is enough, from the code to the approval", async () => {
    await phone(async (page) => {
      const { body: code } = await requestCode(tenant);
      await page.goto(`${tenant.pages}/device`);
      // Browsers act on autofocus when they first draw, which may be after the load.
      await page.locator('[name="user_code"]:focus').waitFor();
      await page.keyboard.type(code.user_code);
      await page.keyboard.press("Enter");
      await signUp(page, "keyboard@contoso.example");
      for (let tab = 0; tab < 12; tab++) {
        await page.keyboard.press("Tab");
        if (
          await yes(page).evaluate((button) =>
            (button as unknown as { matches(selector: string): boolean }).matches(":focus"),
          )
        )
          break;
      }
      await page.keyboard.press("Enter");
      await page.getByText(/close this page/i).waitFor();
      assert.equal((await poll(tenant, code.device_code)).status, 200);
    });
  });
});
